package remote_test

import (
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// What cannot be sent is refused, with the way to it.
func TestRefused(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	r := run(t, h, `
g = threadgroup(check=False)
box = {"list": [1, lock()]}
q = queue()
def bad(): return box
def worse(q): q.put(1)
def result(): return [event()]
def show(r): print(r.wait().error.message)
show(g.submit(bad))
show(g.submit(worse, q))
show(g.submit(worse, q=q))
show(g.submit(result))
show(g.submit(lambda s: 1, g.imap(bad, [])))
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, `function bad → variable box → ["list"] → [1]: a value of type "lock" cannot be sent to a worker
argument 1: a value of type "queue" cannot be sent to a worker
argument q: a value of type "queue" cannot be sent to a worker
result → [0]: a value of type "event" cannot be sent by a worker
argument 1: a value of type "stream" cannot be sent to a worker
`, r.out)
}

// A task may be started more than once, but what it does to what stays at home is done once.
func TestOnce(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	h.kill = func(_ cluster.Task, start int) bool { return start < 3 }
	r := run(t, h, `
c = counter()
v = create_vault(keyring(a=int), "v")
g = threadgroup()
def f(x):
    c.add("n")
    return c.add("n", x)
print(g.map(f, range(3), ).values())
def once(): v.insert("a", c.add("x"))
g.submit(once).wait().check()
print(c.total(), v.asdict())
`, engine.Options{})
	require.NoError(t, r.err)
	require.Contains(t, r.out, "7 {\"a\": 1}")
	require.GreaterOrEqual(t, h.started.Load(), int64(6))
}

// A look at what stays at home may go over the line of another task, which may have ended.
func TestLookOutlivesOthers(t *testing.T) {
	h := newHall(t)
	h.slots = 8
	h.worker("default", "w", engine.Options{})
	h.mute = func(task cluster.Task) bool { return strings.Contains(string(task.Data), "deaf") }
	r := run(t, h, `
c = counter()
g = threadgroup("g")
def deaf(s): time.sleep(0.5)
def f(x):
    for i in range(20):
        if x in c: fail("who has counted?")
    return c.add(f"{x}")
for i in range(7): g.submit(deaf, "deaf")
rs = [g.submit(f, i) for i in range(5)]
g.wait().check()
print([r.result for r in rs])
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, "[1, 1, 1, 1, 1]\n", r.out)
}

// All items of a map may have come before it is known how many slots there are.
func TestSlotsKnownLate(t *testing.T) {
	h := newHall(t)
	h.slots, h.early = 8, true
	h.worker("default", "w", engine.Options{})
	time.AfterFunc(100*time.Millisecond, func() {
		h.mu.Lock()
		defer h.mu.Unlock()
		h.early = false
	})
	began := time.Now()
	r := run(t, h, `
def f(x): time.sleep(1)
threadgroup(max_workers=16).map(f, range(16))
`, engine.Options{})
	require.NoError(t, r.err)
	require.Less(t, time.Since(began), 5*time.Second, "two at a time take 8 seconds")
}

// What must not run twice is not started again.
func TestNotIdempotent(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	h.kill = func(cluster.Task, int) bool { return true }
	r := run(t, h, `
g = threadgroup(check=False, retry=retry(3, wait=0))
@g.task(idempotent=False)
def pay(): return 1
r = g.execute()[0]
print(r.status, r.error.kind, r.error.message, r.attempts)
`, engine.Options{})
	require.NoError(t, r.err)
	require.Equal(t, "failed lost lost: its worker was gone before it had ended, and it must not run twice 1\n", r.out)
	require.EqualValues(t, 1, h.started.Load())
}

// Queues are their workers'; permissions too.
func TestQueues(t *testing.T) {
	h := newHall(t)
	h.worker("default", "plain", engine.Options{})
	h.worker("gpu", "strong", engine.Options{Allow: permit.Set{Env: []string{"HOME"}}})
	r := run(t, h, `
def f():
    return os.getenv("HOME") != None
print(threadgroup(check=False).submit(f).wait().error.kind)
print(threadgroup(queue="gpu").submit(f).wait().result)
r = threadgroup(queue="none", check=False).submit(f).wait()
print(r.error.message)
`, engine.Options{Allow: permit.Set{All: true}})
	require.NoError(t, r.err)
	require.Equal(t, "permission\nTrue\nno workers for queue \"none\" after 1s\n", r.out)
	for _, bad := range []string{`queue="a b"`, `queue=""`, `queue=5`, `queue="a.b"`, `queue="x" * 65`} {
		r := run(t, h, `threadgroup(`+bad+`)`, engine.Options{})
		require.ErrorContains(t, r.err, "queue must")
	}
}

// Who waits for children gives its slot to others, wherever it waits.
func TestSlotsOfThoseWhoWait(t *testing.T) {
	h := newHall(t)
	h.slots = 1
	h.worker("default", "w", engine.Options{})
	r := run(t, h, `
inner = threadgroup("inner")
def child(n):
    time.sleep(0.03)
    return n
def parent(n): return sum(inner.map(child, range(n)).values())
print(threadgroup("outer").map(parent, range(5)).values())
def alone(n):
    g = threadgroup()
    return sum(g.map(child, range(n)).values())
print(threadgroup("outer").map(alone, range(5)).values())
`, engine.Options{})
	require.Empty(t, report(r.err))
	require.Equal(t, "[0, 0, 1, 3, 6]\n[0, 0, 1, 3, 6]\n", r.out)
	require.NotZero(t, h.rested.Load())
}

// What tasks print, log and tell arrives in order, as theirs.
func TestWords(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w1", engine.Options{})
	var log syncBuilder
	r := run(t, h, `
g = threadgroup("g", max_workers=1)
def f(x):
    print("a", x)
    log.info("hello", n=x, who="é")
    current_task().progress(x, 10)
    print("b", x)
g.map(f, [1, 2, 3])
`, engine.Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
	require.NoError(t, r.err)
	require.Equal(t, "a 1\nb 1\na 2\nb 2\na 3\nb 3\n", r.out)
	require.Equal(t, 3, strings.Count(log.String(), "level=INFO msg=hello n="))
	require.Contains(t, log.String(), "n=2 who=é")
	var told []string
	for _, e := range r.events {
		switch e.Kind {
		case event.TaskStarted:
			told = append(told, fmt.Sprint("started ", e.Index, e.Attempts, e.Worker))
		case event.TaskProgress:
			told = append(told, fmt.Sprint("progress ", e.Index, e.Done, e.Total))
		case event.TaskEnded:
			told = append(told, fmt.Sprint("ended ", e.Index, e.Status))
		}
	}
	require.Equal(t, []string{"started 0 1w1", "progress 0 1 10", "ended 0ok", "started 1 1w1", "progress 1 2 10", "ended 1ok",
		"started 2 1w1", "progress 2 3 10", "ended 2ok"}, told)
}

type syncBuilder struct {
	mu sync.Mutex
	strings.Builder
}

func (b *syncBuilder) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.Builder.Write(p)
}

// A stop reaches busy tasks at once, and nothing is waited for.
func TestStop(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	began := time.Now()
	r := run(t, h, `
g = threadgroup(check=False)
def busy(x):
    for i in range(1000000000): pass
def sleepy(x): time.sleep(100)
a, b, c = g.submit(busy, 1), g.submit(sleepy, 2), g.submit(sleepy, 3)
time.sleep(0.05)
g.cancel("enough")
print([(r.status, r.error.message) for r in g.wait()])
for r in g.imap_unordered(lambda x: x, range(1000)):
    if r.index > 10: break
`, engine.Options{})
	require.NoError(t, r.err)
	require.Less(t, time.Since(began), 5*time.Second)
	require.Equal(t, 3, strings.Count(r.out, "ed: enough"), r.out) // one or the other had not begun
}

// A timeout also ends what home does for the task.
func TestTimeoutAtHome(t *testing.T) {
	h := newHall(t)
	h.worker("default", "w", engine.Options{})
	began := time.Now()
	r := run(t, h, `
inner = threadgroup("inner", check=False)
def nap(): time.sleep(100)
def long(): return inner.map(lambda x: time.sleep(100), range(2))
g = threadgroup("outer", timeout=0.2, check=False)
r = g.submit(long).wait()
print(r.status, r.error.message)
print([(r.status, r.error.message) for r in inner.results])
`, engine.Options{})
	require.NoError(t, r.err)
	require.Less(t, time.Since(began), 10*time.Second)
	require.Contains(t, r.out, "timed_out timed out after 0.2s\n")
}
