package group

import "time"

// A worker is a goroutine that takes tasks until there are none.
type worker[T any] struct {
	impl Worker[T]
	a    Attempt
	task *Task[T] // in hand; nil: none. Guarded by Run.mu
	out  bool     // in Worker's hands; only the worker's goroutine looks
	at   int      // in Run.workers. Guarded by Run.mu
}

// An ending is what came of one attempt.
type ending[T any] struct {
	value T
	err   error
	cause error // what stopped it; nil: it ended by itself
	again bool  // it should be tried once more

	queued time.Duration // see Attempt.Queued
}

func (r *Run[T]) work() {
	defer r.cfg.Workers.Done()
	defer r.busy(-1)
	r.mu.Lock()
	w := r.enlist()
	r.unlock()
	left := false
	defer func() {
		if !left && w.out {
			r.lose(w)
		}
	}()
	fit := w.impl != nil || w.equip(r.cfg.NewWorker)
	now := time.Now()
	since := now

	r.mu.Lock()
	r.starting = false
	for {
		t := r.take()
		if t == nil {
			break
		}
		w.task = t
		if t.Spec.Limited && !w.admitted(r, t) {
			w.task = nil
			continue
		}
		w.begin(r, t, now)
		r.grow()
		r.unlock()

		w.out = true
		var end ending[T]
		w.attempt(r, t, &end)
		w.out = false
		if t.Spec.Limited {
			t.more.ticket.Leave()
		}

		now = time.Now()
		r.mu.Lock()
		w.task = nil
		r.settle(t, &end, now)
		if bounded := r.cfg.Slots.bounded(); !fit || bounded && (!w.a.held || now.Sub(since) >= turn && r.makeWay()) {
			break
		}
	}
	r.leave(w)
	left = true // from here on it may be somebody else's
	if fit && !r.finished && len(r.spare) < maxSpare {
		r.spare = append(r.spare, w)
	}
	r.unlock()
}

// maxSpare is how many workers a run keeps that have nothing to do: what a Worker has
// set up is used again when there is more, without a goroutine that waits for it.
const maxSpare = 64

// leave ends a worker's time with the run. Run.mu is held.
func (r *Run[T]) leave(w *worker[T]) {
	r.discharge(w)
	if !w.a.held {
		r.grow() // it may have left tasks behind
		return
	}
	var again *waiter
	if r.hungry() {
		again, r.wanting = r.self, true
	}
	if next := r.cfg.Slots.pass(again); next != nil {
		r.later(next.grant)
	}
}

// enlist makes the worker known, with a number that no other has now.
func (r *Run[T]) enlist() *worker[T] {
	var w *worker[T]
	if n := len(r.spare); n > 0 {
		w, r.spare[n-1] = r.spare[n-1], nil
		r.spare = r.spare[:n-1]
	} else {
		w = &worker[T]{}
		w.a.slots, w.a.base = r.cfg.Slots, r.base
		w.a.stop = func(cause error) { w.impl.Stop(cause) }
	}
	w.a.held = r.cfg.Slots.bounded()
	if n := len(r.numbers); n > 0 {
		w.a.Worker, r.numbers = r.numbers[n-1], r.numbers[:n-1]
	} else {
		w.a.Worker = len(r.workers)
	}
	w.at = len(r.workers)
	r.workers = append(r.workers, w)
	return w
}

func (r *Run[T]) discharge(w *worker[T]) {
	last := len(r.workers) - 1
	r.workers[w.at] = r.workers[last]
	r.workers[w.at].at = w.at
	r.workers[last] = nil
	r.workers = r.workers[:last]
	r.numbers = append(r.numbers, w.a.Worker)
}

// turn is how long a worker may keep its slot from others, in whole tasks. Making
// way after each task costs a goroutine and a Worker for each: with short tasks
// that is six times as slow.
const turn = time.Millisecond

// makeWay reports whether the worker should let others have its slot: runs that
// share slots take turns.
func (r *Run[T]) makeWay() bool {
	n := r.cfg.Slots.b.waiting.Load()
	if n == 0 || n == 1 && r.wanting {
		return false
	}
	return r.cfg.Slots.others(r.self)
}

