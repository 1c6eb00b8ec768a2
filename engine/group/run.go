package group

import (
	"context"
	"sync"
	"time"
)

// A Config says what a run does. Its fields must not change after Start.
type Config[T any] struct {
	Slots   *Slots          // the workers that may be busy; never nil
	Workers *sync.WaitGroup // counts the run and its workers until they have gone; nil: the budget's

	Deadline    time.Duration // for the whole run; 0: none
	MaxFailures int           // failed tasks at which the run stops; 0: never
	MaxShare    float64       // the same in percent of the tasks; 0: never
	Total       int           // tasks that there will be, for MaxShare; 0: not known before Close
	MaxText     string        // MaxFailures as the user wrote it, for the message; "": its digits

	NewWorker func(a *Attempt) Worker[T] // called on the worker's goroutine; a serves all its attempts

	// Settled, if not nil, is told of every attempt that ended and of every task
	// that will not begin, with the run's lock held, before anybody else can see the
	// status: it must not block or call the run. again is the delay before the next
	// attempt (status is Pending), or -1 for the last.
	Settled func(t *Task[T], status Status, again time.Duration)

	// Ended, if not nil, is told of every task whose status has just become final, with
	// the run's lock held. An error stops the run, with it as the cause.
	Ended func(t *Task[T]) error
}

// A Run is one execution of tasks. Its methods are safe for concurrent use.
type Run[T any] struct {
	cfg    Config[T]
	base   context.Context // for the values of attempts' contexts; never done
	self   *waiter
	done   chan struct{} // closed when the last task has ended
	detach func() bool   // from the context that started it
	began  time.Time
	until  time.Time // deadline; zero: none

	mu       sync.Mutex // guards what follows and every task
	after    []func()   // to be called when mu is given up
	queue    queue[T]
	ready    int // tasks in that phase
	blocked  map[*Task[T]]struct{}
	limited  map[*Task[T]]struct{}
	delayed  map[*Task[T]]struct{}
	added    int
	left     int // tasks that have not ended
	closed   bool
	counts   Counts
	stopped  error // why nothing may begin any more
	strike   *time.Timer
	starting bool // a worker was started that has not come to its first task
	wanting  bool // self waits for a slot
	workers  []*worker[T]
	spare    []*worker[T] // have gone, and can come back
	numbers  []int        // of workers that have gone
	finished bool
	ended    []func() // to be called when the run has ended
	duration time.Duration
}

// Start begins a run without tasks and returns at once. When ctx ends, running
// tasks are stopped with its cause and the others do not begin. Close must follow.
func Start[T any](ctx context.Context, cfg Config[T]) *Run[T] {
	r := &Run[T]{
		cfg:   cfg,
		base:  context.WithoutCancel(ctx),
		done:  make(chan struct{}),
		began: time.Now(),
	}
	if r.cfg.Workers == nil {
		r.cfg.Workers = &cfg.Slots.b.workers
	}
	r.self = &waiter{s: cfg.Slots, grant: r.granted}
	r.cfg.Workers.Add(1)
	r.mu.Lock()
	defer r.unlock()
	if d := cfg.Deadline; d > 0 {
		r.until = r.began.Add(d)
		r.busy(1)
		r.strike = time.AfterFunc(d, func() {
			r.Stop(deadlineStop(d))
			r.busy(-1)
		})
	}
	r.detach = context.AfterFunc(ctx, func() { r.Stop(inherited(context.Cause(ctx))) })
	if ctx.Err() != nil { // nothing begins, not even for a moment
		r.stopLocked(inherited(context.Cause(ctx)))
	}
	return r
}

// Add gives the run more tasks and returns at once. They are taken by priority, then
// in their order. The slice is the run's from then on. Add must not be called after
// Close, but by tasks of the run that have not ended, or under Hold.
func (r *Run[T]) Add(tasks ...*Task[T]) { r.AddThen(tasks...)() }

