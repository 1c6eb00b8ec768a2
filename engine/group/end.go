package group

import (
	"cmp"
	"maps"
	"math"
	"slices"
	"strconv"
	"time"
)

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
	r.later(r.cfg.Workers.Done)
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
