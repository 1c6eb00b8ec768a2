package threadgroup

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A worker makes attempts of tasks on one Starlark thread.
type worker struct {
	e       *execution
	attempt *group.Attempt
	thread  *engine.Thread
	task    *Result      // in hand
	calls   atomic.Int64 // odd while the function of a task runs
}

var _ group.Worker[starlark.Value] = (*worker)(nil)

func newWorker(e *execution, a *group.Attempt) *worker {
	w := &worker{e: e, attempt: a}
	w.thread = e.thread.Run().NewThread(e.group.name, a)
	w.thread.Local = w
	return w
}

// Party names the task in hand.
func (w *worker) Party() string {
	return fmt.Sprintf("task %q of group %q", w.task.spec.Name, w.e.group.name)
}

// Mark says in an event which task is in hand.
func (w *worker) Mark(e *event.Event) {
	e.Group, e.Run, e.Task, e.Index = w.e.group.name, w.e.number, w.task.spec.Name, w.task.task.Index
}

// Call makes one attempt: the function, then what it started, then what it deferred.
func (w *worker) Call(a *group.Attempt, t *group.Task[starlark.Value]) (starlark.Value, error) {
	r := t.Of.(*Result)
	w.task = r
	switch {
	case w.e.calls != nil:
		if !w.e.beginCall(r.task.Index) {
			return nil, errUnbegun
		}
	case r.spec.remote == nil && w.e.wants(event.TaskStarted):
		w.tellStarted(r, a.Number, "")
	}
	if r.live != nil {
		r.live.worker.Store(w)
		defer r.live.worker.Store(nil)
	}
	w.thread.Give(&r.spec.given)
	w.calls.Add(1)
	v, err := w.call(r)
	w.calls.Add(1)
	if err != nil && w.thread.Run().Context().Err() != nil {
		var exit *engine.ExitError
		if errors.As(err, &exit) {
			a.Stop(exit) // exit stops every task, this one too; another script's exit is an error like others
		}
	}
	err = w.thread.Finish(err, func() { a.Close() })
	if err == nil && r.spec.judge() == nil {
		err = r.give(w.thread, v)
	}
	if r.live != nil && r.live.done != nil {
		err = r.live.done(w.thread, v, err)
	}
	if err == nil {
		r.seal(w.thread, v)
	}
	return v, err
}

// tellStarted is not part of Call: an Event on the stack of every task that waits would be
// half a kilobyte for each.
func (w *worker) tellStarted(r *Result, attempt int, worker string) {
	w.e.emit(event.Event{Kind: event.TaskStarted, Task: r.spec.Name, Index: r.task.Index, Attempts: attempt, Worker: worker})
}

// judge returns what is asked about values, or nil.
func (s *spec) judge() starlark.Callable {
	if s.o.retry == nil {
		return nil
	}
	return s.o.retry.ifValue
}

// Gates returns what the task's limiters have to let through.
func (w *worker) Gates(_ *group.Attempt, t *group.Task[starlark.Value]) ([]*group.Gate, error) {
	r := t.Of.(*Result)
	w.task = r
	args, kwargs := r.arguments()
	gates, err := r.spec.o.limit.gates(w.thread, args, kwargs)
	return gates, w.thread.Finish(err, func() {})
}

// never are the kinds of errors that another try cannot mend, beside those of engine.Passes.
var never = map[string]bool{"cancelled": true, "deadline": true, "permission": true}

// Again asks the predicates of retry(…).
func (w *worker) Again(_ *group.Attempt, t *group.Task[starlark.Value], v starlark.Value, err error) (bool, error) {
	r := t.Of.(*Result)
	ask, arg := r.spec.o.retry.ifError, starlark.Value(nil)
	if err == nil {
		if ask = r.spec.judge(); ask == nil {
			return false, nil
		}
		arg = v
	} else {
		e := asError(err)
		if never[e.Kind] || engine.Passes(e) || e.Kind == "lost" && r.spec.o.once {
			return false, nil
		}
		if ask == nil {
			return true, nil
		}
		arg = &Error{err: e, task: r.spec.Name}
	}
	answer, fault := w.thread.Call(ask, starlark.Tuple{arg}, nil)
	if fault = w.thread.Finish(fault, func() {}); fault != nil {
		return false, fault
	}
	if again := bool(answer.Truth()); again || err != nil {
		return again, nil
	}
	return false, r.give(w.thread, v)
}

// Stop stops the thread. A host call that does not return within the grace
// period is made known: a task ends only when its host call has.
func (w *worker) Stop(cause error) {
	w.thread.Stop(cause)
	call := w.calls.Load()
	if !w.e.wants(event.TaskOverdue) || call%2 == 0 {
		return
	}
	task, index := w.task.spec.Name, w.task.task.Index
	time.AfterFunc(w.thread.Run().Options().Grace, func() {
		if w.calls.Load() == call {
			w.e.emit(event.Event{Kind: event.TaskOverdue, Task: task, Index: index})
		}
	})
}

func (w *worker) Resume() { w.thread.Resume() }

// asError returns what a script sees of an error.
func asError(err error) *engine.Error {
	var e *engine.Error
	switch err := err.(type) {
	case *engine.Error:
		return err
	case *group.Stop:
		return stopError(err)
	case *group.Panic:
		return engine.NewError("panic", err.Error(), err)
	}
	if errors.As(err, &e) {
		return e
	}
	return engine.NewError("error", err.Error(), err)
}

// stopError is the error of a stopped task, with the stack of where it was.
func stopError(stop *group.Stop) *engine.Error {
	e := engine.NewError(string(stop.Kind), stop.Reason, stop)
	if at, ok := stop.At.(*engine.Error); ok {
		e.Stack, e.Pos = at.Stack, at.Pos
	}
	return e
}
