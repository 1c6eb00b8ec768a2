package threadgroup

import (
	"errors"
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

// Call makes one attempt: the function, then what it deferred.
func (w *worker) Call(a *group.Attempt, i int) (starlark.Value, error) {
	r := &w.e.results[i]
	w.task = r
	if w.e.wants(event.TaskStarted) {
		w.e.emit(event.Event{Kind: event.TaskStarted, Task: r.spec.Name, Index: i, Attempts: a.Number})
	}
	w.thread.Give(r.spec.given)
	w.calls.Add(1)
	v, err := w.thread.Call(r.spec.fn, r.args(), r.spec.kwargs)
	w.calls.Add(1)
	var exit *engine.ExitError
	if errors.As(err, &exit) && w.thread.Run().Context().Err() != nil {
		a.Stop(exit) // exit stops every task, this one too; another script's exit is an error like others
	}
	if w.thread.Deferred() {
		a.Close() // what stopped the task does not stop its clean-up
		if late := w.thread.RunDefers(); err == nil && late != nil {
			err = late
		}
	}
	return v, err
}

// never are the kinds of errors that another try cannot mend.
var never = map[string]bool{"cancelled": true, "deadline": true, "exit": true, "permission": true, "limit": true, "deadlock": true}

// Again asks the predicates of retry(…).
func (w *worker) Again(_ *group.Attempt, i int, v starlark.Value, err error) (bool, error) {
	r := &w.e.results[i]
	ask, arg := r.spec.o.retry.ifError, starlark.Value(nil)
	if err == nil {
		if ask = r.spec.o.retry.ifValue; ask == nil {
			return false, nil
		}
		arg = v
	} else {
		e := asError(err)
		if never[e.Kind] {
			return false, nil
		}
		if ask == nil {
			return true, nil
		}
		arg = &Error{err: e, task: r.spec.Name}
	}
	answer, fault := w.thread.Call(ask, starlark.Tuple{arg}, nil)
	if fault != nil {
		return false, fault
	}
	return bool(answer.Truth()), nil
}

// Stop stops the thread. A host call that does not return within the grace
// period is made known: a task ends only when its host call has.
func (w *worker) Stop(cause error) {
	w.thread.Stop(cause)
	call := w.calls.Load()
	if !w.e.wants(event.TaskOverdue) || call%2 == 0 {
		return
	}
	task, index := w.task.spec.Name, w.task.index
	time.AfterFunc(w.thread.Run().Options().Grace, func() {
		if w.calls.Load() == call {
			w.e.emit(event.Event{Kind: event.TaskOverdue, Task: task, Index: index})
		}
	})
}

func (w *worker) Resume() { w.thread.Resume() }

// taskError returns what a script sees of a task that did not end well.
func taskError(t *group.Task[starlark.Value]) *engine.Error { return asError(t.Err) }

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
