package eval

import (
	"fmt"

	"go.starlark.net/starlark"
)

// CallInternal is called by starlark.Call: by host code that calls a script's
// function. The entry that starlark.Call made in the thread's stack becomes the
// frame's, so that its position can be seen.
func (fn *Function) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (result starlark.Value, err error) {
	m := machineOf(thread)
	start := m.mark()
	if h := m.limits.Hooks; h != nil && h.Clock != nil && start.depth == 0 {
		m.clock = h.Clock.Load() // what passed before is not the script's
	}
	returned := false
	defer m.caught(&start, &returned, &err)
	m.room -= hostCost
	fr, err := m.enter(m.top, m.resolve(m.top, fn))
	if err == nil {
		result, err = m.run(fr, args, kwargs)
	}
	m.room += hostCost
	m.end(start.depth)
	returned = true
	return result, err
}

// Call is starlark.Call, but a Go panic comes back as an error, a *PanicError with the
// call stack of where it happened in its chain. Script code does the same for what it
// calls; Call is for host code that calls a function which may be no script's.
func Call(thread *starlark.Thread, fn starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c, ok := fn.(starlark.Callable)
	if _, script := fn.(*Function); script || !ok {
		return starlark.Call(thread, fn, args, kwargs)
	}
	return callGuarded(thread, c, args, kwargs)
}

