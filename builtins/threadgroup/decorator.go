package threadgroup

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A pendingDecorator is what group.register(1) returns: it waits for its function.
type pendingDecorator struct {
	group   *Group
	fn      string // register or task
	called  call
	pos     syntax.Position
	options *options // of task, with the function's arguments in them; of register, the group's own
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
	visit(d.called.args)
	for _, kv := range d.called.kwargs {
		visit(kv[1])
	}
	d.options.share(visit)
}

func (d *pendingDecorator) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, rest, err := builtin.Callee(d.fn, args)
	if err != nil {
		return nil, err
	}
	if len(rest)+len(kwargs) > 0 {
		return nil, fmt.Errorf("%s is a decorator: it takes one function and nothing else", d.text())
	}
	t := engine.Of(thread)
	given := d.called
	if d.fn == d.group.task.Name() {
		given = call{d.options.args, d.options.kwargs}
	}
	d.group.applied(d)
	d.group.add(t, register(fn, given.args, given.kwargs, d.options))
	d.group.noteDecorated(t, fn)
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
