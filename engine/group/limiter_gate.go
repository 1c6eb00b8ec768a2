package group

import (
	"math"
	"time"

	"golang.org/x/time/rate"
)

// patience is how long those who were called are waited for. Then the next ones are
// called too: a task that was called may find no worker free.
const patience = 10 * time.Millisecond

// A Gate is what counts for one key of a limiter. All fields are guarded by the
// limiter's lock.
//
// A place in its line is in one of these states:
//
//	in line  called |
//	yes      no     | waits to be called
//	no       yes    | was called: there is room for it, or was
//	no       no     | has no place, or keeps it while another gate of its ticket makes it wait
type Gate struct {
	l      *Limiter
	key    string
	bucket *rate.Limiter // nil: no bound
	refs   int
	used   int // slots

	line     ranking[*place] // who waits to be called, by how long
	expected int             // called in this round, and have not come
	round    int             // who was called in an earlier one is not expected any more
	moved    time.Time       // when somebody was last called, or came
	larger   int             // how many the next round calls at least

	timer   *time.Timer // for the next token, or for when patience is over
	pending bool        // the timer is set, and counted as busy
	due     time.Time   // when it was set for
	rung    time.Time   // the same, of the last one that rang; zero: somebody took that token

	fresh int64 // when a gate that nobody has is as good as a new one
	index int   // in Limiter.idle
}

func (g *Gate) rank() int64 { return g.fresh }
func (g *Gate) place() *int { return &g.index }

// grain is how long before its time a token may be taken, as times are in whole
// nanoseconds. It is not gained: the next one is due when it always was.
const grain = 0.75e-9 // seconds

// tokens returns how many tokens there are.
func (g *Gate) tokens(now time.Time) float64 {
	return g.bucket.TokensAt(now) + min(1, g.l.limits.Rate*grain)
}

// until returns how long it takes until there are n tokens.
func (g *Gate) until(now time.Time, n int) time.Duration {
	if g.bucket == nil || g.tokens(now) >= float64(n) {
		return 0
	}
	const longest = 100 * 365 * 24 * time.Hour
	missing := float64(n) - g.bucket.TokensAt(now)
	return time.Duration(min(math.Round(missing/g.l.limits.Rate*float64(time.Second)), float64(longest)))
}

// slots returns how many slots are free.
func (g *Gate) slots() int {
	if g.l.limits.Concurrency <= 0 {
		return math.MaxInt
	}
	return g.l.limits.Concurrency - g.used
}

// room returns how many could pass now.
func (g *Gate) room(now time.Time) int {
	n := g.slots()
	if g.bucket != nil && n > 0 {
		n = min(n, max(0, int(min(g.tokens(now), math.MaxInt32))))
	}
	return n
}

// take lets one pass. There must be room.
func (g *Gate) take(now time.Time) {
	if g.bucket != nil {
		at := now
		if late := now.Sub(g.rung); late >= 0 && late < lateness {
			at = g.rung
		}
		g.rung = time.Time{}
		g.bucket.ReserveN(at, 1) // is due then, and taken whatever a rounding error says
	}
	g.used++
}

// lateness is how much later than a token is due its timer may ring without moving
// those that follow: else each start would lose what the timer is late, a millisecond
// or so.
const lateness = 5 * time.Millisecond

// lose stops expecting those who were called and have not come in time.
func (g *Gate) lose(now time.Time) {
	if g.expected > 0 && now.Sub(g.moved) >= patience {
		g.round++
		g.expected = 0
		g.larger = min(max(1, 2*g.larger), math.MaxInt32)
	}
}

// serve calls those for whom there is room, and sees to it that the next ones will
// be. It must be called whenever something has changed; wakes are called by its
// caller, when no locks are held.
//
// Rounds to which nobody comes double in size: all are called soon if all their
// workers are stuck, and then nothing keeps a deadlock from being found.
func (g *Gate) serve(now time.Time, wakes *[]func()) {
	if len(g.line) > 0 {
		room := g.room(now)
		if g.lose(now); room > 0 && g.expected == 0 {
			room = max(room, g.larger)
		}
		for len(g.line) > 0 && g.expected < room {
			p := g.line[0]
			p.call(now)
			*wakes = append(*wakes, p.wake)
		}
	}
	g.arm(now)
}

// arm sets the timer for when serve will have something to do, if that is known.
func (g *Gate) arm(now time.Time) {
	switch {
	case len(g.line) == 0, g.slots() <= 0: // nothing to wait for, or somebody who leaves
		g.disarm()
		return
	}
	due := now.Add(g.until(now, 1))
	if late := g.moved.Add(patience); g.expected > 0 && due.Before(late) {
		due = late
	}
	if g.pending && (!due.Before(g.due) || !g.timer.Stop()) {
		return // it comes early enough, or just now: then it sees for itself
	}
	if !g.pending {
		g.l.waits.Busy(1)
	}
	g.pending, g.due = true, due
	wait := max(1, due.Sub(now))
	if g.timer == nil {
		g.timer = time.AfterFunc(wait, g.ring)
	} else {
		g.timer.Reset(wait)
	}
}

func (g *Gate) disarm() {
	if g.pending && g.timer.Stop() {
		g.pending = false
		g.l.waits.Busy(-1)
	}
}

// ring is what the timer does.
func (g *Gate) ring() {
	var wakes []func()
	g.l.mu.Lock()
	g.pending, g.rung = false, g.due
	g.serve(time.Now(), &wakes)
	g.l.mu.Unlock()
	for _, wake := range wakes {
		wake()
	}
	g.l.waits.Busy(-1)
}
