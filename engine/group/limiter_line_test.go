package group

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// standInLine has n guests stand in line behind one who has passed.
func standInLine(t *testing.T, l *Limiter, n int) (inside *guest, guests []*guest) {
	inside = newGuest(l.Gate(""))
	require.True(t, inside.Pass())
	for range n {
		g := newGuest(l.Gate(""))
		require.False(t, g.Pass())
		guests = append(guests, g)
	}
	return inside, guests
}

func closeAll(guests ...*guest) {
	for _, g := range guests {
		g.Close()
	}
}

// Nobody takes what somebody else was called for, or waits for.
func TestNewcomersDoNotOvertake(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		inside, guests := standInLine(t, NewLimiter(&m, Limits{Concurrency: 1}), 2)
		a, b := guests[0], guests[1]
		inside.Leave()
		require.True(t, a.called())
		require.False(t, b.called())
		require.False(t, inside.Pass(), "one who was inside is a newcomer, too")
		require.False(t, b.Pass())
		require.True(t, a.Pass())
		a.Leave()
		require.True(t, b.called())
		require.True(t, b.Pass())
		closeAll(b)
		require.True(t, inside.Pass())
		closeAll(a, inside)
		require.True(t, quiet(t, &m))
	})
}

// Who tries again too early, or too late, has the place that it had.
func TestPlaceIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		inside, guests := standInLine(t, NewLimiter(&m, Limits{Concurrency: 1}), 3)
		a, b, c := guests[0], guests[1], guests[2]
		for range 3 {
			require.False(t, a.Pass())
			require.False(t, c.Pass())
			require.False(t, b.Pass())
		}
		inside.Leave()
		require.True(t, a.called())
		time.Sleep(patience)
		synctest.Wait()
		require.True(t, b.called())
		require.True(t, b.Pass())
		require.False(t, a.Pass(), "too late")
		b.Leave()
		require.True(t, a.called())
		require.False(t, c.called())
		closeAll(a)
		require.True(t, c.called(), "who was called and goes away makes way")
		require.True(t, c.Pass())
		closeAll(inside, b, c)
		require.True(t, quiet(t, &m))
	})
}

// All are called soon if nobody comes, and then nothing is under way any more.
func TestNobodyComes(t *testing.T) {
	for _, limits := range []Limits{{Concurrency: 1}, {Rate: 1}} {
		synctest.Test(t, func(t *testing.T) {
			var m wait.Monitor
			inside, guests := standInLine(t, NewLimiter(&m, limits), 10000)
			inside.Leave()
			time.Sleep(1200 * time.Millisecond)
			for _, g := range guests {
				require.True(t, g.called())
				require.False(t, g.called())
			}
			require.True(t, quiet(t, &m))
			last := newGuest(inside.places[0].gate.l.Gate(""))
			require.True(t, last.Pass(), "nobody is waited for any more")
			closeAll(inside, last)
			closeAll(guests...)
		})
	}
}

// Who waits for a token goes on by itself; who waits for a slot does not.
func TestDeadlock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1.0 / 3600, Concurrency: 1})
		inside, guests := standInLine(t, l, 1)
		require.True(t, quiet(t, &m), "the slot is what is waited for")
		inside.Leave()
		require.False(t, quiet(t, &m), "the token is")
		require.NoError(t, guests[0].enter(context.Background()))
		require.Equal(t, time.Hour, time.Since(l.start).Round(time.Second))
		closeAll(inside, guests[0])
		require.True(t, quiet(t, &m))
	})
}

func TestCancelInLine(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1})
		inside, guests := standInLine(t, l, 3)
		closeAll(guests[0], inside)
		time.Sleep(time.Second)
		synctest.Wait()
		require.True(t, guests[1].called(), "the token of the one who went away is the next one's")
		closeAll(guests[1])
		require.True(t, guests[2].called())
		require.True(t, guests[2].Pass())
		closeAll(guests[2])
		_, guests = standInLine(t, NewLimiter(&m, Limits{Rate: 1e-3}), 2)
		require.False(t, quiet(t, &m))
		closeAll(guests...)
		require.True(t, quiet(t, &m), "no timer is left")
		time.Sleep(time.Hour)
		require.False(t, guests[0].called())
	})
}

