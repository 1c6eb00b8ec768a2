package engine_test

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

// Functions that a run left behind are called from many goroutines at once, also
// when they run groups and share one of the module.
func TestCallConcurrently(t *testing.T) {
	res, _, err := source(t, `
g = threadgroup("g", check=False)
table = {"a": [1, 2, 3]}

def handle(n):
    local = [n]
    values = g.map(lambda x: x + local[0] + len(table["a"]), range(3)).values()
    own = threadgroup().map(lambda x: [x], values).values()
    own[0].append(1)
    str(g.results)
    return own
`, engine.Options{})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			v, err := res.Call(context.Background(), "handle", i)
			if err != nil {
				t.Error(err)
				return
			}
			if got, want := v.String(), fmt.Sprintf("[[%d, 1], [%d], [%d]]", i+3, i+4, i+5); got != want {
				t.Errorf("got %s, want %s", got, want)
			}
		})
	}
	wg.Wait()
}

// A call writes where it is told to, with all that it starts; the run's own output
// has none of it.
func TestCallTo(t *testing.T) {
	var main bytes.Buffer
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: &main})
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte(`
print("top")
def hello(i):
    print("hello", i)
    log.info("logged")
    threadgroup().map(lambda x: print("task of", i), [0])
`))
	require.NoError(t, err)
	res, err := eng.Run(context.Background(), script, engine.Input{})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			var out bytes.Buffer
			to := engine.Outputs{Stdout: &out, Log: slog.New(slog.NewTextHandler(&out, nil))}
			_, err := res.CallTo(context.Background(), to, "hello", i)
			require.NoError(t, err)
			require.Regexp(t, fmt.Sprintf("^hello %d\ntime=.* msg=logged\ntask of %d\n$", i, i), out.String())
		})
	}
	wg.Wait()
	_, err = res.CallTo(context.Background(), engine.Outputs{}, "hello", 9)
	require.NoError(t, err)
	require.Equal(t, "top\n", main.String())
}

// A call waits for tasks of its own, and not for those of a call that began meanwhile.
func TestCallsBesideEachOther(t *testing.T) {
	res, _, err := source(t, `
def quick():
    def task(x):
        print("quick")
        return x + 1
    return threadgroup().map(task, [1]).values()

def slow():
    def task(x):
        print("slow")
        time.sleep(3600)
    threadgroup().map(task, [0])
`, engine.Options{})
	require.NoError(t, err)
	ctx, stop := context.WithCancel(context.Background())
	begun, ended := make(chan struct{}), make(chan error, 1)
	to := engine.Outputs{Print: func(event.Event) {
		go func() {
			_, err := res.CallTo(ctx, engine.Outputs{Print: func(event.Event) { close(begun) }}, "slow")
			ended <- err
		}()
		<-begun
	}}
	v, err := res.CallTo(context.Background(), to, "quick")
	require.NoError(t, err)
	require.Equal(t, "[2]", v.String())
	stop()
	require.ErrorIs(t, <-ended, context.Canceled)
}
