package nats

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine/cluster"
)

// checkEvery is how often a worker looks whether the runs of its tasks are alive.
const checkEvery = time.Second

// leases is what a worker knows of runs.
type leases struct {
	c *Conn

	mu   sync.Mutex           // guards seen
	seen map[string]time.Time // runs, and when they were last alive
}

// isNew says whether a run was not seen alive lately.
func (l *leases) isNew(run string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return time.Since(l.seen[run]) > 2*checkEvery
}

// isOver asks whether a run has no lease: three times, since one may have been
// taken a moment ago. Where there is no answer the run is taken to be alive, and
// also while the connection has just come back: the coordinator's may have too.
func (l *leases) isOver(ctx context.Context, run string) bool {
	for range 3 {
		once, cancel := context.WithTimeout(ctx, checkEvery)
		_, err := l.c.last(once, "KV_"+runsBucket, leaseSubject(run))
		cancel()
		if !errors.Is(err, cluster.ErrNotFound) && (err == nil || unlessMissing(err) != nil) {
			l.saw(run)
			return false
		}
		select {
		case <-ctx.Done():
			return false
		case <-time.After(50 * time.Millisecond):
		}
	}
	return l.c.steady(l.c.opts.Lease)
}

func (l *leases) saw(run string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	now := time.Now()
	if l.seen == nil {
		l.seen = map[string]time.Time{}
	}
	for other, at := range l.seen {
		if now.Sub(at) > time.Minute {
			delete(l.seen, other)
		}
	}
	l.seen[run] = now
}
