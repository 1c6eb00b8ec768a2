package group

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// A guest is one who wants to pass gates, in a goroutine or step by step.
type guest struct {
	*Ticket
	woken chan struct{}
}

func newGuest(gates ...*Gate) *guest {
	g := &guest{woken: make(chan struct{}, 100)}
	g.Ticket = NewTicket(func() { g.woken <- struct{}{} }, gates...)
	return g
}

// enter blocks until the guest has passed, or ctx ends.
func (g *guest) enter(ctx context.Context) error {
	for !g.Pass() {
		select {
		case <-g.woken:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

// called reports whether the guest was woken since it was last asked.
func (g *guest) called() bool {
	n := len(g.woken)
	for range n {
		<-g.woken
	}
	return n > 0
}

// A record is when guests have passed.
type record struct {
	began time.Time

	mu  sync.Mutex // guards at
	at  []time.Duration
	who []int
}

func newRecord() *record { return &record{began: time.Now()} }

func (r *record) add(who int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.at, r.who = append(r.at, time.Since(r.began)), append(r.who, who)
}

// check finds a window with more passes than a bucket allows. A pass that comes late
// does not move the next one, so windows are as much longer.
func (r *record) check(rate float64, burst int) error {
	for i := range r.at {
		for j := i; j < len(r.at); j++ {
			if n, most := float64(j-i+1), float64(burst)+rate*(r.at[j]-r.at[i]+lateness).Seconds(); n > most+1e-6 {
				return errors.New("too many passes within " + (r.at[j] - r.at[i]).String())
			}
		}
	}
	return nil
}

// crowd has n guests enter in order, each in a goroutine of its own, which holds its
// slot for a while. It returns when all have left.
func crowd(n int, r *record, hold time.Duration, gates func(i int) []*Gate) {
	var all sync.WaitGroup
	for i := range n {
		g := newGuest(gates(i)...)
		first := g.Pass() // so that they stand in line in order
		all.Go(func() {
			if !first {
				<-g.woken
				_ = g.enter(context.Background())
			}
			r.add(i)
			time.Sleep(hold)
			g.Leave()
			g.Close()
		})
	}
	all.Wait()
}

// one returns a function for crowd: all have the same gate.
func one(l *Limiter) func(int) []*Gate { return func(int) []*Gate { return []*Gate{l.Gate("")} } }

type guestParty string

func (p guestParty) Party() string { return string(p) }

// quiet reports whether a monitor counts nothing as busy: then who waits is told of a
// deadlock at once.
func quiet(t *testing.T, m *wait.Monitor) bool {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Millisecond)
	defer cancel()
	w := &wait.Wait{Monitor: m, Who: guestParty("test"), What: "nothing", Ctx: ctx}
	m.Busy(1)
	w.Begin()
	err := w.Block()
	m.Busy(-1)
	var d *wait.Deadlock
	if !errors.As(err, &d) {
		require.ErrorIs(t, err, context.DeadlineExceeded)
		return false
	}
	return true
}
