package nats

import (
	"context"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// The servers that come back after a while may be others, new and empty, as an embedded
// server is that lives no longer than a run. What a worker then says of a message that
// it had before would be taken for another of the same number. So each message is of
// an era, a connection that stood; after the next one has begun the worker looks
// whether the stream of tasks is older than what it has of earlier eras.

// A hand is what a worker knows of a message that it has.
type hand struct {
	ctx context.Context         // that its task runs in
	end context.CancelCauseFunc // ends it
	era uint64                  // when it came

	void bool // it is from servers that are no more; guarded by shift.mu
}

func (s *shift) newHand() *hand {
	h := &hand{era: s.c.era()}
	h.ctx, h.end = context.WithCancelCause(s.today)
	return h
}

// era counts how often the connection came back.
func (c *Conn) era() uint64 { return c.nc.Stats().Reconnects }

// origin returns when the stream of tasks was made, zero if it is not there.
func (c *Conn) origin(ctx context.Context) (time.Time, error) {
	s, err := c.js.Stream(ctx, tasksStream)
	if err != nil {
		return time.Time{}, unlessMissing(err)
	}
	return s.CachedInfo().Created, nil
}

// recognize finds out whether tasks of earlier eras are from the servers that are there
// now, and ends those that are not. Where clocks differ too much for that, they end
// with the leases of their runs.
func (s *shift) recognize(ctx context.Context) {
	era := s.c.era()
	var origin time.Time
	err := s.c.againIn(ctx, time.Second, forever, func(ctx context.Context) (err error) {
		origin, err = s.c.origin(ctx)
		return err
	})
	if err != nil || s.c.era() != era {
		return // the next time
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	for msg, h := range s.working {
		meta, err := msg.Metadata()
		if h.era < era && err == nil && (origin.IsZero() || meta.Timestamp.Before(origin)) {
			h.void = true
			h.end(cluster.ErrDeadRun)
		}
	}
}
