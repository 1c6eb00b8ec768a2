package nats

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
)

// A change is made once, however late its task is started again; a window of message
// ids, as streams have it, would forget. The message that holds a key's value says in
// a header which op made it so. Before a value is replaced, what its op came to is
// put on record under the op's name, by whoever replaces it. So of an op that was
// done either the key says so, or there is a record; and an op of which, in this
// order, neither says anything was not done before the revision that the key had at
// the look, which is the one that the change then builds on. The records go with their run.

const opHeader = "Tg-Op"

type store struct{ c *Conn }

var _ cluster.Store = store{}

// Store returns the state that tasks share.
func (c *Conn) Store() cluster.Store { return store{c} }

func keySubject(key string) string         { return vaultSubject(encode(key)) }
func opSubject(run, task, n string) string { return vaultSubject("op." + run + "." + task + "." + n) }

// record is what an op came to.
type record struct {
	Key   string `json:"key"`
	Value []byte `json:"value"`
	Seq   uint64 `json:"seq"` // the key's revision
}

func checkEntry(key string, value []byte, op cluster.Op) error {
	if len(key) == 0 || len(key) > 1<<10 {
		return fmt.Errorf("a key has 1 to 1024 bytes, not %d", len(key))
	}
	if len(value) > maxMessage {
		return fmt.Errorf("the value of %q has %d bytes; %d are allowed", key, len(value), maxMessage)
	}
	return errors.Join(checkWord("run", op.Run, 64), checkWord("task", op.Task, 128))
}

// Create implements cluster.Store.
func (s store) Create(ctx context.Context, op cluster.Op, key string, value []byte) (cluster.Entry, error) {
	e, err := s.change(ctx, op, key, value, 0)
	if errors.Is(err, cluster.ErrConflict) {
		err = fmt.Errorf("key %q %w", key, cluster.ErrExists)
	}
	return e, err
}

// Swap implements cluster.Store.
func (s store) Swap(ctx context.Context, op cluster.Op, key string, value []byte, revision uint64) (cluster.Entry, error) {
	e, err := s.change(ctx, op, key, value, revision)
	if errors.Is(err, cluster.ErrConflict) {
		err = fmt.Errorf("key %q %w", key, cluster.ErrConflict)
	}
	return e, err
}

// change makes a change, or finds that it was made or cannot be.
func (s store) change(ctx context.Context, op cluster.Op, key string, value []byte, revision uint64) (cluster.Entry, error) {
	if err := checkEntry(key, value, op); err != nil {
		return cluster.Entry{}, err
	}
	var e cluster.Entry
	err := s.c.again(ctx, func(ctx context.Context) error {
		for {
			var err error
			if e, err = s.attempt(ctx, op, key, value, revision); !isWrongLast(err) {
				return err
			}
		}
	})
	return e, s.c.explain(err)
}

// attempt is one try. If another was faster it says that the sequence is wrong; the
// next look then shows what came of it.
func (s store) attempt(ctx context.Context, op cluster.Op, key string, value []byte, revision uint64) (cluster.Entry, error) {
	now, err := s.c.last(ctx, vaultStream, keySubject(key))
	if err != nil && !errors.Is(err, cluster.ErrNotFound) {
		return cluster.Entry{}, err
	}
	by := now.header(opHeader)
	if by == op.String() {
		return cluster.Entry{Value: now.Data, Revision: now.Seq}, nil
	}
	e, err := s.done(ctx, op, key)
	switch {
	case !errors.Is(err, cluster.ErrNotFound):
		return e, err
	case now.Seq != revision:
		return cluster.Entry{}, cluster.ErrConflict
	}
	if by != "" {
		if err := s.record(ctx, by, record{key, now.Data, now.Seq}); err != nil {
			return cluster.Entry{}, err
		}
	}
	m := nats.NewMsg(keySubject(key))
	m.Data = value
	m.Header.Set(opHeader, op.String())
	ack, err := s.c.js.PublishMsg(ctx, m, jetstream.WithExpectLastSequencePerSubject(revision), jetstream.WithRetryAttempts(0))
	if err != nil {
		return cluster.Entry{}, err
	}
	return cluster.Entry{Value: value, Revision: ack.Sequence}, nil
}

