package threadgroup

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// def attempt(fn: Callable, *args, **kwargs) -> Result
//
// attempt calls a function here and now and returns a Result, failed if the call has: what
// try and except are in Python. It does not catch what is meant for its own task: a timeout,
// a deadline, cancel, exit, a deadlock and limits.
func attempt(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee(b.Name(), args)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	r := new(Result).init(&spec{Spec: group.Spec{Name: fn.Name()}, fn: fn, args: args, kwargs: kwargs, o: &options{}}, false)
	began := time.Now()
	v, err := t.Call(fn, args, kwargs)
	if err == nil {
		r.task.Ran(began, v, nil)
		return r, nil
	}
	if cause := t.Cancelled(); cause != nil {
		return nil, cause
	}
	if engine.Passes(err) { // it is meant for the task that attempt runs in
		return nil, err
	}
	r.task.Ran(began, nil, err)
	r.fail()
	return r, nil
}

// def defer(fn: Callable, *args, **kwargs) -> None
//
// defer has a function called when this task ends, or the script, however it ends; the last
// one first.
func deferCall(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee(b.Name(), args)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	t.HandOver(func(p *engine.Publication) {
		t.Defer(p.Callable(fn), p.Tuple(args), p.Kwargs(kwargs))
	})
	return starlark.None, nil
}

// def current_task() -> Task
//
// current_task returns the task that calls it; None outside of tasks.
func currentTask(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	w, ok := engine.Of(thread).Local.(*worker)
	if !ok {
		return starlark.None, nil
	}
	a := w.attempt
	c := &currentTaskValue{
		name: w.task.spec.Name, group: w.e.group.name, index: w.task.task.Index,
		attempt: a.Number, max: a.Max, worker: a.Worker, life: a,
	}
	e, name, index := w.e, c.name, c.index
	c.tell = func(done, total float64) { e.progressed(name, index, done, total) }
	c.until, c.bounded = a.Until()
	if home := w.e.call(c.index); home != nil {
		c.index, c.attempt, c.max, c.worker, c.tell = home.Index, home.Attempt, home.Max, home.Worker, home.Progress
		if until := home.Until; !until.IsZero() && (!c.bounded || until.Before(c.until)) {
			c.until, c.bounded = until, true
		}
	}
	return c, nil
}

// A currentTaskValue is a task as seen from inside.
type currentTaskValue struct {
	name, group          string
	index                int
	attempt, max, worker int
	until                time.Time
	bounded              bool
	life                 engine.Life
	tell                 func(done, total float64)
}

var _ starlark.HasAttrs = (*currentTaskValue)(nil)

func (c *currentTaskValue) String() string        { return fmt.Sprintf("<task %q of %q>", c.name, c.group) }
func (c *currentTaskValue) Type() string          { return "Task" }
func (c *currentTaskValue) Freeze()               {} // immutable
func (c *currentTaskValue) Truth() starlark.Bool  { return true }
func (c *currentTaskValue) Hash() (uint32, error) { return 0, errors.New("unhashable type: Task") }

// class Task
//
// A Task is a task as seen from inside: current_task().
//
//	name: str                of the task
//	attempt: int             which one this is, from 1
//	max_attempts: int        how many there may be
//	worker: int              which worker it runs on
//	remaining: float | None  seconds until its time is over; None is no bound
//	cancelled: bool          whether it is to stop
//	group: str               the group's name
var currentTaskAttrs = builtin.Attrs[*currentTaskValue]{
	"name":         func(c *currentTaskValue) (starlark.Value, error) { return starlark.String(c.name), nil },
	"attempt":      func(c *currentTaskValue) (starlark.Value, error) { return starlark.MakeInt(c.attempt), nil },
	"max_attempts": func(c *currentTaskValue) (starlark.Value, error) { return starlark.MakeInt(c.max), nil },
	"worker":       func(c *currentTaskValue) (starlark.Value, error) { return starlark.MakeInt(c.worker), nil },
	"remaining":    (*currentTaskValue).remaining,
	"cancelled": func(c *currentTaskValue) (starlark.Value, error) {
		return starlark.Bool(c.life.Cause() != nil), nil
	},
	"group":    func(c *currentTaskValue) (starlark.Value, error) { return starlark.String(c.group), nil },
	"progress": builtin.Method("progress", (*currentTaskValue).progress),
}

func (c *currentTaskValue) Attr(name string) (starlark.Value, error) {
	return currentTaskAttrs.Get(c, name, nil)
}
func (c *currentTaskValue) AttrNames() []string { return currentTaskAttrs.Names() }

// remaining returns the seconds until the attempt or the run is out of time, or None.
func (c *currentTaskValue) remaining() (starlark.Value, error) {
	if !c.bounded {
		return starlark.None, nil
	}
	return starlark.Float(max(0, time.Until(c.until).Seconds())), nil
}

// def Task.progress(done: float, total: float) -> None
//
// progress tells who watches how far the task is.
func (c *currentTaskValue) progress(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var done, total starlark.Value
	if err := starlark.UnpackArgs("progress", args, kwargs, "done", &done, "total", &total); err != nil {
		return nil, err
	}
	d, ok := starlark.AsFloat(done)
	n, ok2 := starlark.AsFloat(total)
	if !ok || !ok2 || !(d >= 0) || !(n >= 0) {
		return nil, fmt.Errorf("progress: done and total must be numbers from 0")
	}
	c.tell(d, n)
	return starlark.None, nil
}
