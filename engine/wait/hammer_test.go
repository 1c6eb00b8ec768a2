package wait_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// A box holds tokens for a thread that waits for them.
type box struct {
	mu     sync.Mutex // guards what follows
	tokens int
	waiter *wait.Wait
}

func (b *box) put() {
	b.mu.Lock()
	defer b.mu.Unlock()
	if w := b.waiter; w != nil {
		b.waiter = nil
		if w.Wake() {
			return
		}
	}
	b.tokens++
}

func (b *box) get(w *wait.Wait) error {
	b.mu.Lock()
	if b.tokens > 0 {
		b.tokens--
		b.mu.Unlock()
		return nil
	}
	w.Begin()
	b.waiter = w
	b.mu.Unlock()
	err := w.Block()
	if err != nil {
		b.mu.Lock()
		if b.waiter == w {
			b.waiter = nil
		}
		b.mu.Unlock()
	}
	return err
}

// Threads pass tokens around, and there is always one on its way: nothing is ever
// reported, however few tokens there are for how many threads, and no token is lost,
// whatever waits are given up.
func TestTokensNeverDeadlock(t *testing.T) {
	for _, tokens := range []int{1, 3, 40} {
		t.Run(strconv.Itoa(tokens), func(t *testing.T) {
			const threads = 60
			var m wait.Monitor
			boxes := make([]box, threads)
			var passed atomic.Int64
			stop := make(chan struct{})
			var all sync.WaitGroup
			m.Busy(threads)
			for i := range tokens {
				boxes[i%threads].put()
			}
			for i := range threads {
				all.Go(func() {
					defer m.Busy(-1)
					who := party("p" + strconv.Itoa(i))
					for {
						select {
						case <-stop:
							return
						default:
						}
						ctx, cancel := context.WithCancelCause(t.Context())
						w := &wait.Wait{Monitor: &m, Who: who, What: "a token", Ctx: ctx}
						switch rand.IntN(8) {
						case 0:
							w.Timeout = time.Duration(1+rand.IntN(2000)) * time.Microsecond
						case 1:
							m.Busy(1) // for the timer
							time.AfterFunc(time.Duration(rand.IntN(2000))*time.Microsecond, func() {
								cancel(errStop)
								time.Sleep(time.Millisecond)
								m.Busy(-1)
							})
						}
						err := boxes[i].get(w)
						cancel(nil)
						switch {
						case errors.Is(err, wait.ErrTimeout), errors.Is(err, errStop):
						case err != nil:
							t.Error(err)
							return
						default:
							passed.Add(1)
							boxes[rand.IntN(threads)].put()
						}
					}
				})
			}
			m.Busy(1)
			time.Sleep(300 * time.Millisecond)
			close(stop)
			for i := range boxes { // everyone looks up once more
				boxes[i].put()
			}
			m.Busy(-1)
			all.Wait()
			left := 0
			for i := range boxes {
				left += boxes[i].tokens
			}
			require.Equal(t, tokens+threads, left, "%d were passed", passed.Load())
			require.Greater(t, passed.Load(), int64(100))
		})
	}
}

// A mutex is a lock that is waited for by a monitor's waits.
type mutex struct {
	mu     sync.Mutex // guards what follows
	holder wait.Party
	line   []*wait.Wait
}

func (l *mutex) lock(m *wait.Monitor, who wait.Party) error {
	l.mu.Lock()
	if l.holder == nil {
		l.holder = who
		l.mu.Unlock()
		return nil
	}
	w := &wait.Wait{Monitor: m, Who: who, What: "a lock", By: func() []wait.Party {
		l.mu.Lock()
		defer l.mu.Unlock()
		return []wait.Party{l.holder}
	}}
	w.Begin()
	l.line = append(l.line, w)
	l.mu.Unlock()
	return w.Block()
}

func (l *mutex) unlock() {
	l.mu.Lock()
	defer l.mu.Unlock()
	for l.holder = nil; len(l.line) > 0 && l.holder == nil; l.line = l.line[1:] {
		if l.line[0].Wake() {
			l.holder = l.line[0].Who
		}
	}
}

// Threads take locks in any order: they do deadlock, over and over, and always get
// out of it. With an order they never do.
func TestLocks(t *testing.T) {
	for _, ordered := range []bool{true, false} {
		const threads, locks = 8, 4
		var m wait.Monitor
		var all sync.WaitGroup
		var deadlocks atomic.Int64
		shared := make([]mutex, locks)
		m.Busy(threads)
		for i := range threads {
			all.Go(func() {
				defer m.Busy(-1)
				who := party("p" + strconv.Itoa(i))
				for range 50 {
					a, b := rand.IntN(locks), rand.IntN(locks)
					if a == b {
						continue
					}
					if ordered {
						a, b = min(a, b), max(a, b)
					}
					for _, i := range []int{a, b} {
						if err := shared[i].lock(&m, who); err != nil {
							var d *wait.Deadlock
							if !errors.As(err, &d) {
								t.Error(err)
							}
							deadlocks.Add(1)
							if i == b {
								shared[a].unlock()
							}
							break
						}
						if i == b {
							shared[b].unlock()
							shared[a].unlock()
						}
						time.Sleep(time.Duration(rand.IntN(200)) * time.Microsecond)
					}
				}
			})
		}
		all.Wait()
		require.Equal(t, !ordered, deadlocks.Load() > 0, "%d deadlocks", deadlocks.Load())
		for i := range shared {
			require.Nil(t, shared[i].holder)
		}
	}
}
