package threadgroup

import (
	"errors"
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Group is a list of registered tasks and the options to run them with. It may
// be shared by threads: it has a lock, and once a task can reach it, it freezes
// what it takes in. execute and map block until the tasks have ended.
type Group struct {
	options
	shared   *shared
	defaults *options     // of a task that sets none of its own
	slots    *group.Slots // nil: each run has its own

	mu         sync.Mutex // guards what follows
	reached    bool       // other threads may see the group
	registered []*registration
	waiting    []*pendingDecorator // made by register(…), not yet applied
	running    bool
	executed   bool
	results    *Results // of the last ended run; nil before
}

// A registration is one task of the group.
type registration struct {
	f *Function
	o *options // never changed
}

var (
	_ starlark.Callable = (*Group)(nil)
	_ starlark.HasAttrs = (*Group)(nil)
	_ engine.Shareable  = (*Group)(nil)
)

func (g *Group) Name() string          { return g.name }
func (g *Group) String() string        { return fmt.Sprintf("threadgroup(%q)", g.name) }
func (g *Group) Type() string          { return "threadgroup" }
func (g *Group) Freeze()               {} // has a lock; stays usable when shared
func (g *Group) Truth() starlark.Bool  { return true }
func (g *Group) Hash() (uint32, error) { return starlark.String(g.name).Hash() }

// Share publishes what the group holds, and has it freeze what comes later.
func (g *Group) Share(visit func(starlark.Value)) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.reached = true
	for _, r := range g.registered {
		visit(r.f)
		if r.o.retry != nil {
			visit(r.o.retry)
		}
	}
	if g.retry != nil {
		visit(g.retry)
	}
	if g.results != nil {
		visit(g.results)
	}
}

// CallInternal runs the registered tasks: a group is callable, so groups nest.
func (g *Group) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return executeMethod(g, thread, args, kwargs)
}

var groupAttrs = attrs[*Group]{
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
	"running":        func(g *Group) (starlark.Value, error) { return g.is(&g.running), nil },
	"register":       func(g *Group) (starlark.Value, error) { return &registerMethod{group: g}, nil },
	"task":           func(g *Group) (starlark.Value, error) { return &registerMethod{group: g, task: true}, nil },
	"execute":        method("execute", executeMethod),
	"map":            method("map", (*Group).mapMethod),
	"update_fn_args": method("update_fn_args", (*Group).updateFnArgs),
	"get_results":    method("get_results", getResults),
}

func (g *Group) Attr(name string) (starlark.Value, error) { return groupAttrs.get(g, name) }
func (g *Group) AttrNames() []string                      { return groupAttrs.names() }

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

// def get_results()
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
	if r.o.retry != nil {
		t.Publish(r.f, r.o.retry)
	} else {
		t.Publish(r.f)
	}
}

// add registers a task.
func (g *Group) add(t *engine.Thread, r *registration) {
	g.admit(t, r)
	g.mu.Lock()
	defer g.mu.Unlock()
	g.registered = append(g.registered, r)
}

// def update_fn_args(fn, *args, **kwargs)
func (g *Group) updateFnArgs(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := callee("update_fn_args", args)
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

// A pendingDecorator is what group.register(1) returns: it waits for its function.
type pendingDecorator struct {
	group   *Group
	fn      string // register or task
	called  call   // as it was made, for messages
	pos     syntax.Position
	args    starlark.Tuple
	kwargs  []starlark.Tuple
	options *options
}

type call struct {
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

// text returns the call as the user may have written it.
func (d *pendingDecorator) text() string { return callText(d.fn, d.called.args, d.called.kwargs) }

var _ starlark.Callable = (*pendingDecorator)(nil)

func (d *pendingDecorator) Name() string          { return d.fn }
func (d *pendingDecorator) String() string        { return "<decorator " + d.text() + ">" }
func (d *pendingDecorator) Type() string          { return "decorator" }
func (d *pendingDecorator) Freeze()               {} // immutable; Share publishes what it holds
func (d *pendingDecorator) Truth() starlark.Bool  { return true }
func (d *pendingDecorator) Hash() (uint32, error) { return 0, errors.New("unhashable type: decorator") }

// Share publishes the group, the arguments and the predicates.
func (d *pendingDecorator) Share(visit func(starlark.Value)) {
	visit(d.group)
	visit(d.args)
	for _, kv := range d.kwargs {
		visit(kv[1])
	}
	if d.options.retry != nil {
		visit(d.options.retry)
	}
}

func (d *pendingDecorator) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, rest, err := callee(d.fn, args)
	if err != nil {
		return nil, err
	}
	if len(rest)+len(kwargs) > 0 {
		return nil, fmt.Errorf("%s is a decorator: it takes one function and nothing else", d.text())
	}
	d.group.applied(d)
	d.group.add(engine.Of(thread), &registration{
		f: &Function{fn: fn, args: d.args, kwargs: d.kwargs}, o: d.options,
	})
	return fn, nil
}

// applied notes that the decorator found a function; it may find more.
func (g *Group) applied(d *pendingDecorator) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for i, p := range g.waiting {
		if p == d {
			g.waiting = append(g.waiting[:i], g.waiting[i+1:]...)
			return
		}
	}
}
