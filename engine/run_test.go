package engine_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// One script, compiled once, runs in many goroutines; each run has its own globals.
func TestRunConcurrently(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), FS: files("lib.star", "shared = [1, 2]\ndef f(x):\n    return len(shared) + x")})
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte(`
load("lib.star", "f")
mine = [int(args[0])]
g = threadgroup(check=False, retry=retry(1, wait=0))

@g.register
def task():
    if current_task().attempt == 1:
        fail("once")
    return mine[0], f(mine[0])

results = g.map(f, range(20)).values()
got = g.execute()[0].result
name = threadgroup(max_workers=2).map(lambda x: current_task().group, [1])[0].result
later = []
later.append(got)
`))
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 30 {
		wg.Go(func() {
			res, err := eng.Run(t.Context(), script, engine.Input{Args: []string{fmt.Sprint(i)}})
			if err != nil {
				t.Error(err)
				return
			}
			want := fmt.Sprintf("(%d, %d)", i, i+2)
			if got := res.Globals["got"].String(); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
			if got := res.Globals["name"].String(); got != `"group 1"` {
				t.Errorf("groups are numbered within a run: got %s", got)
			}
		})
	}
	wg.Wait()
}

// The globals that the rewriting of the language adds are nobody's business.
func TestRunHidesNames(t *testing.T) {
	res, _, err := source(t, "def d(f):\n    return f\n@d\ndef f():\n    pass\nassert True\nx = f\"{1}\"\n", engine.Options{})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"d", "f", "x"}, res.Globals.Keys())
}

// A run that stops has set its globals as far as it came.
func TestRunPartial(t *testing.T) {
	res, out, err := source(t, "x = 1\nprint('before')\nfail('stop')\ny = 2", engine.Options{})
	require.ErrorContains(t, err, "fail: stop")
	require.Equal(t, []string{"x"}, res.Globals.Keys())
	require.Equal(t, "before\n", out)
}

// When its context ends, a run stops: in a loop, in a sleep, in tasks.
func TestRunCancel(t *testing.T) {
	cause := errors.New("enough")
	for name, src := range map[string]string{
		"loop":    "while True:\n    pass",
		"sleep":   "time.sleep(60)",
		"tasks":   "def f(x):\n    while True:\n        pass\nthreadgroup(check=False).map(f, range(3))",
		"sleeper": "threadgroup().map(time.sleep, [60, 60])",
		"attempt": "def f():\n    while True:\n        attempt(time.sleep, 60)\nf()",
		"nested":  "def f(x):\n    threadgroup().map(time.sleep, [60])\nthreadgroup().map(f, [1])",
		"retry":   "threadgroup(retry=retry(3, wait=60, jitter=False)).map(fail, [1])",
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancelCause(t.Context())
			time.AfterFunc(50*time.Millisecond, func() { cancel(cause) })
			began := time.Now()
			_, _, err := sourceContext(ctx, t, src, engine.Options{})
			require.Less(t, time.Since(began), 10*time.Second)
			require.ErrorContains(t, err, "enough")
			require.ErrorIs(t, err, cause)
			var e *engine.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, "cancelled", e.Kind)
		})
	}
}

// Deferred calls of the script and of its tasks run after a cancel.
func TestRunCancelDefers(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	_, out, err := sourceContext(ctx, t, `
defer(print, "script")
def f(x):
    defer(print, "task")
    time.sleep(60)
threadgroup().map(f, [1])
`, engine.Options{})
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.Equal(t, "task\nscript\n", out)
}

// Deferred calls have the grace period, no more.
func TestRunGrace(t *testing.T) {
	began := time.Now()
	_, _, err := source(t, `
defer(time.sleep, 60)
`, engine.Options{Grace: 50 * time.Millisecond})
	require.ErrorContains(t, err, "grace period")
	require.Less(t, time.Since(began), 10*time.Second)
}

func TestRunOutput(t *testing.T) {
	_, out, err := source(t, `print("a", 1, [2])
print("b", sep="")`, engine.Options{})
	require.NoError(t, err)
	require.Equal(t, "a 1 [2]\nb\n", out)

	// The zero value has no modules, and throws away what is printed.
	eng, err := engine.New(engine.Options{})
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte("print('nobody hears')"))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	_, err = eng.Compile("t.star", []byte("time.sleep(1)"))
	require.ErrorContains(t, err, "undefined: time")
}

// A lineWriter fails when one call of Write is not one line.
type lineWriter struct {
	mu    sync.Mutex // guards what follows
	lines int
	torn  bool
}

func (w *lineWriter) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.lines++
	w.torn = w.torn || bytes.Count(p, []byte("\n")) != 1 || p[len(p)-1] != '\n'
	return len(p), nil
}

var _ io.Writer = (*lineWriter)(nil)

// Each line that print writes is one call of Write.
func TestRunWholeLines(t *testing.T) {
	w := &lineWriter{}
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: w})
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte(`
def f(n):
    for i in range(50):
        print(n, "x" * 100)
threadgroup(max_workers=10).map(f, range(20))
`))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	require.Equal(t, 1000, w.lines)
	require.False(t, w.torn)
}

// MaxWorkers bounds the tasks of all groups; Serial runs them in order.
func TestRunWorkers(t *testing.T) {
	src := `
def f(n):
    print("begin", n)
    time.sleep(0.01)
    print("end", n)
g = threadgroup()
for i in range(4):
    g.register(f, i)
g.execute()
`
	_, out, err := source(t, src, engine.Options{Serial: true})
	require.NoError(t, err)
	require.Equal(t, "begin 0\nend 0\nbegin 1\nend 1\nbegin 2\nend 2\nbegin 3\nend 3\n", out)

	_, out, err = source(t, src, engine.Options{MaxWorkers: 1})
	require.NoError(t, err)
	require.Equal(t, 4, strings.Count(out, "begin"))
	require.True(t, strings.HasPrefix(out, "begin 0\nend 0\n"))

	_, err = engine.New(engine.Options{MaxWorkers: -1})
	require.Error(t, err)
}

// Serial does not lock up where a task waits for tasks of its own.
func TestRunSerialNested(t *testing.T) {
	_, _, err := source(t, `
def f(n):
    return 0 if n == 0 else 1 + threadgroup().map(f, [n - 1])[0].result
assert threadgroup(max_workers=5).map(f, [20, 10]).values() == [20, 10]
`, engine.Options{Serial: true})
	require.NoError(t, err)
}

func TestRunModules(t *testing.T) {
	_, err := engine.New(engine.Options{Modules: []engine.Module{
		{Name: "a", Globals: starlark.StringDict{"x": starlark.None}},
		{Name: "b", Globals: starlark.StringDict{"x": starlark.None}},
	}})
	require.ErrorContains(t, err, `module "b" adds "x"`)
}

func TestRunForeignScript(t *testing.T) {
	one, err := engine.New(engine.Options{})
	require.NoError(t, err)
	two, err := engine.New(engine.Options{})
	require.NoError(t, err)
	script, err := one.Compile("t.star", nil)
	require.NoError(t, err)
	_, err = two.Run(t.Context(), script, engine.Input{})
	require.Error(t, err)
}
