package group

import (
	"container/list"
	"sync"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine/wait"
)

// A Budget bounds how many workers of many runs are busy at once. Safe for concurrent use.
type Budget struct {
	workers sync.WaitGroup // of runs that were given none
	waiting atomic.Int32   // waiters in back and want: read without mu on the hot path
	waits   *wait.Monitor

	mu   sync.Mutex // guards what follows and the used field of every Slots
	max  int        // 0: no ceiling
	used int
	back list.List // of *waiter: tasks that gave their worker back and want to go on; served first
	want list.List // of *waiter: runs that have tasks to start; first come, first served
}

// NewBudget returns a budget with a ceiling over all its slots; 0 means none. Its
// runs tell waits what they do by themselves.
func NewBudget(ceiling int, waits *wait.Monitor) *Budget { return &Budget{max: ceiling, waits: waits} }

// Ceiling returns the bound over all slots; 0 means none.
func (b *Budget) Ceiling() int { return b.max }

// Wait blocks until every run that was given no WaitGroup has ended and its workers have gone.
// Meanwhile only their tasks may start such runs.
func (b *Budget) Wait() { b.workers.Wait() }

// Slots are the workers that one group may use at once, whatever the number of
// its runs.
type Slots struct {
	b    *Budget
	max  int // 0: only the ceiling counts
	used int
}

// Slots returns n new slots under the budget's ceiling; 0 means no bound of its own.
func (b *Budget) Slots(n int) *Slots { return &Slots{b: b, max: n} }

// Max returns how many workers there may be at once; 0: any number.
func (s *Slots) Max() int {
	if s.max == 0 || s.b.max > 0 && s.b.max < s.max {
		return s.b.max
	}
	return s.max
}

// A waiter is told by grant, on some goroutine and with no lock held, that it
// now holds a slot.
type waiter struct {
	s     *Slots
	grant func()
	place *list.Element // in its queue; nil: it does not wait
}

// bounded reports whether slots have to be counted at all.
func (s *Slots) bounded() bool { return s.max > 0 || s.b.max > 0 }

func (s *Slots) free() bool {
	return s.ownFree() && (s.b.max == 0 || s.b.used < s.b.max)
}

// ownFree is free but for the ceiling: one that waits all the same waits for that.
func (s *Slots) ownFree() bool { return s.max == 0 || s.used < s.max }

func (s *Slots) hold() {
	s.used++
	s.b.used++
}

// takeOr takes a slot at once, or has w wait for one in the queue q.
func (s *Slots) takeOr(w *waiter, q *list.List) bool {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	if s.free() {
		s.hold()
		return true
	}
	s.b.join(w, q)
	return false
}

// release gives a slot back and hands it to whoever waits for it.
func (s *Slots) release() {
	if next := s.pass(nil); next != nil {
		next.grant()
	}
}

// pass gives a slot back, has again (if not nil) wait for one like any other, and
// returns who holds one now and is to be told. Both in one step: else it depends
// on luck whether the next one stands in the queue again before this one does.
func (s *Slots) pass(again *waiter) (next *waiter) {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	s.used--
	s.b.used--
	if again != nil {
		s.b.join(again, &s.b.want)
	}
	return s.b.next()
}

// next takes the first waiter that can go on now out of its queue.
func (b *Budget) next() *waiter {
	for _, q := range []*list.List{&b.back, &b.want} {
		for e := q.Front(); e != nil; e = e.Next() {
			if w := e.Value.(*waiter); w.s.free() {
				b.leave(w, q)
				w.s.hold()
				return w
			}
		}
	}
	return nil
}

func (b *Budget) join(w *waiter, q *list.List) {
	w.place = q.PushBack(w)
	b.waiting.Add(1)
}

func (b *Budget) leave(w *waiter, q *list.List) {
	q.Remove(w.place)
	w.place = nil
	b.waiting.Add(-1)
}

// forget takes w out of the queue q. False: it has its slot already.
func (b *Budget) forget(w *waiter, q *list.List) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w.place == nil {
		return false
	}
	b.leave(w, q)
	return true
}

// others reports whether anyone but self waits for a slot that s could free.
func (s *Slots) others(self *waiter) bool {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	for _, q := range []*list.List{&s.b.back, &s.b.want} {
		for e := q.Front(); e != nil; e = e.Next() {
			if w := e.Value.(*waiter); w != self && (w.s == s || w.s.ownFree()) {
				return true
			}
		}
	}
	return false
}
