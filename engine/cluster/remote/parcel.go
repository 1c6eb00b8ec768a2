package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
)

// A parcel is some items on their way, as one task of the cluster.
type parcel struct {
	items  []*item
	wanted atomic.Int64 // items that somebody waits for
	cancel context.CancelFunc
	family *family // that it is of; nil: none

	// Touched by hear, and after that.
	late  bool   // it takes long
	moved []bool // items that were handed back
}

// drop notes that nobody waits for one of the items any more.
func (p *parcel) drop() {
	if p.wanted.Add(-1) == 0 {
		p.cancel()
	}
}

// carryAlone sends an item by itself.
func (c *Caller) carryAlone(ctx context.Context, it *item) { c.carry(ctx, nil, []*item{it}) }

// carry sends items of a family as one parcel, and blocks until that has come back. It
// returns those that were not begun, how many have ended, and how long that took.
func (c *Caller) carry(ctx context.Context, f *family, items []*item) (rest []*item, done int, took time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &parcel{cancel: cancel, family: f}
	p.load(items)
	if len(p.items) == 0 {
		return nil, 0, 0
	}
	p.moved = make([]bool, len(p.items))
	defer p.unload()
	out, err := c.send(ctx, p)
	if p.late {
		f.quick()
	}
	if err == nil {
		rest, done = p.deliver(out.Data)
		return rest, done, out.Took
	}
	lost := len(p.items) > 1 && errors.Is(err, cluster.ErrLost)
	for i, it := range p.items {
		switch {
		case p.moved[i]:
		case lost && c.crew.Go(func(ctx context.Context) { c.carryAlone(ctx, it) }):
			// One of them may have brought the workers down; the others are not to suffer.
		default:
			it.end(outcome{err: err})
		}
	}
	return nil, 0, 0
}

// load takes in those items that somebody waits for.
func (p *parcel) load(items []*item) {
	p.wanted.Store(1) // of its own, so that it is not cancelled half-way
	for _, it := range items {
		it.mu.Lock()
		if !it.gone {
			it.parcel = p
			p.wanted.Add(1)
			p.items = append(p.items, it)
		}
		it.mu.Unlock()
	}
	p.drop()
}

func (p *parcel) unload() {
	for _, it := range p.items {
		it.mu.Lock()
		if it.parcel == p {
			it.parcel = nil
		}
		it.mu.Unlock()
	}
}

// send makes a task of the parcel, and waits for its outcome.
func (c *Caller) send(ctx context.Context, p *parcel) (cluster.Outcome, error) {
	first := p.items[0]
	call, h := first.call, first.home
	head := &head{Script: h.run.Script(), Group: call.Group, Started: call.Started != nil}
	if !call.Until.IsZero() {
		head.Until = call.Until.UnixNano()
	}
	task := cluster.Task{ID: c.nextID(), Queue: call.Queue, ABI: h.abi, Tries: tries, Answer: p.answer}
	if call.Once {
		task.Tries = 1
	}
	orders := make([]order, len(p.items))
	kinds := map[kind]int{}
	var last []wire.Blob
	for i, it := range p.items {
		orders[i] = order{head.kind(kinds, it.call), it.call.Index, it.call.Worker, it.message.Data}
		blobs := it.message.Blobs
		if len(blobs) == 0 || len(last) == len(blobs) && &last[0] == &blobs[0] {
			continue // those of one function, as the one before
		}
		last = blobs
		if err := c.put(ctx, blobs); err != nil {
			return cluster.Outcome{}, err
		}
		for _, b := range blobs {
			if hash := cluster.Hash(b.Hash); !slices.Contains(task.Code, hash) {
				task.Code = append(task.Code, hash)
			}
		}
	}
	task.Data = packParcel(head, orders)
	return c.d.Do(ctx, task, p.hear)
}

// kind returns the number of the kind of a call.
func (h *head) kind(known map[kind]int, c *engine.Call) int {
	pos := c.Given.Pos
	k := kind{
		Task: c.Task, Attempt: c.Attempt, Max: c.Max, Timeout: c.Timeout,
		Given: given{Task: c.Given.Task, File: pos.Filename(), Line: pos.Line, Col: pos.Col},
	}
	if len(h.Kinds) > 0 && h.Kinds[len(h.Kinds)-1] == k { // as of all items of a map
		return len(h.Kinds) - 1
	}
	n, ok := known[k]
	if !ok {
		n = len(h.Kinds)
		known[k] = n
		h.Kinds = append(h.Kinds, k)
	}
	return n
}

// deliver tells the items what came of them, and returns those that were not begun, and how
// many have ended.
func (p *parcel) deliver(data []byte) (rest []*item, done int) {
	list, err := unpackOutcomes(data, len(p.items), false)
	for i, it := range p.items {
		switch {
		case err != nil && p.moved[i]:
		case err != nil:
			it.end(outcome{err: err})
		case list[i].what != unbegun:
			it.end(list[i])
			done++
		case !p.moved[i]:
			rest = append(rest, it)
		}
	}
	return rest, done
}

// takeBack takes what a worker says of a parcel that takes long: what came of some of its
// items, and which it does not begin. Those are sent again.
func (p *parcel) takeBack(data []byte) {
	list, err := unpackOutcomes(data, len(p.items), true)
	if err != nil || p.family == nil || p.late {
		return // nothing that a worker says, or nobody else waits for it
	}
	p.late = true
	var rest []*item
	for i, it := range p.items {
		switch list[i].what {
		case kept:
		case unbegun:
			p.moved[i] = true
			if p.release(it) {
				rest = append(rest, it)
			}
		default:
			it.end(list[i])
		}
	}
	p.family.slow(rest)
}

// release takes an item out of the parcel, and reports whether somebody waits for it.
func (p *parcel) release(it *item) bool {
	it.mu.Lock()
	mine := it.parcel == p && !it.gone
	if it.parcel == p {
		it.parcel = nil
	}
	it.mu.Unlock()
	if mine {
		p.drop()
	}
	return mine
}

// hear takes what a task says: one call at a time.
func (p *parcel) hear(frame []byte) {
	kind, place, payload, ok := unpackFrame(frame)
	if !ok || place >= len(p.items) {
		return // nothing that a worker says
	}
	if kind == frameBack {
		p.takeBack(payload)
		return
	}
	it := p.items[place]
	it.mu.Lock()
	defer it.mu.Unlock()
	if it.gone {
		return
	}
	switch call := it.call; kind {
	case framePrinted:
		it.thread.Print(string(payload))
	case frameLogged:
		relog(it.home.run.Logger(), payload)
	case frameStarted:
		if call.Started != nil {
			call.Started(string(payload))
		}
	case frameProgress:
		if call.Progress != nil && len(payload) == 16 {
			call.Progress(float(payload), float(payload[8:]))
		}
	}
}

func float(b []byte) float64 { return math.Float64frombits(binary.BigEndian.Uint64(b)) }
