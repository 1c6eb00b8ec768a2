package nats

import (
	"context"
	"encoding/json"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/starlark-tg/tg/engine/cluster"
)

type queueKey struct{ abi, name string }

// A queue is what a coordinator knows of one queue for one ABI.
type queue struct {
	key    queueKey
	window cluster.Window

	making sync.Mutex // guards made, and is held while the consumer is made
	made   bool

	mu      sync.Mutex              // guards the fields below
	since   time.Time               // when there last were workers, or the queue was first asked for
	hope    context.Context         // ends when there have been none for too long
	despair context.CancelCauseFunc // ends it
}

// queue returns the queue of a task.
func (d *dispatcher) queue(t cluster.Task) *queue {
	key := queueKey{t.ABI, t.Queue}
	d.mu.Lock()
	q := d.queues[key]
	if q == nil {
		q = &queue{key: key, since: time.Now()}
		q.hope, q.despair = context.WithCancelCause(d.crew.Context())
		d.queues[key] = q
	}
	d.mu.Unlock()
	d.look(q)
	return q
}

// ready makes the queue's consumer, once.
func (d *dispatcher) ready(ctx context.Context, q *queue) error {
	q.making.Lock()
	defer q.making.Unlock()
	if q.made {
		return nil
	}
	err := d.c.again(ctx, func(ctx context.Context) error { return d.c.ensureConsumer(ctx, q.key.abi, q.key.name) })
	q.made = err == nil
	return err
}

// look opens the window as far as there are workers, and ends hope if there have
// been none for too long.
func (d *dispatcher) look(q *queue) {
	now := time.Now()
	slots, others := d.roster.Slots(q.key.name, q.key.abi, now)
	q.window.Resize(cluster.WindowFor(slots))
	q.mu.Lock()
	defer q.mu.Unlock()
	if slots > 0 || !d.c.steady(time.Since(q.since)) {
		q.since = now
	}
	switch waited := now.Sub(q.since); {
	case waited > d.c.opts.Patience:
		q.despair(&cluster.NoWorkersError{Queue: q.key.name, Waited: waited, Others: others})
	case slots > 0 && q.hope.Err() != nil && d.crew.Context().Err() == nil:
		q.hope, q.despair = context.WithCancelCause(d.crew.Context())
	}
}

// hopes returns a context that ends with the run, or when there have been no
// workers for too long.
func (q *queue) hopes() context.Context {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.hope
}

// enter waits until the window has room, or one of the contexts ends.
func (q *queue) enter(ctx, hope context.Context) error {
	if q.window.TryEnter() {
		return nil
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	defer context.AfterFunc(hope, func() { cancel(context.Cause(hope)) })()
	return q.window.Enter(ctx)
}

// keepAsking asks who is there, and looks at the queues.
func (d *dispatcher) keepAsking(ctx context.Context) {
	tick := time.NewTicker(pingEvery)
	defer tick.Stop()
	for {
		d.ask()
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.mu.Lock()
		queues := make([]*queue, 0, len(d.queues))
		for _, q := range d.queues {
			queues = append(queues, q)
		}
		d.mu.Unlock()
		for _, q := range queues {
			d.look(q)
		}
	}
}

func (d *dispatcher) ask() {
	_ = d.c.nc.Publish(pingSubject, nil) // the next ping comes soon
}

// hearWorker takes in that a worker is there. Tasks that it has and that nobody
// waits for are cancelled again: the first word may not have reached it.
func (d *dispatcher) hearWorker(msg *nats.Msg) {
	var p cluster.Presence
	if json.Unmarshal(msg.Data, &p) != nil {
		return // nothing that a worker says
	}
	d.roster.Hear(p, time.Now())
	d.mu.Lock()
	q := d.queues[queueKey{p.ABI, p.Queue}]
	var unwanted []string
	for _, ref := range p.Held {
		if ref.Run == d.run && d.calls[ref.ID] == nil {
			unwanted = append(unwanted, ref.ID)
		}
	}
	d.mu.Unlock()
	if q != nil {
		d.look(q)
	}
	for _, id := range unwanted {
		d.cancel(id)
	}
}

// cancel tells the workers that a task is not wanted.
func (d *dispatcher) cancel(id string) {
	_ = d.c.nc.Publish(cancelSubject, []byte(d.run+"."+id)) // repeated by hearWorker
}
