package cluster

import (
	"context"
	"slices"
	"sync"
)

// MaxWindow is the most tasks of one queue that are under way at once.
const MaxWindow = 4096

// WindowFor returns how many tasks are to be under way for so many slots: enough
// that none waits for the coordinator, few enough that the broker holds little.
func WindowFor(slots int) int { return min(4*max(slots, 0), MaxWindow) }

// A Window lets so many through at once and makes the others wait, first come,
// first served. The zero value lets none through. Safe for concurrent use.
type Window struct {
	mu      sync.Mutex      // guards the fields below
	size    int             // how many may be in
	in      int             // how many are
	waiting []chan struct{} // Closed, in order, when its owner is in.
}

// Resize sets how many may be in at once. Those that are in stay in.
func (w *Window) Resize(size int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.size = size
	w.admit()
}

// Enter blocks until there is room, or ctx ends, and then returns its error. Each
// Enter without an error needs one Leave.
func (w *Window) Enter(ctx context.Context) error {
	w.mu.Lock()
	turn := make(chan struct{})
	w.waiting = append(w.waiting, turn)
	w.admit()
	w.mu.Unlock()
	select {
	case <-turn:
		return nil
	case <-ctx.Done():
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	if i := slices.Index(w.waiting, turn); i >= 0 {
		w.waiting = slices.Delete(w.waiting, i, i+1)
	} else { // it came in at the same moment
		w.in--
		w.admit()
	}
	return context.Cause(ctx)
}

// Leave makes room.
func (w *Window) Leave() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.in--
	w.admit()
}

// In returns how many are in, and how many may be.
func (w *Window) In() (in, size int) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.in, w.size
}

// admit lets in as many as there is room for; w.mu is held.
func (w *Window) admit() {
	for w.in < w.size && len(w.waiting) > 0 {
		close(w.waiting[0])
		w.waiting[0] = nil
		w.waiting = w.waiting[1:]
		w.in++
	}
}

// TryEnter is Enter for those who do not wait.
func (w *Window) TryEnter() bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.in >= w.size || len(w.waiting) > 0 {
		return false
	}
	w.in++
	return true
}
