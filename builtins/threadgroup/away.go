package threadgroup

import (
	"errors"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// remoteFor returns what makes the calls of a function elsewhere; nil: they are made
// here. What is no function of its own, such as a group, starts its tasks from here.
func remoteFor(t *engine.Thread, fn starlark.Callable) engine.Remote {
	o := t.Run().Options()
	if o.Remote == nil || o.DryRun {
		return nil
	}
	if _, flows := fn.(engine.Flow); flows {
		return o.Remote
	}
	if _, stays := fn.(engine.Shareable); stays {
		if _, travels := fn.(engine.Portable); !travels {
			return nil
		}
	}
	return o.Remote
}

// send makes the call of an attempt elsewhere.
func (w *worker) send(r *Result, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	s, a := r.spec, w.attempt
	c := &engine.Call{
		Fn: fn, Args: args, Kwargs: kwargs, Given: s.given,
		Group: w.e.group.name, Task: s.Name, Index: r.task.Index, Attempt: a.Number, Max: a.Max, Worker: a.Worker,
		Timeout: s.timeout, Queue: w.e.group.queue, Once: s.o.once,
	}
	if w.e.wants(event.TaskProgress) {
		c.Progress = func(done, total float64) { w.e.progressed(s.Name, r.task.Index, done, total) }
	}
	if s.timeout > 0 {
		c.Late = func() { a.Stop(group.TimeoutStop(s.timeout)) }
	}
	if !s.o.once && !w.e.race { // else it would share the fate of others, or wait for them
		c.Family = w.e
	}
	if until, ok := a.Until(); ok {
		c.Until = until
	}
	if w.e.wants(event.TaskStarted) {
		c.Started = func(worker string) { w.tellStarted(r, a.Number, worker) }
	}
	began := time.Now()
	v, err := s.remote.Call(w.thread, c)
	a.Queued = max(time.Since(began)-c.Took, 0)
	if err != nil {
		var exit *engine.ExitError
		if errors.As(err, &exit) {
			w.thread.Run().Exit(exit.Code)
		}
	}
	return v, err
}

// perform makes calls that came from another process, in a run of their own: with a
// worker, as the tasks that they are at home.
func perform(t *engine.Thread, calls []*engine.Call) {
	first := calls[0]
	g := &Group{options: options{name: first.Group}, shared: sharedOf(t.Run()), home: scopeOf(t)}
	e := g.newExecution(t)
	e.calls = calls
	results := make([]*Result, len(calls))
	all, specs, o := make([]Result, len(calls)), make([]spec, len(calls)), &options{}
	for i, c := range calls {
		s := &specs[i]
		s.fn, s.args, s.kwargs, s.given, s.o = c.Fn, c.Args, c.Kwargs, c.Given, o
		s.Name, s.Timeout = c.Task, c.Timeout
		results[i] = all[i].init(s, false)
	}
	e.onEnd = func(r *Result) error {
		c := calls[r.task.Index]
		c.Took = r.task.Duration
		switch status := r.task.Status(); {
		case status == group.OK:
			c.Value, c.Ended = r.task.Value, true
		case r.task.Err == errUnbegun, status == group.Skipped:
		default:
			c.Err, c.Ended, c.TimedOut = r.failure.err, true, group.IsTimeout(r.task.Err)
		}
		if c.Ended && c.Over != nil {
			c.Over()
		}
		return nil
	}
	if err := e.start(g.shared.budget.Slots(1), results); err != nil {
		first.Err, first.Ended = t.Error(err), true
		if first.Over != nil {
			first.Over()
		}
		return
	}
	e.await(t)
}

// errUnbegun is the error of calls that go back as they came.
var errUnbegun = errors.New("it was not begun")

// beginCall reports whether a call from another process is to be made: one after the other,
// so none while the one before it waits for others and has given its worker back.
func (e *execution) beginCall(index int) bool {
	c := e.calls[index]
	return (index == 0 || !e.rested.Load()) && (c.Begins == nil || c.Begins())
}

// call returns what the task in hand is at home; nil: this is its home.
func (e *execution) call(index int) *engine.Call {
	if e.calls == nil {
		return nil
	}
	return e.calls[index]
}
