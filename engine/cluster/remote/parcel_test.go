package remote_test

import (
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/stretchr/testify/require"
)

// Duration is the time that a task ran, not the time that it waited for its turn.
func TestDuration(t *testing.T) {
	h := newHall(t)
	h.slots = 1
	h.worker("default", "w", engine.Options{})
	r := run(t, h, `
g = threadgroup(timeout=0.5)
def f(x): time.sleep(0.1)
rs = g.map(f, range(8))
print([0.1 <= r.duration and r.duration < 0.4 for r in rs])
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, "["+strings.Repeat("True, ", 7)+"True]\n", r.out)
}

// Small items travel together, large ones alone.
func TestParcels(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	r := run(t, h, `
n = 20000
print(sum(threadgroup().map(lambda x: x, range(n)).values()) == n * (n - 1) // 2)
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, "True\n", r.out)
	require.Less(t, len(h.sent), 2000)
	h = newHall(t) // workers know one file of each name
	h.worker("default", "w", engine.Options{})
	r = run(t, h, `
def f(x): time.sleep(0.06)
threadgroup().map(f, range(12))
`, engine.Options{})
	require.NoError(t, r.err)
	require.Greater(t, len(h.sent), 8)
}

// Who takes long keeps nobody waiting, neither what came before it nor what comes after.
func TestSlowOnes(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w1", engine.Options{})
	h.worker("default", "w2", engine.Options{})
	r := run(t, h, `
def f(x):
    if x in [300, 301, 500]: time.sleep(1.5)
    return x
began = time.monotonic()
late = sorted([r.result for r in threadgroup().imap_unordered(f, range(600)) if time.monotonic() - began > 1])
print(late)

g = threadgroup(check=False)
fast = [g.submit(f, i) for i in range(200)]
def busy():
    for i in range(1000000000000): pass
endless = g.submit(busy)
more = [g.submit(f, i) for i in range(200)]
print(sum([r.get() for r in fast + more]))
endless.cancel()
print(endless.wait().status)
`, engine.Options{})
	require.Empty(t, report(r.err))
	require.Equal(t, "[300, 301, 500]\n39800\ncancelled\n", r.out)
}

// Tasks of many kinds travel together, and stay what they are.
func TestKinds(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	r := run(t, h, `
g = threadgroup("g", check=False)
def make(i):
    def f(n):
        t = current_task()
        if i % 10 == 3 and t.attempt < 2: fail("again %d" % i)
        return (i, n, t.name, t.attempt, t.max_attempts)
    return f
for i in range(500):
    g.task(make(i), name="task %d" % i, args=[i * 2], timeout=10 + i, retry=retry(1, wait=0))
results = g.execute()
print(len([r for r in results if r.ok]), all([r.result[:3] == (i, 2 * i, "task %d" % i) for i, r in enumerate(results)]))
print(results[13].result, results[13].attempts, results[14].result)
`, engine.Options{})
	require.Empty(t, report(r.err))
	require.Equal(t, "500 True\n(13, 26, \"task 13\", 2, 2) 2 (14, 28, \"task 14\", 1, 2)\n", r.out)
	require.Less(t, len(h.sent), 200)
}

// A task that brings its workers down is lost; the others of its parcel are not.
func TestPoison(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	h.kill = func(task cluster.Task, _ int) bool { return strings.Contains(string(task.Data), "poison") }
	r := run(t, h, `
g = threadgroup(check=False)
items = ["item %d" % i for i in range(500)]
items[321] = "poison"
results = g.map(lambda s: len(s), items)
print([(r.index, r.status, r.error.kind, r.error.message) for r in results if not r.ok])
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, "[(321, \"failed\", \"lost\", \"lost: its worker was gone before it had ended, each of the 5 times that it was started\")]\n", r.out)
	require.Less(t, h.started.Load(), int64(1500), "they travel together")
}
