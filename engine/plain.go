package engine

import (
	"sync"
	"unsafe"
	"weak"
)

// plainValues remembers large values in which there is nothing but frozen lists, dicts,
// tuples, numbers and text: they never change, and need not be walked into again. Scripts
// hand the same large table to one task after the other.
type plainValues struct {
	mu    sync.Mutex // guards what follows
	known map[any]struct{}
	list  [64]any // the known ones, weak pointers; the oldest is forgotten for a new one
	next  int
}

// large is the length from which on a value is worth being remembered.
const large = 64

func (vs *plainValues) has(key any) bool {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	_, ok := vs.known[key]
	return ok
}

func (vs *plainValues) add(key any) {
	vs.mu.Lock()
	defer vs.mu.Unlock()
	if vs.known == nil {
		vs.known = map[any]struct{}{}
	}
	delete(vs.known, vs.list[vs.next])
	vs.known[key] = struct{}{}
	vs.list[vs.next] = key
	vs.next = (vs.next + 1) % len(vs.list)
}

// A walk is the way through one large value, or through all else of a publication.
type walk struct {
	mixed bool // there is something that is not plain
	open  bool // it led into a walk that is not at its end, and so perhaps into a mixed one
	ended bool
	depth int
}

// maxWalks is how deep walks go within walks: they take the goroutine's stack.
const maxWalks = 100

// meet notes that a value was come across that an earlier walk has been to.
func (w *walk) meet(before *walk) {
	if w != before {
		w.mixed = w.mixed || before.mixed
		w.open = w.open || before.open || !before.ended
	}
}

// within visits what is in v, a frozen value of n elements, by visit. What is known to be
// plain is passed over.
func within[T any](p *Publication, v *T, n int, visit func()) {
	if n < large || p.walk.depth == maxWalks {
		visit()
		return
	}
	key := weak.Make(v)
	if p.plain.has(key) {
		return
	}
	outer, todo := p.walk, p.todo
	w := &walk{depth: outer.depth + 1}
	p.walk, p.todo = w, nil
	p.seen[identity{unsafe.Pointer(v), 0}] = w // it may be in itself
	visit()
	p.drain()
	p.walk, p.todo = outer, todo
	w.ended = true
	if !w.mixed && !w.open {
		p.plain.add(key)
	}
	outer.mixed = outer.mixed || w.mixed
	outer.open = outer.open || w.open
}
