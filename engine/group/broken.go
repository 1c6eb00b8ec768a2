package group

import (
	"errors"
	"fmt"
	"runtime/debug"
	"time"
)

// A Panic is the error of an attempt that panicked.
type Panic struct {
	Value any
	Stack []byte // of the goroutine
}

func (p *Panic) Error() string { return fmt.Sprintf("panic: %v", p.Value) }

// errExited is the error of a task that ended its goroutine.
var errExited = errors.New("the task ended its goroutine (runtime.Goexit)")

// recovered turns a panic into the error of the attempt. It is tempting to let
// panics of host code end the process, but then one task costs all others their
// results.
func recovered(err *error) {
	if v := recover(); v != nil {
		*err = &Panic{Value: v, Stack: debug.Stack()}
	}
}

// equip makes the worker's Worker. False: that panicked; then the worker fails
// the one task it takes, so that the panic is seen, and leaves.
func (w *worker[T]) equip(make func(*Attempt) Worker[T]) (fit bool) {
	var err error
	func() {
		defer recovered(&err)
		w.impl = make(&w.a)
	}()
	if err != nil {
		w.impl = unfit[T]{err}
	}
	return err == nil
}

// An unfit Worker fails every task.
type unfit[T any] struct{ err error }

func (u unfit[T]) Call(*Attempt, *Task[T]) (v T, err error)         { return v, u.err }
func (u unfit[T]) Again(*Attempt, *Task[T], T, error) (bool, error) { return false, nil }
func (u unfit[T]) Gates(*Attempt, *Task[T]) ([]*Gate, error)        { return nil, u.err }
func (u unfit[T]) Stop(error)                                       {}
func (u unfit[T]) Resume()                                          {}

// lose ends the task of a worker whose goroutine ends in the middle of it:
// runtime.Goexit cannot be held up, and testing's FailNow calls it.
func (r *Run[T]) lose(w *worker[T]) {
	w.a.Close()
	r.mu.Lock()
	defer r.unlock()
	t := w.task
	w.task = nil
	if t.phase == taken {
		w.begin(r, t, time.Now())
		w.a.Close()
	}
	r.settle(t, &ending[T]{err: errExited}, time.Now())
	r.leave(w)
}
