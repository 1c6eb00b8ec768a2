package nats

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// streams are what a coordinator needs to find, or else makes, on so many servers.
func streams(o Options, replicas int) []jetstream.StreamConfig {
	bucket := func(name string) jetstream.StreamConfig {
		return jetstream.StreamConfig{Name: "OBJ_" + name, Subjects: []string{"$O." + name + ".C.>", "$O." + name + ".M.>"},
			Discard: jetstream.DiscardNew, AllowDirect: true}
	}
	all := []jetstream.StreamConfig{
		{Name: tasksStream, Subjects: []string{"tg.t.>"}, Retention: jetstream.WorkQueuePolicy, Discard: jetstream.DiscardNew,
			MaxMsgsPerSubject: 1, DiscardNewPerSubject: true, Duplicates: 20 * time.Second},
		{Name: resultStream, Subjects: []string{"tg.r.>"}, Discard: jetstream.DiscardNew, MaxMsgsPerSubject: 1, DiscardNewPerSubject: true,
			MaxAge: 24 * time.Hour, RePublish: &jetstream.RePublish{Source: "tg.r.*.*", Destination: "tg.p.{{wildcard(1)}}.{{wildcard(2)}}"}},
		{Name: "KV_" + codeBucket, Subjects: []string{"$KV." + codeBucket + ".>"}, MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, AllowDirect: true},
		{Name: "KV_" + runsBucket, Subjects: []string{"$KV." + runsBucket + ".>"}, MaxMsgsPerSubject: 1, Discard: jetstream.DiscardNew, MaxAge: o.Lease},
		bucket(codeBucket), bucket(argsBucket), bucket(outBucket),
	}
	for i := range all {
		all[i].Replicas = replicas
		all[i].Storage = jetstream.FileStorage
	}
	return all
}

// setUp makes the streams that are not there, and refuses those of another shape.
// Servers that have to agree take their time for each, so all are made at once.
func (c *Conn) setUp(ctx context.Context) error {
	all := streams(c.opts, c.replicas())
	errs := make([]error, len(all))
	makers := cluster.NewCrew(ctx)
	for i, want := range all {
		makers.Go(func(context.Context) { errs[i] = c.makeStream(ctx, want) })
	}
	makers.Wait()
	return errors.Join(errs...)
}

// replicas is on how many servers each stream is to be: with two of three what is stored is
// there, and goes on; two of two would be no better than one. Servers say whom they know;
// one with a cluster's name may not have met the others yet, whom the URL has.
func (c *Conn) replicas() int {
	switch {
	case c.opts.Replicas > 0:
		return c.opts.Replicas
	case c.nc.ConnectedClusterName() != "" && len(c.nc.Servers()) >= 3:
		return 3
	}
	return 1
}

func (c *Conn) makeStream(ctx context.Context, want jetstream.StreamConfig) error {
	have, err := c.lookUp(ctx, want.Name)
	if errors.Is(err, jetstream.ErrStreamNotFound) {
		err = c.againIn(ctx, 5*time.Second, c.opts.Patience, func(ctx context.Context) error {
			_, err := c.js.CreateStream(ctx, want)
			return err
		})
		if err == nil {
			return nil
		}
		if !errors.Is(err, jetstream.ErrStreamNameAlreadyInUse) {
			return fmt.Errorf("making stream %s: %w", want.Name, c.explain(err))
		}
		have, err = c.lookUp(ctx, want.Name) // another coordinator was faster
	}
	if err != nil {
		return fmt.Errorf("stream %s: %w", want.Name, c.explain(err))
	}
	if differs := difference(want, have.CachedInfo().Config); differs != "" {
		return fmt.Errorf("stream %s of this cluster has another shape than this version of tg needs: %s", want.Name, differs)
	}
	return nil
}

// lookUp asks for a stream. Servers that have not agreed on a leader yet do not
// answer.
func (c *Conn) lookUp(ctx context.Context, name string) (s jetstream.Stream, err error) {
	err = c.again(ctx, func(ctx context.Context) (err error) {
		s, err = c.js.Stream(ctx, name)
		return err
	})
	return s, err
}

// stream returns a stream that is there. It asks the servers once.
func (c *Conn) stream(ctx context.Context, name string) (jetstream.Stream, error) {
	c.mu.Lock()
	s := c.streams[name]
	c.mu.Unlock()
	if s != nil {
		return s, nil
	}
	s, err := c.js.Stream(ctx, name)
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.streams == nil {
		c.streams = map[string]jetstream.Stream{}
	}
	c.streams[name] = s
	return s, nil
}

// difference names the first thing that would break the protocol.
func difference(want, have jetstream.StreamConfig) string {
	differ := func(what string, want, have any) string {
		return fmt.Sprintf("%s is %v, not %v", what, have, want)
	}
	switch {
	case !slices.Equal(want.Subjects, have.Subjects):
		return differ("subjects", want.Subjects, have.Subjects)
	case want.Retention != have.Retention:
		return differ("retention", want.Retention, have.Retention)
	case want.Discard != have.Discard:
		return differ("discard", want.Discard, have.Discard)
	case max(want.MaxMsgsPerSubject, 0) != max(have.MaxMsgsPerSubject, 0):
		return differ("max_msgs_per_subject", want.MaxMsgsPerSubject, have.MaxMsgsPerSubject)
	case want.DiscardNewPerSubject != have.DiscardNewPerSubject:
		return differ("discard_new_per_subject", want.DiscardNewPerSubject, have.DiscardNewPerSubject)
	case want.AllowDirect && !have.AllowDirect:
		return differ("allow_direct", true, false)
	case (want.MaxAge > 0) != (have.MaxAge > 0):
		return differ("max_age", want.MaxAge, have.MaxAge)
	case (want.RePublish == nil) != (have.RePublish == nil) || want.RePublish != nil && want.RePublish.Destination != have.RePublish.Destination:
		return differ("republish", want.RePublish, have.RePublish)
	}
	return ""
}

// ensureConsumer makes the consumer from which workers of a queue take tasks. The
// server forgets it a day after the last worker has asked.
func (c *Conn) ensureConsumer(ctx context.Context, abi, queue string) error {
	_, err := c.js.CreateOrUpdateConsumer(ctx, tasksStream, jetstream.ConsumerConfig{
		Durable:           consumerName(abi, queue),
		FilterSubject:     taskSubject(abi, queue, "*", "*"),
		AckPolicy:         jetstream.AckExplicitPolicy,
		AckWait:           c.opts.AckWait,
		MaxDeliver:        -1,
		MaxAckPending:     1 << 20,
		MaxWaiting:        1 << 16,
		InactiveThreshold: 24 * time.Hour,
	})
	if err != nil {
		return fmt.Errorf("making the consumer of queue %q: %w", queue, c.explain(err))
	}
	return nil
}
