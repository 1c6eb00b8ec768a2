package group

import (
	"fmt"
	"time"
)

// block has the task wait for what it depends on. False: all that has ended well.
// Run.mu is held.
func (r *Run[T]) block(t *Task[T]) bool {
	m := t.more
	if m == nil || len(m.after) == 0 {
		return false
	}
	m.waits = len(m.after) + 1 // one more for this function: it may be told while it asks
	t.phase = blocked
	if r.blocked == nil {
		r.blocked = map[*Task[T]]struct{}{}
	}
	r.blocked[t] = struct{}{}
	after := m.after
	r.later(func() {
		for _, d := range after {
			r.follow(t, d)
		}
		r.unblock(t, nil)
	})
	return true
}

// follow has the task told when d ends. No lock is held: d may be of another run.
func (r *Run[T]) follow(t, d *Task[T]) {
	told := func() { r.unblock(t, d) }
	if !d.Notify(told) {
		told()
	}
}

// unblock notes that d, on which the task depends, has ended.
func (r *Run[T]) unblock(t, d *Task[T]) {
	r.mu.Lock()
	defer r.unlock()
	if t.phase != blocked {
		return // it was dropped
	}
	if d != nil && d.Status() != OK {
		r.drop(t, needed(d))
		r.finishIfDone(time.Now())
		return
	}
	if t.more.waits--; t.more.waits == 0 {
		delete(r.blocked, t)
		t.more.after = nil
		r.enqueue(t, false)
		r.grow()
	}
}

// needed is why a task is skipped that depends on d. The root of it is named.
func needed[T any](d *Task[T]) error {
	how := map[Status]string{Failed: "failed", TimedOut: "timed out", Cancelled: "was cancelled", Skipped: "was skipped"}[d.Status()]
	stop, _ := d.Err.(*Stop)
	if stop != nil && stop.Root != "" {
		return &Stop{Kind: KindSkipped, Reason: stop.Root, Root: stop.Root, Cause: d.Err}
	}
	root := fmt.Sprintf("%q %s", d.Spec.Name, how)
	return &Stop{Kind: KindSkipped, Reason: root, Root: root, Cause: d.Err}
}
