package group

import (
	"fmt"
	"math"
	"runtime"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

func TestRateIsExact(t *testing.T) {
	for _, rate := range []float64{0.1, 3, 10, 499, 1000, 7777.7} {
		synctest.Test(t, func(t *testing.T) {
			var m wait.Monitor
			r := newRecord()
			crowd(100, r, 0, one(NewLimiter(&m, Limits{Rate: rate})))
			for i, at := range r.at {
				if early := finest.Seconds(); rate*early >= 2 { // some start at once
					require.InDelta(t, float64(i)/rate-early/2, at.Seconds(), early)
					continue
				}
				require.Equal(t, i, r.who[i], "first come, first served")
				require.InDelta(t, float64(i)/rate, at.Seconds(), 1e-6)
			}
			require.True(t, quiet(t, &m))
		})
	}
}

func TestBurst(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 10, Burst: 5})
		for range 2 { // a pause fills the bucket, and no more than that
			r := newRecord()
			crowd(8, r, 0, one(l))
			ms := time.Millisecond
			require.Equal(t, []time.Duration{0, 0, 0, 0, 0, 100 * ms, 200 * ms, 300 * ms}, r.at)
			time.Sleep(time.Minute)
		}
	})
}

// Those who could not come when they were called do not start all at once later.
func TestStall(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 10, Burst: 2})
		var guests []*guest
		passed := 0
		try := func() {
			for _, g := range guests {
				if g.called() && g.Pass() {
					passed++
				}
			}
		}
		for range 20 {
			g := newGuest(l.Gate(""))
			defer g.Close()
			guests = append(guests, g)
			if g.Pass() {
				passed++
			}
		}
		require.Equal(t, 2, passed)
		time.Sleep(5 * time.Second)
		try()
		require.Equal(t, 4, passed, "a burst, and no more")
		r := newRecord()
		for passed < 20 {
			time.Sleep(10 * time.Millisecond)
			before := passed
			try()
			for range passed - before {
				r.add(0)
			}
		}
		require.NoError(t, r.check(10, 2))
		require.InDelta(t, 1.6, time.Since(r.began).Seconds(), 0.02)
	})
}

func TestConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		r := newRecord()
		crowd(9, r, time.Second, one(NewLimiter(&m, Limits{Concurrency: 3})))
		require.Equal(t, []time.Duration{0, 0, 0, 1e9, 1e9, 1e9, 2e9, 2e9, 2e9}, r.at)
	})
}

func TestRateAndConcurrency(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		r := newRecord()
		crowd(6, r, 3*time.Second, one(NewLimiter(&m, Limits{Rate: 1, Concurrency: 2})))
		require.Equal(t, []time.Duration{0, 1e9, 3e9, 4e9, 6e9, 7e9}, r.at)
		require.True(t, quiet(t, &m))
	})
}

// What is not a bound is none, and nothing panics.
func TestOddLimits(t *testing.T) {
	var m wait.Monitor
	for _, limits := range []Limits{
		{}, {Rate: -1}, {Rate: math.NaN()}, {Rate: math.Inf(1)}, {Concurrency: -1}, {Burst: -1}, {Rate: 1e15},
	} {
		l := NewLimiter(&m, limits)
		g := newGuest(l.Gate(""))
		for range 1000 {
			require.True(t, g.Pass(), limits)
			g.Leave()
			g.Leave()
		}
		g.Close()
		g.Close()
		if limits.Rate != 1e15 {
			require.Empty(t, l.gates)
		}
	}
	require.True(t, NewTicket(nil).Pass(), "nothing to pass")
}

// A rate that lets one start in a thousand years is a wait like others.
func TestLongestRate(t *testing.T) {
	var m wait.Monitor
	l := NewLimiter(&m, Limits{Rate: 1e-12})
	a, b := newGuest(l.Gate("")), newGuest(l.Gate(""))
	require.True(t, a.Pass())
	require.False(t, b.Pass())
	require.False(t, quiet(t, &m))
	a.Close()
	b.Close()
	require.True(t, quiet(t, &m))
	require.Len(t, l.gates, 1, "it is not as good as new yet")
}

func TestKeysAreApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1})
		r := newRecord()
		crowd(6, r, 0, func(i int) []*Gate { return []*Gate{l.Gate(fmt.Sprint(i % 3))} })
		require.Equal(t, []time.Duration{0, 0, 0, 1e9, 1e9, 1e9}, r.at)
	})
}

// What counts for a key is kept as long as it makes a difference, and no longer.
func TestKeyIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1, Burst: 2})
		use := func() bool {
			g := newGuest(l.Gate("k"))
			defer g.Close()
			return g.Pass()
		}
		require.True(t, use())
		require.True(t, use())
		require.False(t, use(), "a new gate would have let it pass")
		time.Sleep(1999 * time.Millisecond)
		newGuest(l.Gate("other")).Close()
		require.Len(t, l.gates, 1)
		time.Sleep(time.Millisecond)
		newGuest(l.Gate("other")).Close()
		require.Empty(t, l.gates)
	})
}

func heapBytes() int64 {
	runtime.GC()
	var s runtime.MemStats
	runtime.ReadMemStats(&s)
	return int64(s.HeapAlloc)
}

// A million keys, one after the other: there are never more in memory than those of
// the last moments, and in the end nothing is left.
func TestMillionKeys(t *testing.T) {
	var m wait.Monitor
	l := NewLimiter(&m, Limits{Rate: 1e6, Concurrency: 1})
	before := heapBytes()
	most := 0
	for i := range 1_000_000 {
		useKey(t, l, i)
		most = max(most, len(l.gates))
	}
	require.Less(t, most, 1000)
	time.Sleep(time.Millisecond)
	useNoKeys(l, most)
	require.Less(t, heapBytes()-before, int64(1<<20))
	require.Empty(t, l.gates)
	require.Empty(t, l.idle)
}

// The room that many keys have taken at once is given back.
func TestManyKeysAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		const n = 100_000
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 5, Burst: 3})
		before := heapBytes()
		for i := range n {
			useKey(t, l, i)
		}
		require.Len(t, l.gates, n, "each makes a difference")
		time.Sleep(time.Second)
		useNoKeys(l, n)
		require.Less(t, heapBytes()-before, int64(1<<20))
		require.Empty(t, l.gates)
		require.Empty(t, l.idle)
	})
}

func useKey(t *testing.T, l *Limiter, i int) {
	g := NewTicket(nil, l.Gate(strconv.Itoa(i)))
	if !g.Pass() {
		t.Fatal("a new key is free")
	}
	g.Leave()
	g.Close()
}

// useNoKeys makes l forget n keys.
func useNoKeys(l *Limiter, n int) {
	for range n/swept + 1 {
		NewTicket(nil, l.Gate("")).Close()
	}
}