// record puts on record what an op came to, if that has not been done.
func (s store) record(ctx context.Context, op string, r record) error {
	text, err := json.Marshal(r)
	if err != nil {
		return err
	}
	_, err = s.c.js.PublishMsg(ctx, &nats.Msg{Subject: vaultSubject("op." + op), Data: text},
		jetstream.WithExpectLastSequencePerSubject(0), jetstream.WithRetryAttempts(0))
	if isWrongLast(err) {
		return nil
	}
	return err
}

// done returns what the records say that an op came to, or ErrNotFound.
func (s store) done(ctx context.Context, op cluster.Op, key string) (cluster.Entry, error) {
	msg, err := s.c.last(ctx, vaultStream, vaultSubject("op."+op.String()))
	if err != nil {
		return cluster.Entry{}, err
	}
	var r record
	if err := json.Unmarshal(msg.Data, &r); err != nil {
		return cluster.Entry{}, err
	}
	if r.Key != key {
		return cluster.Entry{}, fmt.Errorf("change %s was made to key %q, not %q: the task does not repeat what it did", op, r.Key, key)
	}
	return cluster.Entry{Value: r.Value, Revision: r.Seq}, nil
}

// Turn implements cluster.Store.
func (s store) Turn(ctx context.Context, key string) (done func(), err error) {
	c := s.c
	c.mu.Lock()
	if c.turns == nil {
		c.turns = map[string]*turn{}
	}
	t := c.turns[key]
	if t == nil {
		t = &turn{has: make(chan struct{}, 1)}
		c.turns[key] = t
	}
	t.users++
	c.mu.Unlock()
	leave := func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if t.users--; t.users == 0 {
			delete(c.turns, key)
		}
	}
	select {
	case t.has <- struct{}{}:
		return func() { <-t.has; leave() }, nil
	case <-ctx.Done():
		leave()
		return nil, context.Cause(ctx)
	}
}

// A turn is what those wait for who want to change a key.
type turn struct {
	has   chan struct{} // full while somebody has it
	users int           // who has it or waits; guarded by Conn.mu
}

// Get implements cluster.Store. It asks the stream's leader, which knows of all
// changes that have returned.
func (s store) Get(ctx context.Context, key string) (e cluster.Entry, err error) {
	err = s.c.again(ctx, func(ctx context.Context) error {
		msg, err := s.c.last(ctx, vaultStream, keySubject(key))
		e = cluster.Entry{Value: msg.Data, Revision: msg.Seq}
		return err
	})
	if errors.Is(err, cluster.ErrNotFound) {
		return cluster.Entry{}, fmt.Errorf("key %q %w", key, err)
	}
	return e, s.c.explain(err)
}

// lookAgain is how often Next looks although it has heard nothing.
const lookAgain = 2 * time.Second

// Next implements cluster.Store.
func (s store) Next(ctx context.Context, key string, after uint64) (cluster.Entry, error) {
	changes := make(chan *nats.Msg, 1)
	sub, err := s.c.nc.Subscribe(watchSubject(encode(key)), func(m *nats.Msg) {
		select {
		case changes <- m:
		default:
		}
	})
	if err != nil {
		return cluster.Entry{}, err
	}
	defer func() { _ = sub.Unsubscribe() }() // an error means that there is nobody to tell
	for {
		e, err := s.Get(ctx, key)
		if err == nil && e.Revision > after || err != nil && !errors.Is(err, cluster.ErrNotFound) {
			return e, err
		}
		select {
		case <-ctx.Done():
			return cluster.Entry{}, context.Cause(ctx)
		case <-changes:
		case <-time.After(lookAgain):
		}
	}
}
