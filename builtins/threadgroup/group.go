package threadgroup

import (
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A Group is a list of registered tasks and the options to run them with. It may
// be shared by threads: it has a lock, and once a task can reach it, it freezes
// what it takes in.
type Group struct {
	options
	shared   *shared
	defaults *options     // of a task that sets none of its own
	slots    *group.Slots // nil: each run has its own
	home     *scope       // of the thread that made it
	register registerMethod
	task     registerMethod
	submits  sync.Mutex // held while a run for what is submitted is looked for or made

	mu         sync.Mutex // guards what follows
	reached    bool       // other threads may see the group
	registered []*registration
	waiting    []*pendingDecorator // made by register(…), not yet applied
	running    bool                // the registered tasks
	executed   bool
	results    *Results // of the last ended run; nil before
	runs       runs
}

// A registration is one task of the group.
type registration struct {
	f *Function
	o *options // never changed
}

// register returns a registration of a function that no Function value is known of.
func register(fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple, o *options) *registration {
	r := &struct { // one piece of memory: there may be very many
		registration
		f Function
	}{registration{o: o}, Function{fn, args, kwargs}}
	r.registration.f = &r.f
	return &r.registration
}

var (
	_ starlark.Callable = (*Group)(nil)
	_ starlark.HasAttrs = (*Group)(nil)
	_ engine.Resident   = (*Group)(nil)
)

func (g *Group) Name() string          { return g.name }
func (g *Group) String() string        { return fmt.Sprintf("threadgroup(%q)", g.name) }
func (g *Group) Type() string          { return "threadgroup" }
func (g *Group) Freeze()               {} // has a lock; stays usable when shared
func (g *Group) Truth() starlark.Bool  { return true }
func (g *Group) Hash() (uint32, error) { return starlark.String(g.name).Hash() }

// Resident says that other processes use it where it is.
func (g *Group) Resident() bool { return true }

// Share publishes what the group holds, and has it freeze what comes later.
func (g *Group) Share(visit func(starlark.Value)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reached = true
	for _, r := range g.registered {
		visit(r.f)
		r.o.share(visit)
	}
	g.options.share(visit)
	if g.results != nil {
		visit(g.results)
	}
	for _, e := range g.runs.pending {
		for _, r := range e.results() {
			visit(r)
		}
	}
}

// def Group.__call__() -> Results
//
// group() is group.execute().
func (g *Group) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return executeMethod(g, thread, args, kwargs)
}

// class Group
//
// A Group runs its tasks at once, each in a thread of its own. It is callable, so groups nest:
// outer.submit(inner).
//
//	name: str                  of the group, by default the variable's
//	max_workers: int | None    tasks running at once; None is no bound of the group's own
//	functions: list[Function]  what is registered
//	results: Results           of the last run that has ended
//	executed: bool             whether a run has ended
//	running: bool              whether one is under way
var groupAttrs = builtin.Attrs[*Group]{
	"name": func(g *Group) (starlark.Value, error) { return starlark.String(g.name), nil },
	"max_workers": func(g *Group) (starlark.Value, error) {
		if g.maxWorkers == 0 {
			return starlark.None, nil
		}
		return starlark.MakeInt(g.maxWorkers), nil
	},
	"functions":      (*Group).functionsAttr,
	"results":        func(g *Group) (starlark.Value, error) { return g.lastResults(), nil },
	"executed":       func(g *Group) (starlark.Value, error) { return g.is(&g.executed), nil },
	"running":        func(g *Group) (starlark.Value, error) { return starlark.Bool(g.busy()), nil },
	"register":       func(g *Group) (starlark.Value, error) { return &g.register, nil },
	"task":           func(g *Group) (starlark.Value, error) { return &g.task, nil },
	"execute":        builtin.Method("execute", executeMethod),
	"start":          builtin.Method("start", (*Group).startMethod),
	"wait":           builtin.Method("wait", (*Group).waitMethod),
	"cancel":         builtin.Method("cancel", (*Group).cancelMethod),
	"submit":         builtin.Method("submit", (*Group).submit),
	"as_completed":   builtin.Method("as_completed", (*Group).asCompleted),
	"map":            builtin.Method("map", (*Group).mapMethod),
	"imap":           builtin.Method("imap", (*Group).imap),
	"imap_unordered": builtin.Method("imap_unordered", (*Group).imapUnordered),
	"race":           builtin.Method("race", (*Group).race),
	"plan":           builtin.Method("plan", (*Group).planMethod),
	"update_fn_args": builtin.Method("update_fn_args", (*Group).updateFnArgs),
	"get_results":    builtin.Method("get_results", getResults),
}

func (g *Group) Attr(name string) (starlark.Value, error) { return groupAttrs.Get(g, name, nil) }
func (g *Group) AttrNames() []string                      { return groupAttrs.Names() }

func (g *Group) is(flag *bool) starlark.Bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return starlark.Bool(*flag)
}

func (g *Group) lastResults() *Results {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.results == nil {
		return &Results{}
	}
	return g.results
}

func (g *Group) functionsAttr() (starlark.Value, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	list := make([]starlark.Value, len(g.registered))
	for i, r := range g.registered {
		list[i] = r.f
	}
	return starlark.NewList(list), nil
}

// def Group.get_results() -> Results
//
// get_results returns the Results of the last run; [] before the first.
func getResults(g *Group, _ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("get_results", args, kwargs); err != nil {
		return nil, err
	}
	return g.lastResults(), nil
}

func (g *Group) isReached() bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.reached
}

// admit publishes what is registered with a group that others can see: they may
// run it while the thread goes on. Otherwise it is published when it is handed over.
func (g *Group) admit(t *engine.Thread, r *registration) {
	switch {
	case !g.isReached():
		return
	case t.Alone():
		t.Owe()
		return
	}
	t.HandOver(func(p *engine.Publication) {
		p.Value(r.f)
		r.o.share(func(v starlark.Value) { p.Value(v) })
	})
}

// add registers a task.
func (g *Group) add(t *engine.Thread, r *registration) {
	g.admit(t, r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.registered = append(g.registered, r)
}

// def Group.update_fn_args(fn: Callable, *args, **kwargs) -> None
//
// update_fn_args gives a registered function other arguments.
func (g *Group) updateFnArgs(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee("update_fn_args", args)
	if err != nil {
		return nil, err
	}
	f := &Function{fn: fn, args: args, kwargs: kwargs}
	g.admit(engine.Of(thread), &registration{f: f, o: g.defaults})
	g.mu.Lock()
	defer g.mu.Unlock()
	found := false
	for i, r := range g.registered {
		if same, err := starlark.Equal(r.f.fn, fn); err == nil && same {
			g.registered[i] = &registration{f: f, o: r.o}
			found = true
		}
	}
	if !found {
		return nil, fmt.Errorf("%s is not registered in group %q", fn.Name(), g.name)
	}
	return starlark.None, nil
}
