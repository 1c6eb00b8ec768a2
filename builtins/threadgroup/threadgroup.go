// Package threadgroup gives scripts their groups: functions marked with
// @group.register run each in a Starlark thread of its own, and hand back a list
// of results. It is the only room where Starlark and package group meet.
//
// Every value here may be shared by threads: it is immutable, or has a lock of
// its own and freezes what it takes in once it is shared.
package threadgroup

import (
	"fmt"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// Module returns the module: threadgroup, create_function, threaded_execution,
// attempt, retry, limiter, current_task and defer.
func Module() engine.Module {
	create := starlark.NewBuiltin("create_function", createFunction)
	execute := starlark.NewBuiltin("threaded_execution", threadedExecution)
	return engine.Module{Name: "threadgroup", Globals: starlark.StringDict{
		"threadgroup": &constructor{members: starlark.StringDict{
			"ThreadGroup":        starlark.NewBuiltin("ThreadGroup", newGroup),
			"create_function":    create,
			"threaded_execution": execute,
		}},
		"create_function":    create,
		"threaded_execution": execute,
		"attempt":            starlark.NewBuiltin("attempt", attempt),
		"retry":              starlark.NewBuiltin("retry", newRetry),
		"limiter":            starlark.NewBuiltin("limiter", newLimiter),
		"current_task":       starlark.NewBuiltin("current_task", currentTask),
		"defer":              starlark.NewBuiltin("defer", deferCall),
	}, Restore: restore(), Perform: perform}
}

// A constructor is the name threadgroup: threadgroup(…) makes a group, and the
// seed's spellings are its members. It is immutable.
type constructor struct{ members starlark.StringDict }

var (
	_ starlark.Callable = (*constructor)(nil)
	_ starlark.HasAttrs = (*constructor)(nil)
)

func (c *constructor) Name() string          { return "threadgroup" }
func (c *constructor) String() string        { return "<built-in function threadgroup>" }
func (c *constructor) Type() string          { return "builtin_function_or_method" }
func (c *constructor) Freeze()               {} // immutable
func (c *constructor) Truth() starlark.Bool  { return true }
func (c *constructor) Hash() (uint32, error) { return starlark.String(c.Name()).Hash() }
func (c *constructor) AttrNames() []string   { return c.members.Keys() }

func (c *constructor) Attr(name string) (starlark.Value, error) { return c.members[name], nil }

func (c *constructor) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return newGroup(thread, nil, args, kwargs) // no frame of its own: the group is named after its caller's variable
}

// shared is what the groups of one run have in common.
type shared struct {
	budget  *group.Budget
	unnamed counter
	runs    counter
	live    atomic.Int64 // tasks that have not ended
	keepers keepers
}

// enter counts n tasks that begin to wait for a worker; leave takes them back.
func (s *shared) enter(run *engine.Run, n int) (leave func(), err error) {
	live := s.live.Add(int64(n))
	leave = func() { s.live.Add(int64(-n)) }
	if max := run.Options().MaxTasks; max > 0 && live > int64(max) {
		leave()
		return nil, &engine.LimitError{Msg: fmt.Sprintf("%d tasks at once, limit is %d", live, max)}
	}
	return leave, nil
}

type sharedKey struct{}

func sharedOf(run *engine.Run) *shared {
	return run.State(sharedKey{}, func() any {
		return &shared{budget: group.NewBudget(run.Options().MaxWorkers, run.Waits())}
	}).(*shared)
}

// def threadgroup(name: str | None = None, max_workers: int | None = None, timeout: float | Duration | None = None, retry: int | Retry = 0, limit: str | Limiter | list | None = None, deadline: float | Duration | None = None, max_failures: int | str | None = None, check: bool = True, joblog: str | None = None, resume: bool = False, progress: bool | str = "auto", queue: str | None = None) -> Group
// def threadgroup.ThreadGroup(…) -> Group
//
// threadgroup makes a group. For each task: timeout is in seconds and for one attempt, which
// is really stopped; retry is how many more attempts a failed one gets, or a retry(…); limit
// is "10/s", "100/m", a limiter(…), or a list of them. For a run: max_workers is how many
// tasks run at once; deadline is in seconds and for the whole run; max_failures, or "5%", is
// after how many failures the rest is cancelled. check=False makes failures values, otherwise
// a run with failures stops the script once all tasks have ended. joblog is a file that every
// ended task gets a line in; with resume, tasks that it has as ok do not run again. progress
// says whether how far the run is may be shown; queue says which workers of a cluster run the
// tasks.
func newGroup(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var o options
	if err := groupOptions.unpack("threadgroup", args, kwargs, &o); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if err := o.check("threadgroup", t); err != nil {
		return nil, err
	}
	s := sharedOf(t.Run())
	if o.name == "" {
		o.name = t.AssignedName()
	}
	if o.name == "" {
		o.name = fmt.Sprintf("group %d", s.unnamed.next())
	}
	return makeGroup(t, o), nil
}

func makeGroup(t *engine.Thread, o options) *Group {
	g := &Group{options: o, shared: sharedOf(t.Run()), home: scopeOf(t)}
	g.register, g.task = registerMethod{group: g}, registerMethod{group: g, task: true}
	g.defaults = &options{timeout: o.timeout, retry: o.retry, limit: o.limit}
	if o.maxWorkers > 0 {
		g.slots = g.shared.budget.Slots(o.maxWorkers)
	}
	return g
}

// def threaded_execution(functions: Iterable, max_workers: int | None = None, **group_options) -> Results
// def threadgroup.threaded_execution(…) -> Results
//
// threaded_execution runs functions, or what create_function returns, in a group of their
// own, waits, and returns their Results.
func threadedExecution(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var functions starlark.Iterable
	o := options{name: b.Name()}
	rest := kwargs
	switch {
	case len(args) > 0:
		f, ok := args[0].(starlark.Iterable)
		if !ok {
			return nil, fmt.Errorf("%s: functions must be a list of functions, not %s", b.Name(), args[0].Type())
		}
		functions, args = f, args[1:]
	default:
		rest = nil
		for _, kv := range kwargs {
			if kv[0] != starlark.String("functions") {
				rest = append(rest, kv)
			} else if f, ok := kv[1].(starlark.Iterable); ok {
				functions = f
			} else {
				return nil, fmt.Errorf("%s: functions must be a list of functions, not %s", b.Name(), kv[1].Type())
			}
		}
	}
	if functions == nil {
		return nil, fmt.Errorf("%s: missing argument for functions", b.Name())
	}
	if err := executionOptions.unpack(b.Name(), args, rest, &o); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if err := o.check(b.Name(), t); err != nil {
		return nil, err
	}
	g := makeGroup(t, o)
	it, err := engine.Iterate(thread, functions)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	defer it.Done()
	var v starlark.Value
	for i := 0; it.Next(&v); i++ {
		f, ok := v.(*Function)
		if !ok {
			fn, ok := v.(starlark.Callable)
			if !ok {
				return nil, fmt.Errorf("%s: functions[%d] is a %s, not a function: use create_function(f, …)", b.Name(), i, v.Type())
			}
			f = &Function{fn: fn}
		}
		g.registered = append(g.registered, &registration{f: f, o: g.defaults})
	}
	if err := engine.IterErr(it); err != nil {
		return nil, err
	}
	return g.execute(thread)
}
