package remote

import (
	"cmp"
	"context"
	"sync"

	"github.com/starlark-tg/tg/engine/cluster"
)

// A family is calls that are alike, on their way to workers: as many of them together as
// take some 35 ms. It is there as long as any of them waits.
type family struct {
	c       *Caller
	key     any
	chunker cluster.Chunker

	mu      sync.Mutex // guards what follows
	waiting []*item    // in order
	parcels int        // under way, or about to be, but for
	tardy   int        // those that take long
	width   int        // how many parcels are to be, when that was looked up last
	full    int        // how many items a parcel has when as many wait as ever do, likewise
	over    bool       // it is forgotten
}

// family returns the family that an item belongs to.
func (c *Caller) family(it *item) *family {
	c.mu.Lock()
	defer c.mu.Unlock()
	f := c.families[it.call.Family]
	if f == nil {
		f = &family{c: c, key: it.call.Family}
		c.families[f.key] = f
	}
	return f
}

// add has an item sent. False: the Caller is closed.
func (f *family) add(it *item) bool {
	f.mu.Lock()
	if f.over { // it was forgotten a moment ago
		f.mu.Unlock()
		return f.c.family(it).add(it)
	}
	defer f.mu.Unlock()
	f.waiting = append(f.waiting, it)
	if f.parcels > 0 && (f.small() || f.parcels+f.tardy >= f.width) {
		return true
	}
	return f.more()
}

// slow notes that a parcel takes long, which nothing is to wait for any more; it has handed
// items back.
func (f *family) slow(back []*item) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parcels--
	f.tardy++
	f.waiting = append(back, f.waiting...)
	if len(f.waiting) == 0 {
		return
	}
	f.look()
	if f.parcels == 0 || !f.small() && f.parcels+f.tardy < f.width {
		f.more() // else the parcel itself takes them when it has come back
	}
}

// quick is the end of what slow has noted.
func (f *family) quick() {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.parcels++
	f.tardy--
}

// more has one more parcel sent. False: the Caller is closed. f.mu is held.
func (f *family) more() bool {
	f.parcels++
	ok := f.c.crew.Go(f.work)
	if !ok {
		f.parcels--
	}
	return ok
}

// unknown is how many slots there are thought to be as long as no worker has been heard of.
// The Dispatcher holds back what is too much; what is too little would have workers idle
// until the first tasks have ended.
const unknown = 32

// look looks up how many parcels are to be under way: for each slot one that runs, and one
// that is there when it has ended. Something waits, and f.mu is held.
func (f *family) look() {
	it := f.waiting[0]
	f.width = 2 * cmp.Or(f.c.d.Slots(it.call.Queue, it.home.abi), unknown)
	f.full = f.chunker.Size(f.c.Width(), f.width)
}

// work sends parcels, one after the other, as long as there is something to send.
func (f *family) work(ctx context.Context) {
	for items := f.take(); items != nil; items = f.take() {
		rest, done, took := f.c.carry(ctx, f, items)
		if took > 0 {
			f.chunker.Done(done, took)
		}
		if len(rest) > 0 {
			f.mu.Lock()
			f.waiting = append(rest, f.waiting...)
			f.mu.Unlock()
		}
	}
}

// small reports whether what waits is less than a parcel. It waits for more as long as
// another parcel is under way: many small ones cost more than they gain. f.mu is held.
func (f *family) small() bool { return len(f.waiting) < max(f.full, 1) }

// take returns what goes into the next parcel; nil: nothing, or another one will take it.
func (f *family) take() []*item {
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(f.waiting) > 0 {
		f.look()
	}
	if f.parcels > 1 && f.small() {
		f.parcels--
		return nil
	}
	if len(f.waiting) > 0 {
		n := f.chunker.Size(len(f.waiting), f.width)
		items := f.waiting[:n:n]
		f.waiting = f.waiting[n:]
		if !f.small() && f.parcels+f.tardy < f.width {
			f.more() // there are more workers than before, or the items take longer
		}
		return items
	}
	f.waiting = nil
	if f.parcels--; f.parcels+f.tardy == 0 {
		f.over = true
		f.c.forget(f)
	}
	return nil
}

func (c *Caller) forget(f *family) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.families[f.key] == f {
		delete(c.families, f.key)
	}
}