// AddThen is Add for who holds a lock of its own, and must give that up before it calls
// then: that tells others what has come of it.
func (r *Run[T]) AddThen(tasks ...*Task[T]) (then func()) {
	r.mu.Lock()
	r.addLocked(tasks)
	calls := r.after
	r.after = nil
	r.mu.Unlock()
	return func() {
		for _, f := range calls {
			f()
		}
	}
}

func (r *Run[T]) addLocked(tasks []*Task[T]) {
	from := 0 // of a stretch of tasks that may begin, all of one priority
	for i, t := range tasks {
		t.run, t.Index = r, r.added
		r.added++
		r.left++
		switch {
		case t.phase == ended:
			r.end(t, t.Status())
		case r.stopped != nil:
			r.drop(t, r.stopped)
		case r.block(t):
		default:
			if from < i && t.Spec.Priority != tasks[from].Spec.Priority {
				r.line(tasks[from:i])
				from = i
			}
			t.phase = ready
			continue
		}
		r.line(tasks[from:i])
		from = i + 1
	}
	r.line(tasks[from:])
	r.grow()
}

// line has tasks of one priority stand in line for a worker.
func (r *Run[T]) line(tasks []*Task[T]) {
	if len(tasks) > 0 {
		r.queue.at(tasks[0].Spec.Priority).put(tasks...)
		r.ready += len(tasks)
	}
}

// enqueue has one task stand in line; again says that it had its turn before.
func (r *Run[T]) enqueue(t *Task[T], again bool) {
	t.phase = ready
	if !again {
		r.line([]*Task[T]{t})
		return
	}
	r.queue.urgent.put(t)
	r.ready++
}

// Hold keeps the run from ending until Release: who is not a task of it holds it before
// Add, as it may be closed at any moment. False: it has ended already.
func (r *Run[T]) Hold() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.finished {
		return false
	}
	r.left++
	return true
}

// Release undoes Hold.
func (r *Run[T]) Release() {
	r.mu.Lock()
	defer r.unlock()
	r.left--
	r.finishIfDone(time.Now())
}

// Close says that no more tasks will be added: the run ends when all have ended.
func (r *Run[T]) Close() {
	r.mu.Lock()
	defer r.unlock()
	r.closed = true
	r.finishIfDone(time.Now())
}

// Done is closed when every task has ended.
func (r *Run[T]) Done() <-chan struct{} { return r.done }

// Wait blocks until every task has ended.
func (r *Run[T]) Wait() { <-r.done }

// Notify has f called once every task has ended, on some goroutine and with no lock
// held. False: that is so already, and f will not be called.
func (r *Run[T]) Notify(f func()) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.finished {
		return false
	}
	r.ended = append(r.ended, f)
	return true
}

// Duration returns how long the run took, or has taken so far.
func (r *Run[T]) Duration() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.finished {
		return time.Since(r.began)
	}
	return r.duration
}

// Counts says how the tasks have ended so far, and how many were added.
func (r *Run[T]) Counts() (ended Counts, added int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.counts, r.added
}

// Began returns when the run began.
func (r *Run[T]) Began() time.Time { return r.began }

// Left returns how many tasks have not ended.
func (r *Run[T]) Left() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.left
}

// Closed reports whether Close was called.
func (r *Run[T]) Closed() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.closed
}

// Unstarted returns how many tasks could begin and have no worker.
func (r *Run[T]) Unstarted() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.ready
}

// unlock gives up mu and makes the calls that had to wait for that.
func (r *Run[T]) unlock() {
	calls := r.after
	r.after = nil
	r.mu.Unlock()
	for _, f := range calls {
		f()
	}
}

// later has f called when mu is given up.
func (r *Run[T]) later(f func()) { r.after = append(r.after, f) }

// busy tells who looks for deadlocks that n more things can go on by themselves.
func (r *Run[T]) busy(n int) { r.cfg.Slots.b.waits.Busy(n) }
