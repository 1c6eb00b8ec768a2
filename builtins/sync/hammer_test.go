package sync_test

import (
	"bytes"
	"context"
	"errors"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/builtins/sync"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// run runs a script and returns what it printed.
func run(t *testing.T, ctx context.Context, src string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	eng, err := engine.New(engine.Options{Modules: append(builtins.Standard(), inside()), Stdout: &out})
	require.NoError(t, err)
	script, err := eng.Compile("hammer.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{})
	return out.String(), err
}

// inside lets scripts see how many threads wait for a value, and iterate over one
// without a thread.
func inside() engine.Module {
	return engine.Module{Name: "inside", Globals: starlark.StringDict{
		"waiting": starlark.NewBuiltin("waiting", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return starlark.MakeInt(sync.Waiting(args[0])), nil
		}),
		"elements": starlark.NewBuiltin("elements", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			it := starlark.Iterate(args[0])
			if it == nil {
				return starlark.None, nil
			}
			defer it.Done()
			list := starlark.NewList(nil)
			for v := starlark.Value(nil); it.Next(&v); {
				if err := list.Append(v); err != nil {
					return nil, err
				}
			}
			return list, nil
		}),
	}}
}

// rounds says how often a hammer falls.
func rounds(n int) int {
	if testing.Short() {
		return 1
	}
	return n
}

// Many tasks, some of which are stopped at any moment: a lock is free in the end, and
// held by one at a time; a semaphore has all its permits back; a count is lost nowhere.
const hammerPermits = `
guard = lock()
slots = semaphore(3)
inside = counter()
done = counter()
g = threadgroup(check=False, max_workers=24)

def locked(seed):
    assert inside.add("lock") == 1
    if seed % 3 == 0:
        time.sleep(0.0001 * (seed % 7))
    inside.add("lock", -1)
    done.add("locked")

def one(seed):
    if seed % 2 == 0:
        guard.run(locked, seed)
    elif seed % 5 == 0:
        if guard.acquire(timeout=0.0005):
            locked(seed)
            done.add("in time")
    else:
        for _ in range(seed % 3 + 1):
            slots.acquire()
            assert inside.add("slots") <= 3
            inside.add("slots", -1)
            slots.release()
        guard.acquire()
        locked(seed)

def stopped(seed):
    guard.acquire()
    slots.acquire(timeout=0.01)
    time.sleep(5)

for i in range(200):
    g.register(one, i)
    if i % 10 == 0:
        g.task(stopped, timeout=0.001 * (i % 9 + 1), args=[i])
g.execute()
bad = [r.error.message for r in g.results if r.status == "failed"]
assert not bad, bad[0]
assert inside["lock"] == 0 and inside["slots"] == 0
assert guard.acquire(timeout=0)
assert [slots.acquire(timeout=0) for _ in range(4)] == [True] * 3 + [False]
`

func TestHammerPermits(t *testing.T) {
	for range rounds(5) {
		_, err := run(t, t.Context(), hammerPermits)
		require.NoError(t, err)
	}
}

// Every item that was put is got, once, though producers and consumers are stopped
// while they wait: a stopped put has either put its item or not.
const hammerQueue = `
q = queue(maxsize=3)
put = counter()
got = counter()
g = threadgroup(check=False, max_workers=64)

def producer(n):
    for i in range(30):
        if i % 4 == 0:
            r = attempt(q.put, (n, i), timeout=0.0003 * (i % 3 + 1))
            if not r.ok:
                assert r.error.kind == "timeout"
                continue
        else:
            q.put((n, i))
        put.add((n, i))

def consumer(n):
    for x in q.consume():
        got.add(x)
        if n % 3 == 0:
            time.sleep(0.0001)

def impatient(n):
    for i in range(40):
        r = attempt(q.get, timeout=0.0002)
        if r.ok:
            got.add(r.result)
        else:
            assert r.error.kind == "timeout" or q.closed

producers = threadgroup(max_workers=64)
@g.register
def feed():
    producers.map(producer, range(10))
    q.shutdown()
for i in range(8):
    g.register(consumer, i)
    g.register(impatient, i)
g.execute()
bad = [r.error.message for r in g.results if r.status != "ok"]
assert not bad, bad[0]
assert len(q) == 0
assert dict(put) == dict(got), (len(put), len(got))
assert not [k for k in got if got[k] != 1]
`

func TestHammerQueue(t *testing.T) {
	for range rounds(5) {
		_, err := run(t, t.Context(), hammerQueue)
		require.NoError(t, err)
	}
}

// Equal calls get the same value, whoever computes it, and though some who do are stopped.
const hammerCache = `
calls = counter()
failures = counter()

@cache(ttl=0.01)
def short(n):
    return [n, calls.add(("short", n))]

@cache
def long(n):
    calls.add(n)
    time.sleep(0.001)
    if failures.add(n) < 3:
        fail("not yet")
    return [n]

def work(seed):
    for i in range(20):
        n = (seed * 7 + i) % 11
        assert short(n)[0] == n
        r = attempt(long, n)
        assert r.status == "ok" and r.result == [n] or r.error.message == "fail: not yet", r

def stopped(seed):
    long("slow" + str(seed % 5))
    for i in range(100000):
        attempt(long, i % 13)
        attempt(short, i % 13)

g = threadgroup(check=False, max_workers=40)
for i in range(60):
    g.register(work, i)
    g.task(stopped, timeout=0.001 * (i % 9 + 1), args=[i])
g.execute()
bad = [r.error.message for r in g.results if r.status == "failed" and r.error.message != "fail: not yet"]
assert not bad, bad[0]
for n in range(11):
    for _ in range(3):
        attempt(long, n)
    assert long(n) == [n]
    before = calls[n]
    assert long(n) == [n] and calls[n] == before
`

func TestHammerCache(t *testing.T) {
	for range rounds(5) {
		_, err := run(t, t.Context(), hammerCache)
		require.NoError(t, err)
	}
}

const hammerBarrier = `
b = barrier(5)
steps = counter()
go = event()
g = threadgroup()
def walker(n):
    go.wait()
    for i in range(50):
        steps.add(i)
        while not b.wait(timeout=0.0005 if n == 0 and i % 7 == 0 else None):
            pass
        assert steps[i] == 5, (i, steps[i])
for n in range(5):
    g.register(walker, n)
g.register(go.set)
g.execute()
assert steps.total() == 250 and b.waiting == 0
`

func TestHammerBarrier(t *testing.T) {
	for range rounds(5) {
		_, err := run(t, t.Context(), hammerBarrier)
		require.NoError(t, err)
	}
}

// The whole script is stopped at any moment: it ends soon, and leaves nothing behind
// (goleak looks for that).
func TestStoppedAtAnyMoment(t *testing.T) {
	errStop := errors.New("that is enough")
	for _, src := range []string{hammerPermits, hammerQueue, hammerCache, hammerBarrier} {
		for range rounds(8) {
			ctx, cancel := context.WithCancelCause(t.Context())
			timer := time.AfterFunc(time.Duration(rand.IntN(60))*time.Millisecond, func() { cancel(errStop) })
			_, err := run(t, ctx, src)
			if !errors.Is(err, errStop) {
				require.NoError(t, err)
			}
			timer.Stop()
			cancel(nil)
		}
	}
}
