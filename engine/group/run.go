package group

import (
	"cmp"
	"context"
	"maps"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"
)

// A Config says what a run does. Its fields must not change after Start.
type Config[T any] struct {
	Slots *Slots // the workers that may be busy; never nil

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
	r.self = &waiter{s: cfg.Slots, grant: r.granted}
	cfg.Slots.b.workers.Add(1)
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
func (r *Run[T]) Add(tasks ...*Task[T]) {
	r.mu.Lock()
	defer r.unlock()
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

// Stop ends the run: running tasks are stopped, the others do not begin, nor do
// those that are added later. It does not wait for them. The first cause counts.
func (r *Run[T]) Stop(cause error) {
	r.mu.Lock()
	defer r.unlock()
	r.stopLocked(cause)
	r.finishIfDone(time.Now())
}

func (r *Run[T]) stopLocked(cause error) {
	if r.stopped != nil || r.finished {
		return
	}
	r.stopped = cause
	for _, set := range []map[*Task[T]]struct{}{r.delayed, r.limited, r.blocked} {
		for _, t := range inOrder(set) {
			r.drop(t, cause)
		}
	}
	r.queue.clear(func(t *Task[T]) { r.drop(t, cause) })
	for _, w := range r.workers {
		if w.task != nil {
			w.a.stopWith(cause)
		}
	}
}

// inOrder returns the tasks of a set, by index.
func inOrder[T any](set map[*Task[T]]struct{}) []*Task[T] {
	return slices.SortedFunc(maps.Keys(set), func(a, b *Task[T]) int { return cmp.Compare(a.Index, b.Index) })
}

// drop ends a task that no worker has in hand.
func (r *Run[T]) drop(t *Task[T], cause error) {
	switch t.phase {
	case ready:
		r.ready--
	case blocked:
		delete(r.blocked, t)
	case limited:
		delete(r.limited, t)
	case delayed:
		delete(r.delayed, t)
		if t.more.timer.Stop() {
			r.busy(-1)
		}
	}
	begun := t.Attempts() > 0
	status, stop := outcome(cause, begun)
	if t.Err != nil {
		m := t.extra()
		m.earlier = append(m.earlier, t.Err)
	}
	t.Err = stop
	if begun {
		t.Duration = time.Since(t.Start)
	}
	r.end(t, status)
}

// end gives a task its final status.
func (r *Run[T]) end(t *Task[T], status Status) {
	r.left--
	r.counts[status]++
	t.phase = ended
	if r.cfg.Settled != nil {
		r.cfg.Settled(t, status, -1)
	}
	t.status.Store(uint32(status))
	if m := t.more; m != nil {
		if m.ticket != nil {
			r.later(m.ticket.Close)
		}
		r.after = append(r.after, m.ended...)
		*m = more[T]{earlier: m.earlier}
	}
	if r.cfg.Ended != nil {
		if stop := r.cfg.Ended(t); stop != nil {
			r.stopLocked(stop)
		}
	}
}

// finishIfDone ends the run, once, when the last task has ended.
func (r *Run[T]) finishIfDone(now time.Time) {
	if r.left > 0 || !r.closed || r.finished {
		return
	}
	r.finished = true
	r.duration = now.Sub(r.began)
	if r.strike != nil && r.strike.Stop() {
		r.busy(-1)
	}
	if r.detach != nil {
		r.detach()
	}
	if r.wanting && r.cfg.Slots.b.forget(r.self, &r.cfg.Slots.b.want) {
		r.wanting = false // else it would be kept until whoever holds the slots is done
	}
	close(r.done)
	r.after = append(r.after, r.ended...)
	r.later(r.cfg.Slots.b.workers.Done)
}

// take returns a task to work on, or nil.
func (r *Run[T]) take() *Task[T] {
	t := r.queue.take()
	if t != nil {
		r.ready--
		t.phase = taken
	}
	return t
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
func (r *Run[T]) hungry() bool { return !r.starting && !r.wanting && r.ready > 0 }

// granted is called when a slot came free for the run.
func (r *Run[T]) granted() {
	r.mu.Lock()
	defer r.unlock()
	r.wanting = false
	if r.starting || r.ready == 0 {
		r.later(r.cfg.Slots.release)
		return
	}
	r.spawn()
}

func (r *Run[T]) spawn() {
	r.starting = true
	r.busy(1)
	r.cfg.Slots.b.workers.Add(1)
	go r.work()
}

// tooMany stops the run when it has had as many failures as it may.
func (r *Run[T]) tooMany() {
	max := r.maxFailures()
	if max == 0 || r.counts[Failed]+r.counts[TimedOut] < max {
		return
	}
	text := r.cfg.MaxText
	if text == "" {
		text = strconv.Itoa(max)
	}
	r.stopLocked(failuresStop(text))
}

// maxFailures returns how many failures the run may not reach; 0: any number. A share
// of tasks whose number is not known yet counts once it comes to a whole task.
func (r *Run[T]) maxFailures() int {
	share := r.cfg.MaxShare / 100
	switch n := max(r.added, r.cfg.Total); {
	case share == 0:
		return r.cfg.MaxFailures
	case r.closed || r.cfg.Total > 0:
		return max(1, int(math.Ceil(share*float64(n)-1e-9)))
	default:
		return int(share*float64(n) + 1e-9)
	}
}