// begin opens an attempt of the task in hand. Run.mu is held, so that Stop finds it
// either pending or stoppable.
func (w *worker[T]) begin(r *Run[T], t *Task[T], now time.Time) {
	n := t.attempts.Load()
	if n == 0 {
		t.Start = now
	}
	t.attempts.Store(n + 1)
	t.phase = running
	t.status.Store(uint32(Running))
	a := &w.a
	a.Number, a.Max, a.Queued = int(n)+1, 1, 0
	if t.Spec.Retry != nil {
		a.Max += t.Spec.Retry.Retries
	}
	a.begin(now, t.Spec.Timeout, r.until)
}

// attempt makes one try of task i and asks whether there should be another.
func (w *worker[T]) attempt(r *Run[T], t *Task[T], end *ending[T]) {
	end.value, end.err = w.call(t)
	end.queued = w.a.Queued
	if cause := w.a.Close(); cause != nil {
		w.impl.Resume()
		if end.err != nil { // a value that was ready in time is kept
			end.cause = cause
		}
	}
	if t.Spec.Retry == nil || end.cause != nil && !IsTimeout(end.cause) {
		return
	}
	w.askAgain(r, t, end)
}

// askAgain asks the worker whether to try again, in an attempt of its own that
// can be stopped like any other. A stop that came since the try found
// nothing to stop, so it is made up for here: a failed task is not asked about,
// as it will not be tried again; a value is still judged, by a stopped worker.
func (w *worker[T]) askAgain(r *Run[T], t *Task[T], end *ending[T]) {
	timeout, now := t.Spec.Timeout, time.Time{}
	if timeout > 0 {
		now = time.Now()
	}
	r.mu.Lock()
	stopped := t.cancelled()
	if stopped != nil && end.err != nil {
		r.mu.Unlock()
		return
	}
	w.a.begin(now, timeout, r.until)
	if stopped != nil {
		w.a.stopWith(stopped)
	}
	r.mu.Unlock()

	err := end.err
	if end.cause != nil {
		_, err = outcome(end.cause, true)
	}
	again, fault := w.again(t, end.value, err)
	cause := w.a.Close()
	if cause != nil {
		w.impl.Resume()
	}
	switch {
	case fault != nil && cause != nil:
		end.cause = cause
		if end.err == nil { // otherwise what the try itself said is worth more
			end.err = fault
		}
	case fault != nil:
		end.err, end.cause = fault, nil
	default:
		end.again = again
		if again && end.err == nil {
			end.err = ErrRefused
		}
	}
}

func (w *worker[T]) call(t *Task[T]) (v T, err error) {
	defer recovered(&err)
	return w.impl.Call(&w.a, t)
}

func (w *worker[T]) again(t *Task[T], v T, failure error) (again bool, err error) {
	defer recovered(&err)
	return w.impl.Again(&w.a, t, v, failure)
}

func (w *worker[T]) gates(t *Task[T]) (gates []*Gate, err error) {
	defer recovered(&err)
	return w.impl.Gates(&w.a, t)
}

// settle records the end of an attempt.
func (r *Run[T]) settle(t *Task[T], end *ending[T], now time.Time) {
	t.queued += end.queued
	t.Duration = now.Sub(t.Start) - t.queued
	if t.Err != nil {
		m := t.extra()
		m.earlier = append(m.earlier, t.Err)
	}
	t.Err = end.err
	status := Failed
	switch {
	case end.err == nil:
		status, t.Value = OK, end.value
	case end.cause != nil:
		status, t.Err = stoppedAt(end.cause, end.err)
	}
	if end.again && end.err != nil && t.cancelled() == nil {
		if delay, ok := t.Spec.Retry.next(t.Attempts(), t.Duration, end.err); ok {
			r.postpone(t, delay)
			return
		}
	}
	r.end(t, status)
	if status.Failure() {
		r.tooMany()
	}
	r.finishIfDone(now)
}