// All gates or none: nothing is taken from those that would let pass.
func TestTwoGates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		fast := NewLimiter(&m, Limits{Rate: 1, Burst: 2, Concurrency: 2})
		slow := NewLimiter(&m, Limits{Rate: 0.1})
		both := func() *guest { return newGuest(fast.Gate(""), slow.Gate("")) }
		a, b, c := both(), both(), newGuest(fast.Gate(""))
		require.True(t, a.Pass())
		require.False(t, b.Pass())
		require.True(t, c.Pass(), "b has taken nothing and holds nothing back")
		a.Leave()
		c.Leave()
		began := time.Now()
		require.NoError(t, b.enter(t.Context()))
		require.Equal(t, 10*time.Second, time.Since(began).Round(time.Millisecond))
		closeAll(a, b, c)
		require.True(t, quiet(t, &m))
	})
}

// Where two rates count, the lower one decides, and none is lost.
func TestTwoRates(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		second, minute := NewLimiter(&m, Limits{Rate: 10}), NewLimiter(&m, Limits{Rate: 0.5, Burst: 20})
		r := newRecord()
		crowd(40, r, 0, func(i int) []*Gate {
			if i%2 == 0 {
				return []*Gate{second.Gate(""), minute.Gate("")}
			}
			return []*Gate{minute.Gate(""), second.Gate("")}
		})
		require.NoError(t, r.check(10, 1))
		require.NoError(t, r.check(0.5, 20))
		require.InDelta(t, 40, r.at[39].Seconds(), 0.2)
		require.True(t, quiet(t, &m))
	})
}

// A gate that is named twice counts once.
func TestSameGateTwice(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1, Concurrency: 1})
		g := newGuest(l.Gate("a"), l.Gate("a"), l.Gate("b"))
		require.True(t, g.Pass())
		g.Close()
		time.Sleep(time.Second)
		newGuest(l.Gate("c")).Close()
		require.Empty(t, l.gates)
	})
}

// Each attempt costs a token of its own.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		g := newGuest(NewLimiter(&m, Limits{Rate: 1}).Gate(""))
		defer g.Close()
		began := time.Now()
		for i := range 5 {
			require.NoError(t, g.enter(t.Context()))
			require.True(t, g.Pass(), "it is inside")
			require.Equal(t, time.Duration(i)*time.Second, time.Since(began))
			g.Leave()
		}
	})
}

// A token may have become due just now, and the timer not yet have said so: it is for
// those in line all the same, in their order.
func TestTimerIsLate(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		l := NewLimiter(&m, Limits{Rate: 1, Burst: 2})
		inside, guests := standInLine(t, l, 0)
		require.True(t, newGuest(l.Gate("")).Pass())
		for range 3 {
			g := newGuest(l.Gate(""))
			require.False(t, g.Pass())
			guests = append(guests, g)
		}
		gate := l.gates[""]
		require.True(t, gate.timer.Stop()) // and nobody sets it again: it is thought to be on its way
		time.Sleep(time.Second)
		inside.Leave()
		require.True(t, guests[0].called(), "whoever comes by looks")
		require.True(t, guests[0].Pass())

		time.Sleep(time.Second)
		require.False(t, inside.Pass(), "a newcomer is the last")
		require.True(t, guests[1].called())
		require.True(t, guests[1].Pass())

		time.Sleep(time.Second)
		require.False(t, inside.Pass())
		require.True(t, guests[2].called())
		require.True(t, guests[2].Pass())

		time.Sleep(2 * time.Second)
		require.True(t, inside.Pass(), "it is the first, so it need not be called")
		require.Empty(t, gate.line)
		require.False(t, inside.called())
	})
}
