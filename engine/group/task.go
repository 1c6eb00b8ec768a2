package group

import (
	"cmp"
	"sync/atomic"
	"time"
)

// A Task is one piece of work and, once it has ended, its outcome. Spec, Of and
// After are set before it is added to a run, which owns the rest. Value, Err and
// Duration may be read, from any goroutine, once Status is final; then nothing
// changes any more.
type Task[T any] struct {
	Spec *Spec
	Of   any // what whoever made the task keeps with it

	Index    int       // in its run, from 0
	Start    time.Time // of the first attempt; may be read once Attempts is not 0
	Value    T         // set when Status is OK
	Err      error     // of the last attempt; nil when Status is OK
	Duration time.Duration

	run      *Run[T]
	status   atomic.Uint32
	attempts atomic.Int32
	queued   time.Duration // see Attempt.Queued; guarded by run.mu
	phase    phase         // guarded by run.mu
	more     *more[T]
}

// more is what few tasks need. Guarded by Run.mu.
type more[T any] struct {
	after   []*Task[T]  // must end well before the task begins
	waits   int         // how many of them have not ended
	earlier []error     // of the attempts before the last one
	ended   []func()    // to be called when the task has ended
	ticket  *Ticket     // for its limiters
	woken   bool        // by the ticket, while the task was not in line
	timer   *time.Timer // of a delayed task
	cancel  error       // why it must not begin, or not again; nil: it may
}

// Status returns where the task is.
func (t *Task[T]) Status() Status { return Status(t.status.Load()) }

// Attempts returns how many attempts were begun.
func (t *Task[T]) Attempts() int { return int(t.attempts.Load()) }

// Elapsed returns the time since the first attempt began, or which the task took if
// it has ended.
func (t *Task[T]) Elapsed() time.Duration {
	switch {
	case t.Status().Done():
		return t.Duration
	case t.Attempts() > 0:
		return time.Since(t.Start)
	}
	return 0
}

// Earlier returns the errors of the attempts before the last one. The task must
// have ended.
func (t *Task[T]) Earlier() []error {
	if t.more == nil {
		return nil
	}
	return t.more.earlier
}

// After has the task wait until others have ended well. If one does not, the task
// is skipped. They may belong to other runs; each must have been added to its run
// before this one is, or in the same call, and there must be no cycles.
func (t *Task[T]) After(others ...*Task[T]) {
	if len(others) > 0 {
		m := t.extra()
		m.after = append(m.after, others...)
	}
}

func (t *Task[T]) extra() *more[T] {
	if t.more == nil {
		t.more = &more[T]{}
	}
	return t.more
}

// Finish gives the task its outcome without a run: its value is
// known from earlier. It may be added to a run, which counts it.
func (t *Task[T]) Finish(status Status, value T, err error) {
	t.Value, t.Err, t.phase = value, err, ended
	t.status.Store(uint32(status))
}

// Ran is Finish of a task that was run by hand, once.
func (t *Task[T]) Ran(began time.Time, value T, err error) {
	t.Start, t.Duration = began, time.Since(began)
	t.attempts.Store(1)
	status := OK
	if err != nil {
		status = Failed
	}
	t.Finish(status, value, err)
}

// Elsewhere is Finish of a task that was run in another process.
func (t *Task[T]) Elsewhere(status Status, attempts int, took time.Duration, value T, err error) {
	t.Duration = took
	t.attempts.Store(int32(attempts))
	t.Finish(status, value, err)
}

// Notify has f called once the task has ended, on some goroutine and with no lock
// held. False: it has ended already, and f will not be called.
func (t *Task[T]) Notify(f func()) bool {
	r := t.run
	if r == nil {
		return false // see Finish
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if t.phase == ended {
		return false
	}
	m := t.extra()
	m.ended = append(m.ended, f)
	return true
}

// Cancel ends the task: a running one is stopped, one that has not begun does not
// begin. It does not wait. The first cause counts.
func (t *Task[T]) Cancel(cause error) {
	r := t.run
	if r == nil {
		return
	}
	r.mu.Lock()
	defer r.unlock()
	switch t.phase {
	case ended:
	case taken, running:
		if m := t.extra(); m.cancel == nil {
			m.cancel = cause
		}
		r.stopTask(t, cause)
	default:
		r.drop(t, cause)
		r.finishIfDone(time.Now())
	}
}

// cancelled returns why the task must not be tried any more, or nil.
func (t *Task[T]) cancelled() error {
	if t.more == nil {
		return t.run.stopped
	}
	return cmp.Or(t.more.cancel, t.run.stopped)
}

// stopTask stops the worker that has the task in hand.
func (r *Run[T]) stopTask(t *Task[T], cause error) {
	for _, w := range r.workers {
		if w.task == t {
			w.a.stopWith(cause)
		}
	}
}
