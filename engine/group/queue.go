package group

import (
	"cmp"
	"slices"
)

// A queue holds tasks that a worker could take. Tasks that have left the phase ready
// are still in it, and passed over.
type queue[T any] struct {
	urgent fifo[T]     // had their turn already: to be retried, or let in by a limiter
	level  []*level[T] // by priority, the highest first; mostly there is one
}

type level[T any] struct {
	priority int
	fifo     fifo[T]
}

func (q *queue[T]) at(priority int) *fifo[T] {
	i, found := slices.BinarySearchFunc(q.level, priority, func(l *level[T], p int) int { return cmp.Compare(p, l.priority) })
	if !found {
		q.level = slices.Insert(q.level, i, &level[T]{priority: priority})
	}
	return &q.level[i].fifo
}

// take removes and returns the next task in phase ready, or nil.
func (q *queue[T]) take() *Task[T] {
	if t := q.urgent.take(); t != nil {
		return t
	}
	for _, l := range q.level {
		if t := l.fifo.take(); t != nil {
			return t
		}
	}
	return nil
}

// clear empties the queue and calls f for what was ready.
func (q *queue[T]) clear(f func(*Task[T])) {
	for t := q.take(); t != nil; t = q.take() {
		f(t)
	}
	*q = queue[T]{}
}

// A fifo is a queue in a slice: what was taken is given back to the garbage
// collector now and then.
type fifo[T any] struct {
	items []*Task[T]
	next  int
}

func (f *fifo[T]) put(tasks ...*Task[T]) {
	if f.next > 1024 && f.next > len(f.items)/2 {
		f.items = append([]*Task[T](nil), f.items[f.next:]...)
		f.next = 0
	}
	if f.items == nil {
		f.items = tasks[:len(tasks):len(tasks)] // not copied: there may be a million
		return
	}
	f.items = append(f.items, tasks...)
}

func (f *fifo[T]) take() *Task[T] {
	for f.next < len(f.items) {
		t := f.items[f.next]
		f.next++
		if t.phase == ready {
			return t
		}
	}
	f.items, f.next = nil, 0
	return nil
}
