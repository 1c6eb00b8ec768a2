package threadgroup

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A registerMethod is group.register or group.task. In a plain call a function
// as first argument is what is registered; after "@" every argument is one.
type registerMethod struct {
	group *Group
	task  bool
}

var (
	_ engine.Decorator = (*registerMethod)(nil)
	_ engine.Shareable = (*registerMethod)(nil)
)

func (m *registerMethod) Name() string {
	if m.task {
		return "task"
	}
	return "register"
}
func (m *registerMethod) String() string {
	return "<built-in method " + m.Name() + " of threadgroup value>"
}
func (m *registerMethod) Type() string         { return "builtin_function_or_method" }
func (m *registerMethod) Freeze()              {} // the group has a lock
func (m *registerMethod) Truth() starlark.Bool { return true }
func (m *registerMethod) Hash() (uint32, error) {
	return 0, errors.New("unhashable type: " + m.Name())
}

// Share shares the group.
func (m *registerMethod) Share(visit func(starlark.Value)) { visit(m.group) }

// Decorate is @group.register without a call.
func (m *registerMethod) Decorate(thread *starlark.Thread, fn starlark.Value) (starlark.Value, error) {
	f, _, err := builtin.Callee(m.Name(), starlark.Tuple{fn})
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	m.group.add(t, register(f, nil, nil, m.group.defaults))
	m.group.noteDecorated(t, f)
	return f, nil
}

// DecoratorCall is @group.register(…).
func (m *registerMethod) DecoratorCall(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return m.decorator(thread, args, kwargs)
}

// def Group.register(fn: F, /) -> F
// def Group.register(*args, **kwargs) -> Callable[[F], F]
//
// @group.register adds a task, @group.register(1, kw=2) one with arguments. The function
// stays as it is, and can be called as before. Once more is one more task.
//
// def Group.task(fn: F, /) -> F
// def Group.task(name: str | None = None, args: tuple | list = (), kwargs: dict = {}, after=[], priority: int = 0, timeout: float | Duration | None = None, retry: int | Retry = 0, limit: str | Limiter | list | None = None, idempotent: bool = True) -> Callable[[F], F]
//
// @group.task(…) is register with options: after are functions, or names of tasks, that must
// have succeeded; tasks of a higher priority go first; with idempotent=False one is lost, and not
// started again, when its worker on a cluster is gone; the rest is as for threadgroup.
func (m *registerMethod) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if fn, ok := args[0].(starlark.Callable); ok {
			d, err := m.decorator(thread, args[1:], kwargs)
			if err != nil {
				return nil, err
			}
			return d.CallInternal(thread, starlark.Tuple{fn}, nil)
		}
	}
	return m.decorator(thread, args, kwargs)
}

// decorator returns a decorator that waits for its function.
func (m *registerMethod) decorator(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (*pendingDecorator, error) {
	g := m.group
	d := &pendingDecorator{
		group: g, fn: m.Name(), called: call{args, kwargs}, pos: engine.Of(thread).Caller(), options: g.defaults,
	}
	if m.task {
		if len(args) > 0 {
			return nil, fmt.Errorf("task: options are given by name, as in task(timeout=5); the function's arguments go into args=[…]")
		}
		own := *g.defaults
		d.options = &own
		if err := taskOptions.unpack("task", nil, kwargs, d.options); err != nil {
			return nil, err
		}
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.waiting = append(g.waiting, d)
	return d, nil
}
