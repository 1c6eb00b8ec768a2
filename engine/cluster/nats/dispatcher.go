package nats

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// pingEvery is how often a coordinator asks who is there.
const pingEvery = time.Second

// dispatcher is the coordinator of one run.
type dispatcher struct {
	c      *Conn
	run    string
	began  time.Time
	crew   *cluster.Crew
	roster cluster.Roster
	subs   []*nats.Subscription // not changed once it is open
	back   chan struct{}        // told when the connection comes back
	stop   func()               // no longer
	sealer sealer

	closing sync.Once
	closed  error // what Close came to; written in closing

	mu      sync.Mutex          // guards the fields below
	queues  map[queueKey]*queue //
	calls   map[string]*call    // by task ID, from before it is sent until Do returns
	results results             // what has been read and is still stored
}

var _ cluster.Dispatcher = (*dispatcher)(nil)

// Dispatcher begins a run: it makes what is missing on the servers, and takes a
// lease that ends soon after the program does. It blocks until all of that is done,
// for Options.Patience at most. Runs whose coordinators died are cleared away.
func (c *Conn) Dispatcher(ctx context.Context) (cluster.Dispatcher, error) {
	d := &dispatcher{c: c, run: rand.Text(), began: time.Now().UTC(), back: make(chan struct{}, 1), queues: map[queueKey]*queue{}, calls: map[string]*call{}}
	d.sealer.private = c.keys.private
	d.roster.Silence = 3*pingEvery + 500*time.Millisecond
	if err := c.setUp(ctx); err != nil {
		return nil, err
	}
	if err := d.renew(ctx); err != nil {
		return nil, fmt.Errorf("taking a lease: %w", c.explain(err))
	}
	d.crew = cluster.NewCrew(context.WithoutCancel(ctx))
	if err := d.subscribe(); err != nil {
		d.crew.Dismiss(err)
		d.unsubscribe()
		return nil, err
	}
	d.stop = c.tellBack(d.back)
	d.crew.Go(d.keepLease)
	d.crew.Go(d.keepAsking)
	d.crew.Go(d.keepPurging)
	d.crew.Go(d.keepReconciling)
	d.crew.Go(d.sweep)
	return d, nil
}

func (d *dispatcher) subscribe() error {
	for subject, heard := range map[string]nats.MsgHandler{
		seenSubject(d.run, "*"): d.hearResult,
		logSubject(d.run, "*"):  d.hearLog,
		askSubject(d.run, "*"):  d.hearQuestion,
		hereSubject:             d.hearWorker,
	} {
		sub, err := d.c.nc.Subscribe(subject, heard)
		if err != nil {
			return err
		}
		d.subs = append(d.subs, sub)
		if err := sub.SetPendingLimits(1<<18, 512<<20); err != nil {
			return err
		}
	}
	return d.c.nc.Flush()
}

func (d *dispatcher) unsubscribe() {
	for _, sub := range d.subs {
		_ = sub.Unsubscribe() // an error means that there is nobody to tell
	}
}

// lease is what a run's entry in KV_tg_runs says, for people.
type lease struct {
	Key  string `json:"key"`
	Host string `json:"host"`
	PID  int    `json:"pid"`

	Began time.Time `json:"began"`
}

func leaseSubject(run string) string { return "$KV." + runsBucket + "." + run }

// renew writes the lease anew, which makes it young.
func (d *dispatcher) renew(ctx context.Context) error {
	host, _ := os.Hostname() // for people only
	text, err := json.Marshal(lease{d.c.keys.public, host, os.Getpid(), d.began})
	if err != nil {
		return err
	}
	return d.c.publish(ctx, &nats.Msg{Subject: leaseSubject(d.run), Data: text})
}

// keepLease renews the lease, and at once when the connection is back.
func (d *dispatcher) keepLease(ctx context.Context) {
	tick := time.NewTicker(d.c.opts.Lease / 4)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		case <-d.back:
			d.ask()
		}
		once, cancel := context.WithTimeout(ctx, d.c.opts.Lease/4)
		_ = d.renew(once) // the next one comes soon; without any, Do says what is wrong
		cancel()
	}
}

// Put implements cluster.Dispatcher.
func (d *dispatcher) Put(ctx context.Context, blob []byte) (cluster.Hash, error) {
	if d.crew.Context().Err() != nil {
		return cluster.Hash{}, cluster.ErrClosed
	}
	return d.c.putCode(ctx, blob)
}

// Close implements cluster.Dispatcher.
func (d *dispatcher) Close(ctx context.Context) error {
	d.closing.Do(func() {
		d.stop()
		d.crew.Dismiss(cluster.ErrClosed)
		d.unsubscribe()
		_ = d.c.nc.Publish(doneSubject, []byte(d.run)) // those who miss it miss the lease
		d.closed = d.c.clear(ctx, d.run)
	})
	return d.closed
}

// clear removes all that is stored of a run.
func (c *Conn) clear(ctx context.Context, run string) error {
	var errs []error
	for _, p := range []struct{ stream, subject string }{
		{"KV_" + runsBucket, leaseSubject(run)},
		{tasksStream, "tg.t.*.*." + run + ".*"},
		{resultStream, resultSubject(run, "*")},
	} {
		errs = append(errs, c.purge(ctx, p.stream, jetstream.WithPurgeSubject(p.subject)))
	}
	for _, bucket := range []string{argsBucket, outBucket} {
		errs = append(errs, c.dropObjects(ctx, bucket, run))
	}
	return c.explain(errors.Join(errs...))
}

func (c *Conn) purge(ctx context.Context, stream string, options ...jetstream.StreamPurgeOpt) error {
	return c.again(ctx, func(ctx context.Context) error {
		s, err := c.stream(ctx, stream)
		if err != nil {
			return err
		}
		return s.Purge(ctx, options...)
	})
}

// subjects returns those of a stream that match a filter and have messages.
func (c *Conn) subjects(ctx context.Context, stream, filter string) (map[string]uint64, error) {
	s, err := c.stream(ctx, stream)
	if err != nil {
		return nil, err
	}
	info, err := s.Info(ctx, jetstream.WithSubjectFilter(filter))
	if err != nil {
		return nil, err
	}
	return info.State.Subjects, nil
}
