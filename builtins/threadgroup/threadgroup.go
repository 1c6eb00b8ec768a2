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
	}}
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
		s := &shared{budget: group.NewBudget(run.Options().MaxWorkers, run.Waits())}
		run.AtEnd(func() error { s.budget.Wait(); return nil })
		return s
	}).(*shared)
}

// def threadgroup(name=None, max_workers=None, timeout=None, retry=0, limit=None, deadline=None, max_failures=None, check=True)
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
	g.defaults = &options{timeout: o.timeout, retry: o.retry, limit: o.limit}
	if o.maxWorkers > 0 {
		g.slots = g.shared.budget.Slots(o.maxWorkers)
	}
	return g
}

// def threaded_execution(functions, max_workers=None, **group_options)
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
