package cluster_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
)

func TestWindowFor(t *testing.T) {
	for slots, want := range map[int]int{-1: 0, 0: 0, 1: 4, 100: 400, 1024: 4096, 5000: 4096} {
		require.Equal(t, want, cluster.WindowFor(slots))
	}
}

func TestWindowIsFirstComeFirstServed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var w cluster.Window
		var order []int
		for i := range 5 {
			go func() {
				if w.Enter(t.Context()) == nil {
					order = append(order, i)
				}
			}()
			synctest.Wait()
		}
		require.False(t, w.TryEnter())
		for range 5 {
			in, _ := w.In()
			w.Resize(in + 1)
			synctest.Wait()
		}
		require.Equal(t, []int{0, 1, 2, 3, 4}, order)
		w.Leave()
		require.True(t, w.TryEnter())
	})
}

// However many come, go and give up: never more are in than there is room for.
func TestWindowHammer(t *testing.T) {
	var w cluster.Window
	var in, got atomic.Int32
	w.Resize(3)
	var wg sync.WaitGroup
	for range 16 {
		wg.Go(func() {
			for range 300 {
				ctx, cancel := context.WithCancel(t.Context())
				if rand.IntN(4) == 0 {
					go cancel()
				}
				if w.Enter(ctx) == nil {
					if in.Add(1) > 3 {
						t.Error("too many are in")
					}
					got.Add(1)
					in.Add(-1)
					w.Leave()
				}
				cancel()
			}
		})
	}
	wg.Wait()
	n, size := w.In()
	require.Zero(t, n)
	require.Equal(t, 3, size)
	require.Positive(t, got.Load())
}

func TestRoster(t *testing.T) {
	r := cluster.Roster{Silence: 3 * time.Second}
	now := time.Now()
	r.Hear(cluster.Presence{ID: "1", Name: "b", Queue: "q", ABI: "v1", Slots: 2}, now)
	r.Hear(cluster.Presence{ID: "2", Name: "a", Queue: "q", ABI: "v1", Slots: 3}, now.Add(2*time.Second))
	r.Hear(cluster.Presence{ID: "3", Name: "c", Queue: "q", ABI: "v2", Slots: 9}, now)
	r.Hear(cluster.Presence{ID: "4", Name: "d", Queue: "other", ABI: "v1", Slots: 9}, now)
	slots, others := r.Slots("q", "v1", now.Add(2*time.Second))
	require.Equal(t, 5, slots)
	require.Len(t, others, 1)
	require.Equal(t, "a", r.Workers(now)[0].Name)
	slots, others = r.Slots("q", "v1", now.Add(4*time.Second))
	require.Equal(t, 3, slots)
	require.Empty(t, others)
	r.Hear(cluster.Presence{ID: "2", Left: true}, now)
	require.Empty(t, r.Workers(now.Add(4*time.Second)))
}

func TestTranscript(t *testing.T) {
	frames := func(words ...string) (f [][]byte) {
		for _, w := range words {
			f = append(f, []byte(w))
		}
		return f
	}
	var said string
	tr := cluster.NewTranscript(func(frame []byte) { said += string(frame) })
	tr.Hear("1", 0, frames("a", "b"))
	tr.Hear("1", 0, frames("a", "b")) // twice
	tr.Hear("1", 1, frames("b", "c"))
	tr.Hear("1", 5, frames("z")) // something is missing before it
	require.Equal(t, "abc", said)
	tr.Hear("2", 0, frames("a", "b")) // started again
	require.Equal(t, "abc", said)
	tr.Hear("2", 2, frames("C"))
	require.Equal(t, "abcC", said)
	tr.End("2", frames("a", "b", "C", "d"))
	require.Equal(t, "abcCd", said)
	tr.End("3", frames("x"))
	tr.Hear("3", 0, frames("x"))
	require.Equal(t, "abcCd", said)
	cluster.NewTranscript(nil).End("1", frames("a"))
}

func TestHeld(t *testing.T) {
	var h cluster.Held
	now := time.Now()
	one, two := cluster.TaskRef{Run: "r", ID: "1"}, cluster.TaskRef{Run: "s", ID: "2"}
	a, dropA := h.Take(t.Context(), one, now)
	b, dropB := h.Take(t.Context(), one, now) // the same again
	c, dropC := h.Take(t.Context(), two, now)
	require.Len(t, h.List(), 2)
	require.ElementsMatch(t, []string{"r", "s"}, h.Runs())
	h.Cancel(one, now)
	require.ErrorIs(t, context.Cause(a), cluster.ErrCancelled)
	require.ErrorIs(t, context.Cause(b), cluster.ErrCancelled)
	require.NoError(t, c.Err())
	h.End("s", now)
	require.ErrorIs(t, context.Cause(c), cluster.ErrDeadRun)
	dropA()
	require.Len(t, h.List(), 2)
	dropB()
	dropC()
	require.Empty(t, h.List())
	late, drop := h.Take(t.Context(), one, now.Add(time.Second)) // cancelled before it came
	require.ErrorIs(t, context.Cause(late), cluster.ErrCancelled)
	drop()
	late, drop = h.Take(t.Context(), two, now.Add(2*time.Second))
	require.ErrorIs(t, context.Cause(late), cluster.ErrDeadRun)
	drop()
	late, drop = h.Take(t.Context(), one, now.Add(time.Minute)) // forgotten by now
	require.NoError(t, late.Err())
	drop()
}

func TestCrew(t *testing.T) {
	crew, over := cluster.NewCrew(t.Context()), errors.New("over")
	var ended atomic.Int32
	for range 10 {
		require.True(t, crew.Go(func(ctx context.Context) {
			<-ctx.Done()
			if context.Cause(ctx) == over {
				ended.Add(1)
			}
		}))
	}
	crew.Dismiss(over)
	require.EqualValues(t, 10, ended.Load())
	require.False(t, crew.Go(func(context.Context) { t.Error("too late") }))
}

func TestErrors(t *testing.T) {
	require.EqualError(t, &cluster.LostError{Task: "t", Tries: 1}, "task t is lost: it was started once, and the worker was gone before it had ended")
	require.ErrorContains(t, &cluster.LostError{Task: "t", Tries: 3}, "3 times")
	require.EqualError(t, &cluster.NoWorkersError{Queue: "gpu", Waited: 30 * time.Second}, `no workers for queue "gpu" after 30s`)
	h := cluster.HashOf([]byte("x"))
	text, err := h.MarshalText()
	require.NoError(t, err)
	var back cluster.Hash
	require.NoError(t, back.UnmarshalText(text))
	require.Equal(t, h, back)
	require.Error(t, back.UnmarshalText([]byte("xx")))
}