func callGuarded(thread *starlark.Thread, c starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (result starlark.Value, err error) {
	m := machineOf(thread)
	start := m.mark()
	returned := false
	defer m.caught(&start, &returned, &err)
	result, err = m.callHere(&hostCall{fn: c, args: args, kwargs: kwargs})
	returned = true
	return result, err
}

// A hostCall is a call of a function that is not a script's. args is the callee's to keep.
type hostCall struct {
	fn       starlark.Callable
	receiver starlark.Value // of a method of a built-in type that fn is; nil: none
	args     starlark.Tuple
	kwargs   []starlark.Tuple
}

// callHere makes a host call; all calls on the way are known to host code.
func (m *machine) callHere(c *hostCall) (x starlark.Value, err error) {
	m.stack.push(c.fn)
	b, ok := c.fn.(*starlark.Builtin)
	switch {
	case c.receiver != nil:
		x, err = m.budget.CallMethod(m.thread, b, c.receiver, c.args, c.kwargs)
	case ok && isBuiltIn(b.Receiver()):
		x, err = m.budget.Call(m.thread, b, c.args, c.kwargs)
	default:
		x, err = c.fn.CallInternal(m.thread, c.args, c.kwargs)
	}
	if err == nil && x == nil {
		err = fmt.Errorf("internal error: nil (not None) returned from %s", c.fn)
	}
	if err != nil {
		err = m.tracedHere(err)
	}
	m.stack.pop()
	return x, err
}

// isBuiltIn reports whether x is of a type whose methods are go.starlark.net's.
func isBuiltIn(x starlark.Value) bool {
	switch x.(type) {
	case starlark.String, starlark.Bytes, *starlark.List, *starlark.Dict, *starlark.Set:
		return true
	}
	return false
}

// hostCost is what a call from host code takes of the goroutine's stack beside the
// script's own, about.
const hostCost = 2 << 10

// run makes the call of a frame from host code.
func (m *machine) run(fr *frame, args starlark.Tuple, kwargs []starlark.Tuple) (result starlark.Value, err error) {
	m.stack.rename(fr)
	top := m.top
	m.top = fr
	c := fr.fn.code
	fr.loc = m.alloc(c.nlocals)
	if err := fr.fn.bindTuple(fr.loc, args, kwargs); err != nil {
		fr.at = c.first
		m.err = m.tracedHere(err)
	} else {
		fr.pushed = true
		if v := fr.exec(); v.ref != nil {
			result = v.value()
		}
		fr.pushed = false // starlark.Call leaves the call
	}
	m.release(fr.loc)
	m.top = top
	m.leave(fr)
	m.settle()
	err, m.err = m.err, nil
	return result, err
}

// end ends what belongs to the outermost call.
func (m *machine) end(depth int) {
	if depth == 0 {
		m.owner = nil
	}
}

// exec runs the body of a frame whose parameters are set. It returns no value if
// the body fails.
func (fr *frame) exec() (v val) {
	c := fr.fn.code
	for _, i := range c.cells {
		fr.loc[i] = val{ref: &cell{v: fr.loc[i]}}
	}
	switch c.body(fr) {
	case ctlReturn:
		v = fr.result
		fr.result = val{}
	case ctlFail:
	default:
		v = none
	}
	return v
}

// callScript calls fn, to whose variables the arguments are bound already, and
// releases the variables.
func (fr *frame) callScript(at spot, fn *Function, loc []val) (v val) {
	m := fr.m
	fr.at = at
	if m.due() && !fr.tick(at) {
		m.release(loc)
		return val{}
	}
	next, err := m.enter(fr, fn)
	if err != nil {
		m.release(loc)
		return fr.fail(at, err)
	}
	next.loc = loc
	m.top = next
	v = next.exec()
	m.top = fr
	m.leave(next)
	m.release(loc)
	return v
}

// call calls any value. args is not kept.
func (fr *frame) call(at spot, callee starlark.Value, args []val, kwargs []starlark.Tuple) val {
	m := fr.m
	fn, ok := callee.(*Function)
	if !ok {
		return fr.callHost(at, callee, values(args), kwargs)
	}
	fn = m.resolve(fr, fn)
	loc := m.alloc(fn.code.nlocals)
	if err := fn.bind(loc, args, kwargs); err != nil {
		m.release(loc)
		return fr.misfit(at, fn, err)
	}
	return fr.callScript(at, fn, loc)
}

// callBack calls fn for a built-in of the evaluator, as starlark.Call does.
func (m *machine) callBack(fn starlark.Callable, arg starlark.Value) (starlark.Value, error) {
	script, ok := fn.(*Function)
	if !ok || m.top == &m.base {
		return starlark.Call(m.thread, fn, starlark.Tuple{arg}, nil)
	}
	args := [1]val{valOf(arg)}
	v := m.top.call(m.top.at, script, args[:], nil)
	if v.ref == nil {
		err := m.err
		m.err = nil
		return nil, err
	}
	return v.value(), nil
}

// misfit reports arguments that do not fit, as an error of the call that was to be.
func (fr *frame) misfit(at spot, fn *Function, err error) val {
	m := fr.m
	fr.at = at
	next, deep := m.enter(fr, fn)
	if deep != nil {
		return fr.fail(at, deep)
	}
	next.fail(fn.code.first, err)
	m.leave(next)
	return val{}
}

// callHost calls a value that is not a script's function. args is the callee's to keep.
func (fr *frame) callHost(at spot, callee starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) val {
	c, ok := callee.(starlark.Callable)
	if !ok {
		return fr.notCallable(at, callee)
	}
	return fr.callOut(at, &hostCall{fn: c, args: args, kwargs: kwargs})
}

func (fr *frame) notCallable(at spot, x starlark.Value) val {
	return fr.fail(at, fmt.Errorf("invalid call of non-function (%s)", x.Type()))
}

func (fr *frame) callOut(at spot, c *hostCall) val {
	m := fr.m
	fr.at = at
	if m.due() && !fr.tick(at) {
		return val{}
	}
	m.settle()
	m.expose(fr)
	x, err := m.callHere(c)
	if err != nil {
		m.err = err
		return val{}
	}
	m.chargeFor(x)
	return valOf(x)
}

// chargeFor takes into account what a host function made.
func (m *machine) chargeFor(x starlark.Value) {
	switch x := x.(type) {
	case starlark.String:
		m.charge(len(x))
	case starlark.Bytes:
		m.charge(len(x))
	case *starlark.List:
		m.charge(16 * x.Len())
	case starlark.Tuple:
		m.charge(16 * len(x))
	}
}
