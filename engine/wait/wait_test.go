package wait_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A party is a thread of the tests.
type party string

func (p party) Party() string { return string(p) }

// limit is how soon a deadlock must be found.
const limit = 100 * time.Millisecond

var errStop = errors.New("stopped")

// begin has somebody wait who was busy.
func begin(m *wait.Monitor, who party, change ...func(*wait.Wait)) *wait.Wait {
	w := &wait.Wait{Monitor: m, Who: who, What: `lock "a"`}
	for _, c := range change {
		c(w)
	}
	m.Busy(1)
	w.Begin()
	w.Park()
	return w
}

// TestStates is the table of what may happen to a wait, in order, and what comes of it.
func TestStates(t *testing.T) {
	for name, c := range map[string]struct {
		timeout time.Duration
		happens []string
		woken   []bool // what each wake answers
		err     error
	}{
		"woken":                      {happens: []string{"wake"}, woken: []bool{true}},
		"woken twice":                {happens: []string{"wake", "wake"}, woken: []bool{true, false}},
		"stopped":                    {happens: []string{"stop", "block", "wake"}, woken: []bool{false}, err: errStop},
		"stopped before it blocks":   {happens: []string{"stop", "block"}, err: errStop},
		"woken, then stopped":        {happens: []string{"wake", "stop"}, woken: []bool{true}},
		"too late":                   {timeout: time.Second, happens: []string{"block", "wake"}, woken: []bool{false}, err: wait.ErrTimeout},
		"woken in time":              {timeout: time.Second, happens: []string{"wake", "block"}, woken: []bool{true}},
		"stopped before the timeout": {timeout: time.Second, happens: []string{"stop", "block", "wake"}, woken: []bool{false}, err: errStop},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m wait.Monitor
				m.Busy(1) // the test itself
				ctx, stop := context.WithCancelCause(t.Context())
				defer stop(nil)
				w := begin(&m, "a", func(w *wait.Wait) { w.Ctx, w.Timeout = ctx, c.timeout })
				var woken []bool
				for _, what := range c.happens {
					switch what {
					case "wake":
						woken = append(woken, w.Wake())
					case "stop":
						stop(errStop)
					case "block":
						require.Equal(t, c.err, w.Block())
					}
				}
				require.Equal(t, c.err, w.Block(), "Block says the same again")
				require.Equal(t, c.woken, woken)
			})
		})
	}
}

// A wake and a stop at the same moment: the wait was either woken or has failed.
func TestWakeOrStop(t *testing.T) {
	var m wait.Monitor
	m.Busy(1)
	for range 2000 {
		ctx, stop := context.WithCancelCause(t.Context())
		w := begin(&m, "a", func(w *wait.Wait) { w.Ctx = ctx })
		go stop(errStop)
		woken := make(chan bool)
		go func() { woken <- w.Wake() }()
		err := w.Block()
		require.Equal(t, <-woken, err == nil)
		stop(nil)
		m.Busy(-1)
	}
}

// blocked has w block on a goroutine and returns where its error will be.
func blocked(w *wait.Wait) <-chan error {
	c := make(chan error, 1)
	go func() { c <- w.Block() }()
	return c
}

// Nothing is reported while something can go on by itself.
func TestNothingReported(t *testing.T) {
	for name, can := range map[string]func(t *testing.T, m *wait.Monitor) (over func()){
		"a busy count": func(t *testing.T, m *wait.Monitor) func() {
			m.Busy(1)
			return func() { m.Busy(-1) }
		},
		"a wait with a timeout": func(t *testing.T, m *wait.Monitor) func() {
			w := begin(m, "timed", func(w *wait.Wait) { w.Timeout = time.Hour })
			return func() {
				require.True(t, w.Wake())
				m.Busy(-1)
			}
		},
		"a wait that is bounded": func(t *testing.T, m *wait.Monitor) func() {
			w := begin(m, "bounded", func(w *wait.Wait) { w.Bounded = true })
			return func() {
				require.True(t, w.Wake())
				m.Busy(-1)
			}
		},
		"a pending stop": func(t *testing.T, m *wait.Monitor) func() {
			ctx, stop := context.WithCancelCause(t.Context())
			stop(errStop)
			w := begin(m, "stopped", func(w *wait.Wait) { w.Ctx = ctx })
			return func() {
				require.Equal(t, errStop, w.Block())
				m.Busy(-1)
			}
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m wait.Monitor
				over := can(t, &m)
				a := blocked(begin(&m, "a"))
				time.Sleep(time.Minute)
				select {
				case err := <-a:
					t.Fatalf("ended: %v", err)
				default:
				}
				over()
				time.Sleep(limit)
				var d *wait.Deadlock
				require.ErrorAs(t, <-a, &d, "the report comes when that is over")
			})
		})
	}
}

// A wait that ends in time to wake others keeps them from being reported, whatever
// ended it.
func TestStopOnItsWay(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		ctx, stop := context.WithCancelCause(t.Context())
		a := begin(&m, "a", func(w *wait.Wait) { w.Ctx = ctx })
		b := begin(&m, "b")
		other := blocked(b)
		time.AfterFunc(2*time.Millisecond, func() { stop(errStop) }) // nobody was told of it
		require.Equal(t, errStop, a.Block())
		time.Sleep(time.Second)
		require.True(t, b.Wake())
		require.NoError(t, <-other)
	})
}
