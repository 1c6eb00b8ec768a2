package group

import (
	"context"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
)

// An Attempt is one try of one task, from the worker's point of view. A worker
// has one Attempt and uses it again for each try, so it must not be kept.
// Context, Cause and Wait belong to the worker's goroutine.
type Attempt struct {
	Number int // 1 for the first try
	Max    int // tries that the task has at most
	Worker int // number of the worker, from 0

	// Queued is how long the attempt has waited for its turn elsewhere, which does not
	// count as the task's Duration. A Worker sets it in Call.
	Queued time.Duration

	slots *Slots
	held  bool // the worker holds one of slots
	timer *time.Timer
	until time.Time // when the timeout or the run's deadline strikes; zero: never

	base context.Context
	stop func(error)

	mu     sync.Mutex // guards what follows
	opened int        // how often begin was called: tells a late timer that its try is over
	open   bool
	cause  error
	ctx    context.Context // made when first asked for
	cancel context.CancelCauseFunc
}

// begin opens the attempt: from now on it can be stopped. deadline is the run's.
// Run.mu is held, so that Stop finds the task either not begun or stoppable.
func (a *Attempt) begin(now time.Time, timeout time.Duration, deadline time.Time) {
	a.until = deadline
	if timeout > 0 {
		if at := now.Add(timeout); deadline.IsZero() || at.Before(deadline) {
			a.until = at
		}
	}
	a.mu.Lock()
	a.opened++
	a.open, a.cause, a.ctx, a.cancel = true, nil, nil, nil
	opened := a.opened
	a.mu.Unlock()
	if timeout > 0 {
		a.timer = time.AfterFunc(timeout, func() { a.strike(opened, timeout) })
	}
}

// strike is what the timer of a try does: nothing once that try is over.
func (a *Attempt) strike(opened int, timeout time.Duration) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.opened == opened {
		a.stopLocked(TimeoutStop(timeout))
	}
}

// stopWith ends the attempt from outside. The first cause counts.
func (a *Attempt) stopWith(cause error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.stopLocked(cause)
}

func (a *Attempt) stopLocked(cause error) {
	if !a.open || a.cause != nil {
		return
	}
	a.cause = cause
	a.stop(cause)
	if a.cancel != nil {
		a.cancel(cause)
	}
}

// Stop ends the attempt as if from outside, for a worker that knows it is to be
// stopped. It must not be called from Worker.Stop.
func (a *Attempt) Stop(cause error) { a.stopWith(cause) }

// Close ends the time in which the attempt can be stopped, and returns what
// stopped it, or nil. A worker calls it before it runs what must not be stopped
// (clean-up); the run calls it after Call. Later calls return the same.
func (a *Attempt) Close() error {
	if a.timer != nil {
		a.timer.Stop()
		a.timer = nil
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.open = false
	if a.cancel != nil {
		a.cancel(context.Canceled) // frees the context; no-op if it was stopped
	}
	return a.cause
}

// Cause returns why the attempt must stop, or nil while it may go on.
func (a *Attempt) Cause() error {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.cause
}

// Context returns a context that ends when the attempt is stopped or over. It
// is made when first asked for: most tasks never do.
func (a *Attempt) Context() context.Context {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.ctx == nil {
		a.ctx, a.cancel = context.WithCancelCause(a.base)
		switch {
		case a.cause != nil:
			a.cancel(a.cause)
		case !a.open: // asked for by clean-up
			a.cancel(context.Canceled)
		}
	}
	return a.ctx
}

// Until returns when the attempt's timeout or the run's deadline strikes.
func (a *Attempt) Until() (at time.Time, ok bool) { return a.until, !a.until.IsZero() }

// Wait calls block, which blocks until something has happened that the task waits
// for. The worker is given back meanwhile, so that a task can wait for its own
// children even with one worker; before Wait returns it takes a worker again, unless
// the attempt was stopped. slot makes the wait for that, of kind wait.Slot.
func (a *Attempt) Wait(block func(), slot func() *wait.Wait) {
	if !a.held {
		block()
		return
	}
	a.held = false
	a.slots.release()
	block()
	back := slot()
	back.Ctx = a.Context()
	w := &waiter{s: a.slots, grant: func() { back.Wake() }}
	back.Begin()
	if a.slots.takeOr(w, &a.slots.b.back) {
		back.Wake()
	}
	a.held = back.Block() == nil || !a.slots.b.forget(w, &a.slots.b.back)
}
