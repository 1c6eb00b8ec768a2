package threadgroup_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// hammer is hundreds of nested groups with timeouts, failures, retries, deadlines
// and limits of failures, all at once.
const hammer = `
def leaf(n):
    kind = n % 8
    if kind == 0:
        fail("leaf", n)
    if kind == 1:
        time.sleep(30)
    if kind == 2:
        while True:
            pass
    if kind == 3 and current_task().attempt == 1:
        fail("once")
    if kind == 4:
        defer(time.sleep, 0.001)
        time.sleep(0.002)
    if kind == 5:
        return threadgroup(check=False, max_workers=1).map(lambda x: attempt(fail, x).error.message, range(3)).values()
    return [n]

def branch(n):
    g = threadgroup(
        max_workers=[None, 1, 2, 5][n % 4],
        timeout=0.02,
        retry=retry(n % 3, wait=0.001),
        deadline=[None, 0.05, 5][n % 3],
        max_failures=[None, 1, "50%"][n % 3],
        check=False,
    )
    for i in range(8):
        g.register(leaf, n + i)
    results = g.execute()
    counts = {}
    for r in results:
        counts[r.status] = counts.get(r.status, 0) + 1
        if r.ok:
            r.result.append("seen")
    if sum(counts.values()) != 8:
        fail("lost", counts)
    return results, str(results), results.summary(), results.timeline()

def root(n):
    return [r[1] for r in shared.map(branch, range(n, n + 6)).values()]

shared = threadgroup("shared", max_workers=6)
trunk = threadgroup("trunk", max_workers=12)
lines = trunk.map(root, range(40)).values()
assert len(lines) == 40
`

func TestHammer(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Grace: time.Second})
	require.NoError(t, err)
	script, err := eng.Compile("hammer.star", []byte(hammer))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	_, err = eng.Run(ctx, script, engine.Input{})
	require.NoError(t, err)
}

// The same, stopped at any moment, in several runs at once: every one ends soon.
func TestHammerCancel(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Grace: 100 * time.Millisecond})
	require.NoError(t, err)
	script, err := eng.Compile("hammer.star", []byte(hammer))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			ctx, cancel := context.WithTimeout(t.Context(), time.Duration(i*i)*time.Millisecond)
			defer cancel()
			if _, err := eng.Run(ctx, script, engine.Input{}); err == nil {
				return // it was that fast
			}
			deadline, _ := ctx.Deadline()
			if late := time.Since(deadline); late > 5*time.Second {
				t.Errorf("a run ended %v after it was stopped", late)
			}
		})
	}
	wg.Wait()
}

// exit from anywhere ends all of it.
func TestHammerExit(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Grace: 100 * time.Millisecond})
	require.NoError(t, err)
	script, err := eng.Compile("exit.star", []byte(`
def leaf(n):
    if n == 17:
        exit(17)
    time.sleep(30)
def branch(n):
    threadgroup(check=False).map(leaf, range(n, n + 10))
threadgroup(check=False, max_workers=50).map(branch, range(0, 100, 5))
`))
	require.NoError(t, err)
	for range 10 {
		_, err := eng.Run(t.Context(), script, engine.Input{})
		var exit *engine.ExitError
		require.ErrorAs(t, err, &exit)
		require.Equal(t, 17, exit.Code)
	}
}

// Deferred calls that start tasks which defer calls, and so on: all of it ends.
func TestDefersWithoutEnd(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Grace: 100 * time.Millisecond})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("defers.star", []byte(`
def f(n):
    defer(g.map, f, [n + 1])
g = threadgroup(max_workers=2, check=False)
g.map(f, [0])
`))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	_, _ = eng.Run(ctx, script, engine.Input{}) // it returns
}
