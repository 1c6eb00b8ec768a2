package nats

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// Status implements cluster.Dispatcher. Queues are those that have workers, or that
// this run has used.
func (d *dispatcher) Status(ctx context.Context) (cluster.Status, error) {
	var st cluster.Status
	st.Workers = d.roster.Workers(time.Now())
	queues := map[queueKey]*cluster.QueueStatus{}
	d.mu.Lock()
	for key := range d.queues {
		queues[key] = &cluster.QueueStatus{Queue: key.name, ABI: key.abi}
	}
	d.mu.Unlock()
	for _, p := range st.Workers {
		key := queueKey{p.ABI, p.Queue}
		if queues[key] == nil {
			queues[key] = &cluster.QueueStatus{Queue: p.Queue, ABI: p.ABI}
		}
		queues[key].Slots += p.Slots
	}
	for key, q := range queues {
		consumer, err := d.c.js.Consumer(ctx, tasksStream, consumerName(key.abi, key.name))
		if err == nil { // otherwise nobody has sent anything there
			info := consumer.CachedInfo()
			q.Waiting, q.Running = info.NumPending, info.NumAckPending
		}
		st.Queues = append(st.Queues, *q)
	}
	slices.SortFunc(st.Queues, func(a, b cluster.QueueStatus) int {
		return cmp.Or(cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.ABI, b.ABI))
	})
	runs, err := d.c.alive(ctx)
	slices.Sort(runs)
	st.Runs = runs
	return st, d.c.explain(err)
}

// Slots implements cluster.Dispatcher.
func (d *dispatcher) Slots(queue, abi string) int {
	slots, _ := d.roster.Slots(cmp.Or(queue, "default"), abi, time.Now())
	return slots
}
