package group

import "container/heap"

// A ranked is something in a ranking.
type ranked interface {
	rank() int64
	place() *int // where it keeps its index in the ranking; -1: it is in none
}

// A ranking is a set of which the one with the lowest rank is the first. Whatever
// the number of elements n, it takes time in proportion to log n to change it; less
// if what comes ranks last.
type ranking[E ranked] []E

func (r *ranking[E]) add(e E) { heap.Push((*heaped[E])(r), e) }

// remove takes e out, if it is in.
func (r *ranking[E]) remove(e E) {
	if i := *e.place(); i >= 0 {
		heap.Remove((*heaped[E])(r), i)
	}
	if len(*r) == 0 && cap(*r) > 1024 {
		*r = nil
	}
}

// heaped is a ranking as package heap wants it.
type heaped[E ranked] []E

func (h heaped[E]) Len() int           { return len(h) }
func (h heaped[E]) Less(i, j int) bool { return h[i].rank() < h[j].rank() }

func (h heaped[E]) Swap(i, j int) {
	h[i], h[j] = h[j], h[i]
	*h[i].place(), *h[j].place() = i, j
}

func (h *heaped[E]) Push(e any) {
	*e.(E).place() = len(*h)
	*h = append(*h, e.(E))
}

func (h *heaped[E]) Pop() any {
	last := len(*h) - 1
	e := (*h)[last]
	clear((*h)[last:])
	*h = (*h)[:last]
	*e.place() = -1
	return e
}
