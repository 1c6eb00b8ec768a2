package remote

import (
	"context"
	"encoding/binary"
	"errors"
	"math"
	"slices"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
)

// A parcel is some items on their way, as one task of the cluster.
type parcel struct {
	items  []*item
	wanted atomic.Int64 // items that somebody waits for
	cancel context.CancelFunc
}

// drop notes that nobody waits for one of the items any more.
func (p *parcel) drop() {
	if p.wanted.Add(-1) == 0 {
		p.cancel()
	}
}

// carryAlone sends an item by itself.
func (c *Caller) carryAlone(ctx context.Context, it *item) {
	c.carry(ctx, []*item{it})
}

// carry sends items as one parcel, and blocks until that has come back. It returns those
// that were not begun, and how long the others took.
func (c *Caller) carry(ctx context.Context, items []*item) (rest []*item, took time.Duration) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	p := &parcel{cancel: cancel}
	p.load(items)
	if len(p.items) == 0 {
		return nil, 0
	}
	defer p.unload()
	out, err := c.send(ctx, p)
	if err == nil {
		return p.deliver(out.Data), out.Took
	}
	if len(p.items) > 1 && errors.Is(err, cluster.ErrLost) {
		// One of them may have brought the workers down; the others are not to suffer.
		for _, it := range p.items {
			if !c.crew.Go(func(ctx context.Context) { c.carryAlone(ctx, it) }) {
				it.end(outcome{err: cluster.ErrClosed})
			}
		}
		return nil, 0
	}
	for _, it := range p.items {
		it.end(outcome{err: err})
	}
	return nil, 0
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
	pos := call.Given.Pos
	head := &head{
		Script: h.run.Script(), Group: call.Group, Task: call.Task, Attempt: call.Attempt, Max: call.Max,
		Given:   given{Task: call.Given.Task, File: pos.Filename(), Line: pos.Line, Col: pos.Col},
		Timeout: call.Timeout, Started: call.Started != nil,
	}
	if !call.Until.IsZero() {
		head.Until = call.Until.UnixNano()
	}
	task := cluster.Task{ID: c.nextID(), Queue: call.Queue, ABI: h.abi, Tries: tries, Answer: p.answer}
	if call.Once {
		task.Tries = 1
	}
	orders := make([]order, len(p.items))
	var last []wire.Blob
	for i, it := range p.items {
		orders[i] = order{it.call.Index, it.call.Worker, it.message.Data}
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

// deliver tells the items what came of them, and returns those that were not begun.
func (p *parcel) deliver(data []byte) (rest []*item) {
	list, err := unpackOutcomes(data, len(p.items))
	for i, it := range p.items {
		switch {
		case err != nil:
			it.end(outcome{err: err})
		case list[i].what == unbegun:
			rest = append(rest, it)
		default:
			it.end(list[i])
		}
	}
	return rest
}

// hear takes what a task says: one call at a time.
func (p *parcel) hear(frame []byte) {
	kind, place, payload, ok := unpackFrame(frame)
	if !ok || place >= len(p.items) {
		return // nothing that a worker says
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
