package threadgroup

import (
	"sync"

	"github.com/starlark-tg/tg/engine/wait"
)

// An inbox takes Results in the order in which they end, for one thread that waits
// for them.
type inbox struct {
	mu   sync.Mutex // guards what follows
	list []*Result
	next int
	due  int        // Results that will come
	wait *wait.Wait // of that thread; nil: it does not wait
}

// expect notes that n more Results will come.
func (b *inbox) expect(n int) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.due += n
}

// put adds a Result that has ended. One that is put twice is there once.
func (b *inbox) put(r *Result) {
	if l := r.live; l != nil && l.sent.Swap(true) {
		return
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	b.due--
	b.list = append(b.list, r)
	if b.wait != nil {
		b.wait.Wake()
		b.wait = nil
	}
}

// take returns the next Result, or nil; then due says whether others will come.
func (b *inbox) take() (r *Result, due bool) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next == len(b.list) {
		b.list, b.next = b.list[:0], 0
		return nil, b.due > 0
	}
	r = b.list[b.next]
	b.list[b.next] = nil
	b.next++
	return r, true
}

// subscribe has w woken by the next Result. False: there is one, or none will come.
func (b *inbox) subscribe(w *wait.Wait) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.next < len(b.list) || b.due == 0 {
		return false
	}
	b.wait = w
	return true
}

// attach has the Results of a live run put into the box, those that have ended too.
func (b *inbox) attach(e *execution) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.inbox.Store(b)
	b.expect(len(e.list))
	for _, r := range e.list {
		if r.task.Status().Done() {
			b.put(r)
		}
	}
}
