package nats

import (
	"context"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// reconcileEvery is how often tasks that take long are looked for.
const reconcileEvery = time.Second

// keepReconciling finds out what became of tasks of which nothing was heard.
func (d *dispatcher) keepReconciling(ctx context.Context) {
	tick := time.NewTicker(reconcileEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		d.reconcile(ctx)
	}
}

func (d *dispatcher) reconcile(ctx context.Context) {
	if gone := d.c.hopeless(d.c.opts.Patience); gone != nil {
		d.settleAll(gone)
		return
	}
	late := d.late()
	if len(late) == 0 || !d.c.steady(0) {
		return
	}
	once, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	there, err := d.c.subjects(once, tasksStream, "tg.t.*.*."+d.run+".*")
	if err != nil {
		return // the next time
	}
	for _, call := range late {
		if there[call.subject] == 0 {
			d.lookFor(once, call)
		} else {
			d.setMissing(call, 0)
		}
	}
}

// late returns the calls that were sent a while ago.
func (d *dispatcher) late() []*call {
	d.mu.Lock()
	defer d.mu.Unlock()
	var late []*call
	for _, call := range d.calls {
		if !call.sent.IsZero() && time.Since(call.sent) > reconcileEvery {
			late = append(late, call)
		}
	}
	return late
}

func (d *dispatcher) setMissing(call *call, n int) {
	d.mu.Lock()
	defer d.mu.Unlock()
	call.missing = n
}

// lookFor finds out what became of a task that is not in the queue. A worker stores
// the result before it takes the task out, so by now it is there, or was read, or
// the servers have lost the task. Since a server that has just taken over may not
// know all yet, it takes two looks to say so.
func (d *dispatcher) lookFor(ctx context.Context, call *call) {
	if found, err := d.fetch(ctx, call.task.ID); found || err != nil {
		return
	}
	d.mu.Lock()
	call.missing++
	missing, current := call.missing, d.calls[call.task.ID] == call
	d.mu.Unlock()
	switch {
	case missing < 2 || !current || len(call.done) > 0:
	case call.task.Tries == 1:
		call.settle(answer{err: &cluster.LostError{Task: call.task.ID, Tries: 1}})
	default:
		if err := d.send(ctx, call); err != nil && !passing(err) {
			call.settle(answer{err: err})
		}
	}
}

// settleAll answers every call with an error.
func (d *dispatcher) settleAll(err error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	for _, call := range d.calls {
		call.settle(answer{err: err})
	}
}

// sweep clears away the runs whose coordinators died: those without a lease at two
// looks, a lease's time apart. It looks now, and then once in a while.
func (d *dispatcher) sweep(ctx context.Context) {
	suspects := d.leaseless(ctx)
	for wait := d.c.opts.Lease + time.Second; ; wait = max(wait, time.Minute) {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		now := d.leaseless(ctx)
		for run := range now {
			if suspects[run] && d.c.steady(d.c.opts.Lease) {
				_ = d.c.clear(ctx, run) // what is left is swept the next time
				delete(now, run)
			}
		}
		suspects = now
	}
}

// leaseless returns runs that have tasks or results but no lease.
func (d *dispatcher) leaseless(ctx context.Context) map[string]bool {
	runs := map[string]bool{}
	for stream, filter := range map[string]string{tasksStream: "tg.t.>", resultStream: "tg.r.>"} {
		there, err := d.c.subjects(ctx, stream, filter)
		if err != nil {
			return nil
		}
		for subject := range there {
			runs[runOf(subject)] = true
		}
	}
	alive, err := d.c.alive(ctx)
	if err != nil {
		return nil
	}
	for _, run := range alive {
		delete(runs, run)
	}
	return runs
}

// runOf is the last word but one of a subject.
func runOf(subject string) string { return idOf(subject[:len(subject)-len(idOf(subject))-1]) }

// alive returns the runs that have a lease.
func (c *Conn) alive(ctx context.Context) ([]string, error) {
	leases, err := c.subjects(ctx, "KV_"+runsBucket, leaseSubject("*"))
	if err != nil {
		return nil, err
	}
	var runs []string
	for subject := range leases {
		runs = append(runs, idOf(subject))
	}
	return runs, nil
}

// dropObject removes one object.
func (c *Conn) dropObject(ctx context.Context, bucket, name string) error {
	info, err := c.objectInfo(ctx, bucket, name)
	if err != nil {
		return err
	}
	if err := c.purge(ctx, "OBJ_"+bucket, jetstream.WithPurgeSubject("$O."+bucket+".C."+info.NUID)); err != nil {
		return err
	}
	return c.purge(ctx, "OBJ_"+bucket, jetstream.WithPurgeSubject(objectMeta(bucket, name)))
}
