package group

import "time"

// A worker is a goroutine that takes tasks until there are none.
type worker[T any] struct {
	impl Worker[T]
	a    Attempt
	task int  // in hand; -1: none. Guarded by Run.mu
	out  bool // in Worker's hands; only the worker's goroutine looks
	at   int  // in Run.workers. Guarded by Run.mu
}

// An ending is what came of one attempt.
type ending[T any] struct {
	value T
	err   error
	cause error // what stopped it; nil: it ended by itself
	again bool  // it should be tried once more
}

func (r *Run[T]) work() {
	defer r.cfg.Slots.b.workers.Done()
	r.mu.Lock()
	w := r.enlist()
	r.mu.Unlock()
	defer func() {
		if w.out {
			r.lose(w)
		}
	}()
	fit := w.equip(r.cfg.NewWorker)
	now := time.Now()
	since := now

	r.mu.Lock()
	r.starting = false
	for {
		i := r.take()
		if i < 0 {
			break
		}
		w.begin(r, i, now)
		r.grow()
		r.mu.Unlock()

		w.out = true
		end := w.attempt(r, i)
		w.out = false

		now = time.Now()
		r.mu.Lock()
		w.task = -1
		r.settle(i, end, now)
		if bounded := r.cfg.Slots.bounded(); !fit || bounded && (!w.a.held || now.Sub(since) >= turn && r.makeWay()) {
			break
		}
	}
	r.leave(w)
	r.mu.Unlock()
}

// leave ends a worker's time with the run. Run.mu is held, and given up meanwhile.
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
		r.mu.Unlock()
		next.grant()
		r.mu.Lock()
	}
}

// enlist makes the worker known, with a number that no other has now.
func (r *Run[T]) enlist() *worker[T] {
	w := &worker[T]{task: -1}
	w.a.slots, w.a.held = r.cfg.Slots, r.cfg.Slots.bounded()
	w.a.base = r.base
	w.a.stop = func(cause error) { w.impl.Stop(cause) }
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

// begin takes task i in hand. Run.mu is held, so that Stop finds it either
// pending or stoppable.
func (w *worker[T]) begin(r *Run[T], i int, now time.Time) {
	t := r.cfg.Tasks[i]
	if t.Attempts == 0 {
		t.Start = now
	}
	t.Attempts++
	t.Status = Running
	w.task = i
	a := &w.a
	a.Number, a.Max = int(t.Attempts), 1
	if t.Spec.Retry != nil {
		a.Max += t.Spec.Retry.Retries
	}
	a.begin(now, t.Spec.Timeout, r.until)
}

// attempt makes one try of task i and asks whether there should be another.
func (w *worker[T]) attempt(r *Run[T], i int) (end ending[T]) {
	t := r.cfg.Tasks[i]
	end.value, end.err = w.call(i)
	if cause := w.a.Close(); cause != nil {
		w.impl.Resume()
		if end.err != nil { // a value that was ready in time is kept
			end.cause = cause
		}
	}
	if t.Spec.Retry == nil || end.cause != nil && !isTimeout(end.cause) {
		return end
	}
	w.askAgain(r, i, &end)
	return end
}

// askAgain asks the worker whether to try again, in an attempt of its own that
// can be stopped like any other. A stop of the run that came since the try found
// nothing to stop, so it is made up for here: a failed task is not asked about,
// as it will not be tried again; a value is still judged, by a stopped worker.
func (w *worker[T]) askAgain(r *Run[T], i int, end *ending[T]) {
	timeout, now := r.cfg.Tasks[i].Spec.Timeout, time.Time{}
	if timeout > 0 {
		now = time.Now()
	}
	r.mu.Lock()
	stopped := r.stopped
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
	again, fault := w.again(i, end.value, err)
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

func (w *worker[T]) call(i int) (v T, err error) {
	defer recovered(&err)
	return w.impl.Call(&w.a, i)
}

func (w *worker[T]) again(i int, v T, failure error) (again bool, err error) {
	defer recovered(&err)
	return w.impl.Again(&w.a, i, v, failure)
}

// settle records the end of an attempt.
func (r *Run[T]) settle(i int, end ending[T], now time.Time) {
	t := r.cfg.Tasks[i]
	t.Duration = now.Sub(t.Start)
	if t.Err != nil {
		t.Earlier = append(t.Earlier, t.Err)
	}
	t.Err = end.err
	switch {
	case end.err == nil:
		t.Status, t.Value = OK, end.value
	case end.cause != nil:
		t.Status, t.Err = stoppedAt(end.cause, end.err)
	default:
		t.Status = Failed
	}
	if end.again && end.err != nil && r.stopped == nil {
		if delay, ok := t.Spec.Retry.next(int(t.Attempts), t.Duration); ok {
			r.postpone(i, delay)
			return
		}
	}
	r.end(i)
	if t.Status.Failure() {
		r.tooMany()
	}
	r.finishIfDone(now)
}

// postpone has task i wait for its next attempt; it holds no worker meanwhile.
func (r *Run[T]) postpone(i int, delay time.Duration) {
	r.cfg.Tasks[i].Status = Pending
	if r.delayed == nil {
		r.delayed = map[int]*time.Timer{}
	}
	r.delayed[i] = time.AfterFunc(delay, func() { r.ready(i) })
	if r.cfg.Settled != nil {
		r.cfg.Settled(i, delay)
	}
}
