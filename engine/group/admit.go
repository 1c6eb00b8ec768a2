package group

import "time"

// admitted reports whether the task in hand may begin: it has passed its limiters.
// Else the task was put aside, or has ended. Run.mu is held, and given up meanwhile.
func (w *worker[T]) admitted(r *Run[T], t *Task[T]) bool {
	m := t.extra()
	if m.ticket == nil && !w.ticket(r, t) {
		return false
	}
	r.grow() // others need not wait for this one
	r.unlock()
	passed := m.ticket.Pass()
	r.mu.Lock()
	switch {
	case w.refused(r, t): // and its ticket closed
	case passed:
		return true
	case m.woken:
		m.woken = false
		r.enqueue(t, true)
	default:
		t.phase = limited
		if r.limited == nil {
			r.limited = map[*Task[T]]struct{}{}
		}
		r.limited[t] = struct{}{}
	}
	return false
}

// ticket asks the worker for the task's limiters. It can be stopped meanwhile like
// an attempt.
func (w *worker[T]) ticket(r *Run[T], t *Task[T]) bool {
	m := t.more
	w.a.begin(time.Now(), 0, r.until)
	r.unlock()
	w.out = true
	gates, err := w.gates(t)
	w.out = false
	if w.a.Close() != nil {
		w.impl.Resume()
	}
	r.mu.Lock()
	m.ticket = NewTicket(func() { r.comeBack(t, limited) }, gates...)
	if w.refused(r, t) {
		return false
	}
	if err != nil {
		w.begin(r, t, time.Now())
		w.a.Close()
		r.settle(t, &ending[T]{err: err}, time.Now())
		return false
	}
	return true
}

// refused ends the task in hand if it must not begin any more.
func (w *worker[T]) refused(r *Run[T], t *Task[T]) bool {
	cause := t.cancelled()
	if cause == nil {
		return false
	}
	r.drop(t, cause)
	r.finishIfDone(time.Now())
	return true
}

// comeBack has a task stand in line again that was put aside in this phase. One
// that has not got there yet is told when it does.
func (r *Run[T]) comeBack(t *Task[T], from phase) {
	r.mu.Lock()
	defer r.unlock()
	switch t.phase {
	case from:
		delete(r.limited, t)
		delete(r.delayed, t)
		r.enqueue(t, true)
		r.grow()
	case taken:
		t.more.woken = true
	}
}
