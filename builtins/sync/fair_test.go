package sync_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

const waiters = 20

// inLine are tasks that begin to wait one after the other. ENTER is what they wait
// with, LEAVE what they do then.
const inLine = `
order = queue()
g = threadgroup(max_workers=30)
value = MAKE
START
def waits(i):
    while waiting(value) != i:
        time.sleep(0.0002)
    ENTER
    order.put(i)
    LEAVE
for i in range(20):
    g.register(waits, i)
@g.register
def opener():
    HOLD
    while waiting(value) != 20:
        time.sleep(0.0002)
    OPEN
g.execute()
order.shutdown()
print(list(order.consume()))
`

// First come, first served: who waits longest is next, and nobody overtakes.
func TestFairness(t *testing.T) {
	for name, parts := range map[string][]string{
		"lock": {
			"MAKE", "lock()", "START", "held = event()", "HOLD", "value.acquire(); held.set()",
			"OPEN", "value.release()", "ENTER", "held.wait(); value.acquire()", "LEAVE", "value.release()",
		},
		"semaphore": {
			"MAKE", "semaphore(1)", "START", "held = event()", "HOLD", "value.acquire(); held.set()",
			"OPEN", "value.release()", "ENTER", "held.wait(); value.acquire()", "LEAVE", "value.release()",
		},
		"get": {
			"MAKE", "queue()", "START", "", "HOLD", "pass",
			"OPEN", "[value.put(i) for i in range(20)]", "ENTER", "n = value.get()\n    assert n == i, (n, i)", "LEAVE", "pass",
		},
		"put": {
			"MAKE", "queue(maxsize=1)", "START", "value.put(-1)", "HOLD", "pass",
			"OPEN", "assert [value.get() for i in range(21)] == list(range(-1, 20))", "ENTER", "value.put(i)", "LEAVE", "pass",
		},
	} {
		t.Run(name, func(t *testing.T) {
			out, err := run(t, t.Context(), strings.NewReplacer(parts...).Replace(inLine))
			require.NoError(t, err)
			got := strings.Split(strings.Trim(out, "[]\n"), ", ")
			var want []string
			for i := range waiters {
				want = append(want, fmt.Sprint(i))
			}
			if name == "get" || name == "put" { // who was woken may be late to say so
				require.ElementsMatch(t, want, got)
				return
			}
			require.True(t, slices.Equal(want, got), out)
		})
	}
}

// A deadlock is found in a tenth of a second, on a machine that has the time.
func TestFoundSoon(t *testing.T) {
	best := time.Hour
	for range 5 {
		began := time.Now()
		_, err := run(t, t.Context(), `
a, b, both = lock(), lock(), barrier(2)
def takes(x, y):
    x.acquire()
    both.wait()
    y.acquire()
g = threadgroup()
g.register(takes, a, b)
g.register(takes, b, a)
g.execute()
`)
		best = min(best, time.Since(began))
		var failed *engine.GroupError
		require.ErrorAs(t, err, &failed)
		require.Len(t, failed.Failures, 2)
		for _, f := range failed.Failures {
			var d *wait.Deadlock
			require.True(t, errors.As(f.Err, &d))
			require.Equal(t, "deadlock", f.Err.Kind)
		}
	}
	require.Less(t, best, 100*time.Millisecond)
}
