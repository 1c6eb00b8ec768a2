package group

import (
	"math"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"golang.org/x/time/rate"
)

// Limits are what a limiter bounds, for each key.
type Limits struct {
	Rate        float64 // starts per second; 0: no bound
	Burst       int     // starts at once, after a pause; at least 1, and what is due within 2 ms
	Concurrency int     // between Pass and Leave at once; 0: no bound
}

// A Limiter bounds how often and how many at once, for each key. It may serve
// many groups. It keeps in memory the keys that are in use, and those that were used
// so lately that it makes a difference. Safe for concurrent use.
//
// It never promises a token for later: a token is taken by who starts at that
// moment. Otherwise those who were promised one while all workers were busy would
// start all at once, above the limit.
type Limiter struct {
	waits  *wait.Monitor
	limits Limits
	start  time.Time

	mu    sync.Mutex // guards what follows, and all gates
	gates map[string]*Gate
	most  int            // there were in gates since it was made
	idle  ranking[*Gate] // that nobody has, by when they are as good as new
	seq   int64          // of places
}

// finest is the shortest time between two starts that timers can keep. What is due
// within it may start at once: else no rate above one in it could be reached.
const finest = 2 * time.Millisecond

// NewLimiter returns a limiter that counts its timers as busy: a wait for a token
// ends by itself, a wait for who holds a slot does not.
func NewLimiter(m *wait.Monitor, l Limits) *Limiter {
	if !(l.Rate > 0) || math.IsInf(l.Rate, 1) {
		l.Rate = 0
	}
	l.Burst = max(1, l.Burst, int(min(l.Rate*finest.Seconds(), math.MaxInt32)))
	return &Limiter{waits: m, limits: l, start: time.Now(), gates: map[string]*Gate{}}
}

// since returns the time as rankings have it.
func (l *Limiter) since(now time.Time) int64 { return int64(now.Sub(l.start)) }

// Gate returns what counts for one key, to be given to a Ticket.
func (l *Limiter) Gate(key string) *Gate {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.tidy(time.Now())
	g := l.gates[key]
	if g == nil {
		g = &Gate{l: l, key: key, index: -1}
		if l.limits.Rate > 0 {
			g.bucket = rate.NewLimiter(rate.Limit(l.limits.Rate), l.limits.Burst)
		}
		l.gates[key] = g
		l.most = max(l.most, len(l.gates))
	}
	l.idle.remove(g)
	g.refs++
	return g
}

// release gives one reference back.
func (l *Limiter) release(g *Gate, now time.Time) {
	l.tidy(now)
	if g.refs--; g.refs > 0 {
		return
	}
	if missing := g.until(now, l.limits.Burst); missing > 0 {
		g.fresh = l.since(now.Add(missing))
		l.idle.add(g)
		return
	}
	l.forget(g)
}

// swept is how many gates one call forgets at most, so that none takes long. More
// than one, so that they become fewer than those that come.
const swept = 8

// tidy forgets gates that are as good as new ones.
func (l *Limiter) tidy(now time.Time) {
	for range swept {
		if len(l.idle) == 0 || l.idle[0].fresh > l.since(now) {
			return
		}
		g := l.idle[0]
		l.idle.remove(g)
		l.forget(g)
	}
}

// forget lets go of a gate. A map keeps the room of its largest size: one that has
// become much smaller is made anew.
func (l *Limiter) forget(g *Gate) {
	delete(l.gates, g.key)
	if l.most > 1024 && len(l.gates) < l.most/8 {
		gates := make(map[string]*Gate, len(l.gates))
		for key, g := range l.gates {
			gates[key] = g
		}
		l.gates, l.most = gates, len(gates)
	}
}
