package remote

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/starlark"
)

// A Caller sends tasks to the workers of a cluster. It is safe for concurrent use, by any
// number of runs of scripts.
type Caller struct {
	d     cluster.Dispatcher
	crew  *cluster.Crew // one goroutine for each parcel
	tasks atomic.Uint64 // sent so far: their IDs

	mu       sync.Mutex // guards what follows
	families map[any]*family
	blobs    map[wire.Hash]*blob
}

// A blob is a part of messages that is, or will be, where workers find it.
type blob struct {
	once sync.Mutex // held while it is put
	put  bool
}

var _ engine.Remote = (*Caller)(nil)

// NewCaller returns a Caller that sends with d. It is to be closed before d is.
func NewCaller(d cluster.Dispatcher) *Caller {
	return &Caller{d: d, crew: cluster.NewCrew(context.Background()), families: map[any]*family{}, blobs: map[wire.Hash]*blob{}}
}

// Close cancels what is under way and waits for that.
func (c *Caller) Close() { c.crew.Dismiss(cluster.ErrClosed) }

// tries is how many times a task may be started: it is lost if its worker is gone each time.
// Where workers come and go that happens by chance, so it is not few; what brings its workers
// down takes as many along, so it is not many.
const tries = 5

// Width implements engine.Remote. The rest of what is called waits for the window.
func (c *Caller) Width() int { return cluster.MaxWindow }

// Call implements engine.Remote. While it waits, its thread does what the task asks of home.
func (c *Caller) Call(t *engine.Thread, call *engine.Call) (starlark.Value, error) {
	h := c.home(t.Run())
	m, err := h.enc.Task(call.Fn, call.Args, call.Kwargs)
	if err != nil {
		e := t.Error(err)
		if !e.Pos.IsValid() {
			e.Pos = call.Given.Pos
		}
		return nil, e
	}
	it := &item{home: h, put: c.put, thread: t, call: call, message: m, news: make(chan struct{}, 1)}
	defer it.leave()
	h.lookAfter(c, call.Queue)
	if err := c.dispatch(it); err != nil {
		return nil, t.Error(err)
	}
	done := t.Context().Done()
	for {
		select {
		case <-it.news:
		case <-done:
			if _, over := it.next(); !over {
				return nil, t.Error(context.Cause(t.Context()))
			}
		}
		a, over := it.next()
		for ; a != nil; a, over = it.next() {
			it.reply(a, it.serve(t, a.question))
		}
		if over {
			return it.open(it.outcome)
		}
	}
}

// impatient is how long nothing is said of a queue that has no workers.
const impatient = 2 * time.Second

// lookAfter has the user told if a queue that is used for the first time has no workers.
func (h *home) lookAfter(c *Caller, queue string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.queues[queue] {
		return
	}
	h.queues[queue] = true
	c.crew.Go(func(ctx context.Context) {
		late := time.NewTimer(impatient)
		defer late.Stop()
		select {
		case <-ctx.Done():
		case <-late.C:
			if c.d.Slots(queue, h.abi) == 0 {
				h.run.Note(fmt.Sprintf("waiting for workers of queue %q", cmp.Or(queue, "default")))
			}
		}
	})
}

func (c *Caller) dispatch(it *item) error {
	ok := true
	if it.call.Family == nil {
		ok = c.crew.Go(func(ctx context.Context) { c.carryAlone(ctx, it) })
	} else {
		ok = c.family(it).add(it)
	}
	if !ok {
		return cluster.ErrClosed
	}
	return nil
}

// put has the blobs of a message where workers find them.
func (c *Caller) put(ctx context.Context, list []wire.Blob) error {
	for _, w := range list {
		c.mu.Lock()
		b := c.blobs[w.Hash]
		if b == nil {
			b = &blob{}
			c.blobs[w.Hash] = b
		}
		c.mu.Unlock()
		if err := c.putOnce(ctx, b, w.Data); err != nil {
			return err
		}
	}
	return nil
}

func (c *Caller) putOnce(ctx context.Context, b *blob, data []byte) error {
	b.once.Lock()
	defer b.once.Unlock()
	if b.put {
		return nil
	}
	_, err := c.d.Put(ctx, data)
	b.put = err == nil
	return err
}

// nextID names a task.
func (c *Caller) nextID() string { return strconv.FormatUint(c.tasks.Add(1), 36) }

// An item is one call under way.
type item struct {
	home    *home
	put     putter
	thread  *engine.Thread // blocked in Call
	call    *engine.Call
	message wire.Message
	news    chan struct{} // holds one: that there is more below than Call knows of

	mu      sync.Mutex // guards what follows; held while the item's thread is told something
	gone    bool       // nobody waits any more
	parcel  *parcel    // that it is in; nil: none
	over    bool       // the outcome is there, which does not change any more
	outcome outcome
	asks    []*asked          // that have no answer, in order
	answers map[string]*asked // by op
}

// leave notes that nobody waits for the call any more.
func (it *item) leave() {
	it.mu.Lock()
	it.gone = true
	p := it.parcel
	for _, a := range it.asks {
		a.data = packFailure(errGone)
		close(a.done)
	}
	it.asks = nil
	it.mu.Unlock()
	if p != nil {
		p.drop()
	}
}

// end tells who waits what came of the call. The first word counts.
func (it *item) end(o outcome) {
	it.mu.Lock()
	if !it.over {
		it.over, it.outcome = true, o
		if o.what == timedOut && !it.gone && it.call.Late != nil { // else its thread does something else
			it.call.Late()
		}
	}
	it.mu.Unlock()
	it.tell()
}

func (it *item) tell() {
	select {
	case it.news <- struct{}{}:
	default:
	}
}

// open turns an outcome into what the call returns.
func (it *item) open(o outcome) (starlark.Value, error) {
	it.call.Took = o.took
	switch {
	case o.err != nil:
		return nil, it.failure(o.err)
	case o.what == returned:
		v, err := it.home.dec.Value(o.data, false)
		if err != nil {
			return nil, it.thread.Error(err)
		}
		return v, nil
	}
	e, err := wire.ReadFailure(o.data)
	if err != nil {
		return nil, it.thread.Error(err)
	}
	return nil, e
}

// failure is the error of a call that has never come to an end.
func (it *item) failure(err error) error {
	var lost *cluster.LostError
	var alone *cluster.NoWorkersError
	switch {
	case errors.As(err, &lost):
		text := "lost: its worker was gone before it had ended, each of the " + strconv.Itoa(lost.Tries) + " times that it was started"
		if it.call.Once {
			text = "lost: its worker was gone before it had ended, and it must not run twice"
		}
		return engine.NewError("lost", text, err)
	case errors.As(err, &alone):
		e := engine.NewError("error", err.Error(), err)
		e.Hint = "start one with tg worker --cluster URL --queue " + alone.Queue
		return e
	}
	return it.thread.Error(err)
}
