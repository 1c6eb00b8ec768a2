package nats

import (
	"cmp"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

const (
	rollCall = 300 * time.Millisecond // how long workers have to say that they are there
	quiet    = 150 * time.Millisecond // after the last of them
)

// Status says how things are, for a coordinator's user, with or without a run of its
// own. It asks who is there, which takes up to 300 ms, and then the broker; where no
// run has been yet there are only workers.
func (c *Conn) Status(ctx context.Context) (cluster.Status, error) {
	workers, err := c.callRoll(ctx)
	if err != nil {
		return cluster.Status{}, err
	}
	return c.status(ctx, workers, nil)
}

// Status implements cluster.Dispatcher.
func (d *dispatcher) Status(ctx context.Context) (cluster.Status, error) {
	d.mu.Lock()
	used := make([]queueKey, 0, len(d.queues))
	for key := range d.queues {
		used = append(used, key)
	}
	d.mu.Unlock()
	return d.c.status(ctx, d.roster.Workers(time.Now()), used)
}

// callRoll asks who is there until all seem to have answered. A worker that was asked
// a moment ago does not answer, so it asks more than once.
func (c *Conn) callRoll(ctx context.Context) ([]cluster.Presence, error) {
	answers := make(chan *nats.Msg, 1024)
	sub, err := c.nc.ChanSubscribe(hereSubject, answers)
	if err != nil {
		return nil, err
	}
	defer func() { _ = sub.Unsubscribe() }() // an error means that there is nobody to tell
	roster, known := cluster.Roster{Silence: time.Hour}, 0
	end, silence := time.After(rollCall), time.NewTimer(rollCall)
	defer silence.Stop()
	ping := time.NewTicker(rollCall / 4)
	defer ping.Stop()
	if err := c.nc.Publish(pingSubject, nil); err != nil {
		return nil, err
	}
	for {
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-end:
		case <-silence.C:
		case <-ping.C:
			_ = c.nc.Publish(pingSubject, nil) // the first may have been enough
			continue
		case msg := <-answers:
			var p cluster.Presence
			if json.Unmarshal(msg.Data, &p) == nil {
				roster.Hear(p, time.Now())
			}
			if n := len(roster.Workers(time.Now())); n != known {
				known = n
				silence.Reset(quiet)
			}
			continue
		}
		return roster.Workers(time.Now()), cmp.Or(c.refusalOf(hereSubject), c.refusalOf(pingSubject))
	}
}

// status is what the broker knows besides; queues are those with workers or tasks, and
// those that were used.
func (c *Conn) status(ctx context.Context, workers []cluster.Presence, used []queueKey) (cluster.Status, error) {
	st := cluster.Status{Workers: workers}
	queues := map[queueKey]*cluster.QueueStatus{}
	at := func(key queueKey) *cluster.QueueStatus {
		if queues[key] == nil {
			queues[key] = &cluster.QueueStatus{Queue: key.name, ABI: key.abi}
		}
		return queues[key]
	}
	for _, key := range used {
		at(key)
	}
	for _, p := range workers {
		at(queueKey{p.ABI, p.Queue}).Slots += p.Slots
	}
	consumers, err := c.consumers(ctx)
	for _, info := range consumers {
		key, ok := queueOf(info.Config.FilterSubject)
		if ok && (info.NumPending > 0 || info.NumAckPending > 0 || queues[key] != nil) {
			q := at(key)
			q.Waiting, q.Running = info.NumPending, info.NumAckPending
		}
	}
	for _, q := range queues {
		st.Queues = append(st.Queues, *q)
	}
	slices.SortFunc(st.Queues, func(a, b cluster.QueueStatus) int {
		return cmp.Or(cmp.Compare(a.Queue, b.Queue), cmp.Compare(a.ABI, b.ABI))
	})
	if err == nil {
		st.Runs, err = c.runs(ctx)
	}
	return st, c.explain(err)
}

// consumers lists those of the queue of tasks, none where there is no such stream.
func (c *Conn) consumers(ctx context.Context) (all []*jetstream.ConsumerInfo, err error) {
	s, err := c.stream(ctx, tasksStream)
	if err != nil {
		return nil, unlessMissing(err)
	}
	lister := s.ListConsumers(ctx)
	for info := range lister.Info() {
		all = append(all, info)
	}
	return all, unlessMissing(lister.Err())
}

// runs returns the runs that have a lease, the oldest first.
func (c *Conn) runs(ctx context.Context) ([]cluster.RunStatus, error) {
	names, err := c.alive(ctx)
	var runs []cluster.RunStatus
	for _, name := range names {
		msg, err := c.last(ctx, "KV_"+runsBucket, leaseSubject(name))
		var l lease
		switch {
		case errors.Is(err, cluster.ErrNotFound):
			continue // it has just ended
		case err == nil:
			err = json.Unmarshal(msg.Data, &l)
		}
		if err != nil {
			return nil, err
		}
		runs = append(runs, cluster.RunStatus{ID: name, Key: l.Key, Host: l.Host, PID: l.PID, Began: l.Began})
	}
	slices.SortFunc(runs, func(a, b cluster.RunStatus) int {
		return cmp.Or(a.Began.Compare(b.Began), cmp.Compare(a.ID, b.ID))
	})
	return runs, unlessMissing(err)
}

func unlessMissing(err error) error {
	var api *jetstream.APIError
	if errors.Is(err, jetstream.ErrStreamNotFound) || errors.As(err, &api) && api.ErrorCode == jetstream.JSErrCodeStreamNotFound {
		return nil
	}
	return err
}

// queueOf is the queue whose tasks are on tg.t.<abi>.<queue>.*.*.
func queueOf(subject string) (queueKey, bool) {
	words := strings.Split(subject, ".")
	if len(words) != 6 {
		return queueKey{}, false
	}
	name := words[3]
	if coded, ok := strings.CutPrefix(name, "="); ok {
		text, err := base64.RawURLEncoding.DecodeString(coded)
		if err != nil {
			return queueKey{}, false
		}
		name = string(text)
	}
	return queueKey{words[2], name}, true
}

// Slots implements cluster.Dispatcher.
func (d *dispatcher) Slots(queue, abi string) int {
	slots, _ := d.roster.Slots(cmp.Or(queue, "default"), abi, time.Now())
	return slots
}
