package cluster

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"sync/atomic"
	"time"
)

// An Entry is the value of a key at one revision.
type Entry struct {
	Value    []byte
	Revision uint64 // grows with every change, 0 is none
}

// An Op names one change that a task makes: the same when the task is started
// again, and used by nothing else. A change that has been made under an Op is not
// made again: the call returns what it returned the first time.
type Op struct {
	Run, Task string
	N         int
}

// String returns the op as one word: run.task.n.
func (o Op) String() string { return o.Run + "." + o.Task + "." + strconv.Itoa(o.N) }

// A Store is state that tasks share. Keys are any non-empty strings up to 1 KiB,
// values up to 512 KiB. All methods are safe for concurrent use and block until
// the broker has answered.
type Store interface {
	// Create sets a key that is not there; otherwise the error is ErrExists. Of
	// several at once one wins.
	Create(ctx context.Context, op Op, key string, value []byte) (Entry, error)

	// Get returns what a key holds; without one the error is ErrNotFound.
	Get(ctx context.Context, key string) (Entry, error)

	// Swap replaces the value that a key had at a revision; if it has another one
	// by now, or none, the error is ErrConflict.
	Swap(ctx context.Context, op Op, key string, value []byte, revision uint64) (Entry, error)

	// Turn waits until nobody else of this process wants to change a key, or ctx
	// ends. It only keeps those of one process from being in each other's way: what
	// counts is the revision.
	Turn(ctx context.Context, key string) (done func(), err error)

	// Next blocks until the key's revision is greater than the given one, and
	// returns the newest: a loop over Next watches a key. Changes in between may
	// be passed over.
	Next(ctx context.Context, key string, after uint64) (Entry, error)
}

// Ops numbers the changes that one task makes, from 1. Safe for concurrent use;
// but the numbers of a task that is started again are the same only if it makes
// its changes in the same order.
type Ops struct {
	Run, Task string
	n         atomic.Int64
}

// Next returns the next op.
func (o *Ops) Next() Op { return Op{o.Run, o.Task, int(o.n.Add(1))} }

// Update changes a key by a function of its value, nil where there is none. It
// tries again when another was faster, until ctx ends, so change may be called more
// than once. It returns what the key holds after the change; for an op that was
// done already, what it held then.
func Update(ctx context.Context, s Store, op Op, key string, change func(old []byte) ([]byte, error)) (Entry, error) {
	done, err := s.Turn(ctx, key)
	if err != nil {
		return Entry{}, err
	}
	defer done()
	for wait := time.Millisecond; ; wait = min(2*wait, 64*time.Millisecond) {
		e, err := s.Get(ctx, key)
		if err != nil && !errors.Is(err, ErrNotFound) {
			return Entry{}, err
		}
		value, err := change(e.Value)
		if err != nil {
			return Entry{}, err
		}
		if e.Revision == 0 {
			e, err = s.Create(ctx, op, key, value)
		} else {
			e, err = s.Swap(ctx, op, key, value, e.Revision)
		}
		if !errors.Is(err, ErrExists) && !errors.Is(err, ErrConflict) {
			return e, err
		}
		select {
		case <-ctx.Done():
			return Entry{}, context.Cause(ctx)
		case <-time.After(rand.N(wait) + 1):
		}
	}
}

// Add adds to a counter, a key that holds a decimal number, 0 where there is none,
// and returns the sum as of this addition.
func Add(ctx context.Context, s Store, op Op, key string, n int64) (int64, error) {
	e, err := Update(ctx, s, op, key, func(old []byte) ([]byte, error) {
		var sum int64
		if old != nil {
			var err error
			if sum, err = strconv.ParseInt(string(old), 10, 64); err != nil {
				return nil, fmt.Errorf("%q is not a counter", key)
			}
		}
		return strconv.AppendInt(nil, sum+n, 10), nil
	})
	if err != nil {
		return 0, err
	}
	return strconv.ParseInt(string(e.Value), 10, 64)
}
