package group

import (
	"context"
	"strconv"
	"sync"
	"time"
)

// A Config says what a run does. Its fields must not change after Start.
type Config[T any] struct {
	Tasks []*Task[T]
	Slots *Slots // the workers that may be busy; never nil

	Deadline    time.Duration // for the whole run; 0: none
	MaxFailures int           // failed tasks at which the run stops; 0: never
	MaxText     string        // MaxFailures as the user wrote it, for the message; "": its digits

	NewWorker func(a *Attempt) Worker[T] // called on the worker's goroutine; a serves all its attempts

	// Settled, if not nil, is told of every attempt that ended and of every task
	// that will not begin, with the run's lock held: it must not block or call
	// the run. again is the delay before the next attempt, or -1 for the last.
	Settled func(i int, again time.Duration)
}

// A Run is one execution of a list of tasks. Its methods are safe for
// concurrent use.
type Run[T any] struct {
	cfg    Config[T]
	base   context.Context // for the values of attempts' contexts; never done
	self   *waiter
	done   chan struct{} // closed when the last task has ended
	detach func() bool   // from the context that started it
	began  time.Time
	until  time.Time // deadline; zero: none

	mu       sync.Mutex // guards what follows and every task
	next     int        // the first task that no worker has taken
	again    []int      // tasks whose retry delay is over: taken first
	delayed  map[int]*time.Timer
	left     int // tasks that have not ended
	failures int
	stopped  error // why nothing may begin any more
	strike   *time.Timer
	starting bool // a worker was started that has not come to its first task
	wanting  bool // self waits for a slot
	workers  []*worker[T]
	numbers  []int // of workers that have gone
	finished bool
	duration time.Duration
}

// Start begins to run the tasks and returns at once. Tasks are taken in their
// order. When ctx ends, running tasks are stopped with its cause and the others
// do not begin.
func Start[T any](ctx context.Context, cfg Config[T]) *Run[T] {
	r := &Run[T]{
		cfg:   cfg,
		base:  context.WithoutCancel(ctx),
		done:  make(chan struct{}),
		left:  len(cfg.Tasks),
		began: time.Now(),
	}
	r.self = &waiter{s: cfg.Slots, grant: r.granted}
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.left == 0 {
		close(r.done)
		return r
	}
	cfg.Slots.b.workers.Add(1)
	if d := cfg.Deadline; d > 0 {
		r.until = r.began.Add(d)
		r.strike = time.AfterFunc(d, func() { r.Stop(deadlineStop(d)) })
	}
	r.detach = context.AfterFunc(ctx, func() { r.Stop(inherited(context.Cause(ctx))) })
	if ctx.Err() != nil { // nothing begins, not even for a moment
		r.stopLocked(inherited(context.Cause(ctx)))
		return r
	}
	r.grow()
	return r
}

// Done is closed when every task has ended.
func (r *Run[T]) Done() <-chan struct{} { return r.done }

// Wait blocks until every task has ended.
func (r *Run[T]) Wait() { <-r.done }

// Duration returns how long the run took. It is meaningful once Done is closed.
func (r *Run[T]) Duration() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.duration
}

// Stop ends the run: running tasks are stopped, the others do not begin. It
// does not wait for them. The first cause counts.
func (r *Run[T]) Stop(cause error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.stopLocked(cause)
}

func (r *Run[T]) stopLocked(cause error) {
	if r.stopped != nil || r.left == 0 {
		return
	}
	r.stopped = cause
	for i, timer := range r.delayed {
		timer.Stop()
		r.drop(i, true)
	}
	for _, i := range r.again {
		r.drop(i, true)
	}
	for ; r.next < len(r.cfg.Tasks); r.next++ {
		r.drop(r.next, false)
	}
	r.delayed, r.again = nil, nil
	for _, w := range r.workers {
		if w.task >= 0 {
			w.a.stopWith(cause)
		}
	}
	r.finishIfDone(time.Now())
}

// drop ends a task that no worker has in hand.
func (r *Run[T]) drop(i int, begun bool) {
	t := r.cfg.Tasks[i]
	last := t.Err
	t.Status, t.Err = outcome(r.stopped, begun)
	if last != nil {
		t.Earlier = append(t.Earlier, last)
	}
	if begun {
		t.Duration = time.Since(t.Start)
	}
	r.end(i)
}

// end counts a task that has its final status.
func (r *Run[T]) end(i int) {
	r.left--
	if r.cfg.Tasks[i].Status.Failure() {
		r.failures++
	}
	if r.cfg.Settled != nil {
		r.cfg.Settled(i, -1)
	}
}

// finishIfDone ends the run, once, when the last task has ended.
func (r *Run[T]) finishIfDone(now time.Time) {
	if r.left > 0 || r.finished {
		return
	}
	r.finished = true
	r.duration = now.Sub(r.began)
	if r.strike != nil {
		r.strike.Stop()
	}
	if r.detach != nil {
		r.detach()
	}
	if r.wanting && r.cfg.Slots.b.forget(r.self, &r.cfg.Slots.b.want) {
		r.wanting = false // else it would be kept until whoever holds the slots is done
	}
	close(r.done)
	r.cfg.Slots.b.workers.Done()
}

// pending returns how many tasks a worker could take now.
func (r *Run[T]) pending() int { return len(r.cfg.Tasks) - r.next + len(r.again) }

// take returns a task to work on, or -1.
func (r *Run[T]) take() int {
	if len(r.again) > 0 {
		i := r.again[0]
		r.again = r.again[1:]
		return i
	}
	if r.next < len(r.cfg.Tasks) {
		r.next++
		return r.next - 1
	}
	return -1
}

// grow starts one more worker if there is work and a slot for it. A worker that
// comes to its first task calls it again, so workers are added one after
// another and only while none is free: short tasks are finished by the workers
// that are there before the next one gets its turn, and tasks that block bring
// in as many as they need. (A goroutine for each task is a fifth as fast and
// costs memory for tasks that only wait.)
func (r *Run[T]) grow() {
	if !r.hungry() {
		return
	}
	if r.cfg.Slots.bounded() && !r.cfg.Slots.takeOr(r.self, &r.cfg.Slots.b.want) {
		r.wanting = true
		return
	}
	r.spawn()
}

// hungry reports whether the run could use one more worker and has not asked for it.
func (r *Run[T]) hungry() bool { return !r.starting && !r.wanting && r.pending() > 0 }

// granted is called when a slot came free for the run.
func (r *Run[T]) granted() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.wanting = false
	if r.starting || r.pending() == 0 {
		r.mu.Unlock()
		r.cfg.Slots.release()
		r.mu.Lock()
		return
	}
	r.spawn()
}

func (r *Run[T]) spawn() {
	r.starting = true
	r.cfg.Slots.b.workers.Add(1)
	go r.work()
}

// ready has a task taken again once its retry delay is over.
func (r *Run[T]) ready(i int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.stopped != nil {
		return // it was dropped
	}
	delete(r.delayed, i)
	r.again = append(r.again, i)
	r.grow()
}

// tooMany stops the run when it has had as many failures as it may.
func (r *Run[T]) tooMany() {
	if r.left == 0 || r.cfg.MaxFailures == 0 || r.failures < r.cfg.MaxFailures {
		return
	}
	text := r.cfg.MaxText
	if text == "" {
		text = strconv.Itoa(r.cfg.MaxFailures)
	}
	r.stopLocked(failuresStop(text))
}
