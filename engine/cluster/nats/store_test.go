//go:build !tg_noserver

package nats_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// vault returns a coordinator's connection, and a worker's store.
func vault(t *testing.T) (*nats.Conn, cluster.Store) {
	c := embed(t, nats.Options{})
	dispatcher(t, c)
	address, o := c.Invitation()
	return c, join(t, address, o).Store()
}

// Sixty-four clients count, and each makes every addition twice, as a task that is
// started again does.
func TestExactCounter(t *testing.T) {
	t.Parallel()
	c, other := vault(t)
	const clients, each = 64, 3
	var wg sync.WaitGroup
	var mu sync.Mutex
	sums := map[int64]bool{}
	for i := range clients {
		s := cluster.Store(c.Store())
		if i%2 == 0 {
			s = other
		}
		wg.Go(func() {
			for n := range each {
				op := cluster.Op{Run: "run", Task: fmt.Sprint("t", i), N: n}
				one, err1 := cluster.Add(t.Context(), s, op, "hits", 1)
				two, err2 := cluster.Add(t.Context(), s, op, "hits", 1)
				if err1 != nil || err2 != nil || one != two {
					t.Errorf("%d %v, then %d %v", one, err1, two, err2)
				}
				mu.Lock()
				sums[one] = true
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	e, err := other.Get(t.Context(), "hits")
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(clients*each), string(e.Value))
	require.Len(t, sums, clients*each, "two additions had the same sum")
}

func TestCreateHasOneWinner(t *testing.T) {
	t.Parallel()
	c, other := vault(t)
	for round := range 5 {
		var winners atomic.Int32
		var wg sync.WaitGroup
		key := fmt.Sprint("a key / of any* kind > ", round)
		for i := range 16 {
			s := cluster.Store(c.Store())
			if i%2 == 0 {
				s = other
			}
			wg.Go(func() {
				_, err := s.Create(t.Context(), cluster.Op{Run: "run", Task: fmt.Sprint(i), N: round}, key, fmt.Append(nil, i))
				if err == nil {
					winners.Add(1)
				} else {
					require.ErrorIs(t, err, cluster.ErrExists)
				}
			})
		}
		wg.Wait()
		require.EqualValues(t, 1, winners.Load())
	}
}

func TestSwapAndNext(t *testing.T) {
	t.Parallel()
	c, other := vault(t)
	s, ops := c.Store(), &cluster.Ops{Run: "run", Task: "t"}
	_, err := s.Get(t.Context(), "k")
	require.ErrorIs(t, err, cluster.ErrNotFound)
	seen := make(chan cluster.Entry, 1)
	go func() {
		e, err := other.Next(context.Background(), "k", 0)
		if err != nil {
			t.Error(err)
		}
		seen <- e
	}()
	time.Sleep(100 * time.Millisecond)
	at := time.Now()
	one, err := s.Create(t.Context(), ops.Next(), "k", []byte("1"))
	require.NoError(t, err)
	require.Equal(t, one, <-seen)
	require.Less(t, time.Since(at), 1700*time.Millisecond, "Next did not hear of it")
	op := ops.Next()
	two, err := s.Swap(t.Context(), op, "k", []byte("2"), one.Revision)
	require.NoError(t, err)
	require.Greater(t, two.Revision, one.Revision)
	again, err := s.Swap(t.Context(), op, "k", []byte("2"), one.Revision)
	require.NoError(t, err)
	require.Equal(t, two, again)
	_, err = s.Swap(t.Context(), ops.Next(), "k", []byte("3"), one.Revision)
	require.ErrorIs(t, err, cluster.ErrConflict)
	e, err := other.Get(t.Context(), "k")
	require.NoError(t, err)
	require.Equal(t, two, e)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, err = other.Next(ctx, "k", two.Revision)
	require.ErrorIs(t, err, context.DeadlineExceeded)
	_, err = s.Create(t.Context(), ops.Next(), "big", make([]byte, 1<<20))
	require.ErrorContains(t, err, "1048576 bytes")
	_, err = s.Create(t.Context(), ops.Next(), "", nil)
	require.ErrorContains(t, err, "1 to 1024")
	_, err = cluster.Add(t.Context(), s, ops.Next(), "k", 1)
	require.NoError(t, err)
	again, err = s.Swap(t.Context(), op, "k", []byte("2"), one.Revision) // from the records now
	require.NoError(t, err)
	require.Equal(t, two, again)
	_, err = s.Swap(t.Context(), op, "other", []byte("2"), 0)
	require.ErrorContains(t, err, "does not repeat what it did")
	_, err = s.Create(t.Context(), ops.Next(), "word", []byte("x"))
	require.NoError(t, err)
	_, err = cluster.Add(t.Context(), s, ops.Next(), "word", 1)
	require.ErrorContains(t, err, "not a counter")
}

// Tasks that run twice, on workers that are killed, count once.
func TestCountingTasksAreKilled(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := spawn(t, address, o, cluster.WorkerConfig{Slots: 8})
	var wg sync.WaitGroup
	var ended atomic.Int32
	n := amount(150)
	for i := range n {
		wg.Go(func() {
			tk := task(i)
			tk.Data = []byte("count")
			out, err := d.Do(t.Context(), tk, nil)
			if err != nil || strings.Contains(string(out.Data), " ") {
				t.Errorf("%s %v", out.Data, err)
			}
			ended.Add(1)
		})
	}
	require.Eventually(t, func() bool { return ended.Load() > 20 }, soon, time.Millisecond)
	p.kill()
	worker(t, c, cluster.WorkerConfig{Slots: 8}, processHandler(c.Store()))
	wg.Wait()
	e, err := c.Store().Get(t.Context(), "counter")
	require.NoError(t, err)
	require.Equal(t, fmt.Sprint(n), string(e.Value))
}
