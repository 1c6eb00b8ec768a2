package group

import (
	"context"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

// Guests come from all sides, name gates in any order, give up, come again: no limit
// is ever broken, and everyone passes who does not give up.
func TestLimiterHammer(t *testing.T) {
	var m wait.Monitor
	h := &hammer{t: t, limits: []Limits{{Concurrency: 3}, {Rate: 20000, Burst: 50}, {Rate: 50000, Burst: 10, Concurrency: 8}}}
	for _, l := range h.limits {
		h.limiters = append(h.limiters, NewLimiter(&m, l))
	}
	var all sync.WaitGroup
	for range 40 {
		all.Go(func() {
			for range 100 {
				h.once()
			}
		})
	}
	all.Wait()
	for n := 0; !quiet(t, &m); n++ { // a timer that is late
		require.Less(t, n, 100)
	}
	require.GreaterOrEqual(t, h.passed.Load(), int32(2000))
	time.Sleep(10 * time.Millisecond)
	for _, l := range h.limiters {
		newGuest(l.Gate("")).Close()
		require.Empty(t, l.gates)
	}
}

type hammer struct {
	t        *testing.T
	limits   []Limits
	limiters []*Limiter
	inside   [3][2]atomic.Int32 // by limiter and key
	passed   atomic.Int32
}

// once has one guest come, and perhaps again.
func (h *hammer) once() {
	var gates []*Gate
	limiters, keys := rand.Perm(3)[:1+rand.IntN(3)], [3]int{rand.IntN(2), rand.IntN(2), rand.IntN(2)}
	for _, i := range limiters {
		gates = append(gates, h.limiters[i].Gate(strconv.Itoa(keys[i])))
	}
	ctx, cancel := context.WithCancel(context.Background())
	if rand.IntN(4) == 0 {
		ctx, cancel = context.WithTimeout(ctx, time.Duration(rand.IntN(300))*time.Microsecond)
	}
	defer cancel()
	g := newGuest(gates...)
	defer g.Close()
	for range 1 + rand.IntN(2) {
		if g.enter(ctx) != nil {
			return
		}
		h.passed.Add(1)
		for _, i := range limiters {
			if n, most := h.inside[i][keys[i]].Add(1), h.limits[i].Concurrency; most > 0 && int(n) > most {
				h.t.Errorf("%d at once, limit is %d", n, most)
			}
		}
		if rand.IntN(3) == 0 {
			time.Sleep(time.Duration(rand.IntN(100)) * time.Microsecond)
		}
		for _, i := range limiters {
			h.inside[i][keys[i]].Add(-1)
		}
		g.Leave()
	}
}

// A visit is what one guest of a property test does.
type visit struct {
	after  time.Duration // the one before
	gates  []int         // of which limiters
	hold   time.Duration
	slow   time.Duration // until it comes, when it was called
	gives  time.Duration // up after this time; 0: never
	repeat int
}

// For any limits and any guests, also slow ones and some that give up: no window has
// more passes than it may, no more are inside than may be, and everyone passes.
func TestLimiterProperties(t *testing.T) {
	span := func(most time.Duration) *rapid.Generator[time.Duration] {
		return rapid.Custom(func(rt *rapid.T) time.Duration {
			return time.Duration(rapid.IntRange(0, int(most/time.Millisecond)).Draw(rt, "ms")) * time.Millisecond
		})
	}
	rapid.Check(t, func(rt *rapid.T) {
		limits := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) Limits {
			return Limits{
				Rate:        rapid.SampledFrom([]float64{0, 0.7, 3, 10, 333.3}).Draw(rt, "rate"),
				Burst:       rapid.IntRange(1, 4).Draw(rt, "burst"),
				Concurrency: rapid.IntRange(0, 3).Draw(rt, "concurrency"),
			}
		}), 1, 3).Draw(rt, "limits")
		visits := rapid.SliceOfN(rapid.Custom(func(rt *rapid.T) visit {
			return visit{
				after:  span(300*time.Millisecond).Draw(rt, "after"),
				gates:  rapid.SliceOfN(rapid.IntRange(0, len(limits)-1), 1, 3).Draw(rt, "gates"),
				hold:   span(2*time.Second).Draw(rt, "hold"),
				slow:   rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, 50 * time.Millisecond, 3 * time.Second}).Draw(rt, "slow"),
				gives:  rapid.SampledFrom([]time.Duration{0, 0, 0, time.Millisecond, time.Second}).Draw(rt, "gives"),
				repeat: rapid.IntRange(1, 2).Draw(rt, "repeat"),
			}
		}), 1, 40).Draw(rt, "visits")
		var problem string
		synctest.Test(t, func(t *testing.T) { problem = visitAll(t, limits, visits) })
		if problem != "" {
			rt.Fatal(problem)
		}
	})
}

// A house is the limiters of a property test, and what is seen there.
type house struct {
	limits   []Limits
	limiters []*Limiter
	records  []*record
	missing  atomic.Int32 // guests that have not gone

	mu           sync.Mutex // guards what follows
	inside, most []int
}

func visitAll(t *testing.T, limits []Limits, visits []visit) (problem string) {
	var m wait.Monitor
	h := &house{limits: limits, inside: make([]int, len(limits)), most: make([]int, len(limits))}
	for _, l := range limits {
		h.limiters, h.records = append(h.limiters, NewLimiter(&m, l)), append(h.records, newRecord())
	}
	var all sync.WaitGroup
	for _, v := range visits {
		time.Sleep(v.after)
		h.missing.Add(1)
		all.Go(func() { h.visit(v) })
	}
	time.Sleep(time.Hour)
	if n := h.missing.Load(); n > 0 {
		t.Fatalf("%d never passed: %+v %+v", n, limits, visits) // and would wait for ever
	}
	all.Wait()
	if !quiet(t, &m) {
		return "something is counted as busy"
	}
	return h.problem()
}

func (h *house) visit(v visit) {
	defer h.missing.Add(-1)
	named := map[int]bool{}
	var gates []*Gate
	for _, i := range v.gates {
		named[i] = true
		gates = append(gates, h.limiters[i].Gate(""))
	}
	ctx, cancel := context.WithCancel(context.Background())
	if v.gives > 0 {
		ctx, cancel = context.WithTimeout(ctx, v.gives)
	}
	defer cancel()
	g := newGuest(gates...)
	defer g.Close()
	for range v.repeat {
		for !g.Pass() {
			select {
			case <-g.woken:
				time.Sleep(v.slow)
			case <-ctx.Done():
				return
			}
		}
		h.count(named, 1)
		time.Sleep(v.hold)
		h.count(named, -1)
		g.Leave()
	}
}

// count notes that one has passed, or leaves.
func (h *house) count(named map[int]bool, n int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for i := range named {
		if n > 0 {
			h.records[i].add(0)
		}
		h.inside[i] += n
		h.most[i] = max(h.most[i], h.inside[i])
	}
}

// problem returns what is wrong when all have gone, or "".
func (h *house) problem() string {
	for i, l := range h.limits {
		if l.Concurrency > 0 && h.most[i] > l.Concurrency {
			return "too many at once"
		}
		if l.Rate > 0 {
			if err := h.records[i].check(l.Rate, l.Burst); err != nil {
				return err.Error()
			}
		}
		newGuest(h.limiters[i].Gate("other")).Close()
		if len(h.limiters[i].gates) > 0 {
			return "a gate was kept"
		}
	}
	return ""
}
