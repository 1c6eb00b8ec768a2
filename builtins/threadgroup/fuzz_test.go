package threadgroup_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/fstest"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

// FuzzSharing runs scripts that share whatever they can, to be run with the race
// detector. A script may fail, and may be stopped for taking long; it may not
// cause a data race, a panic or a hang, leave a goroutine behind, or leave a list
// that nobody iterates in the state of being iterated. A script that cannot know
// which of its tasks is faster must print what it prints when tasks run one by one.
func FuzzSharing(f *testing.F) {
	random := rand.New(rand.NewPCG(1, 2))
	for n := range 40 {
		data := make([]byte, 20+10*n)
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		f.Add(data)
	}
	f.Fuzz(func(t *testing.T, data []byte) { share(t, data) })
}

// TestSharing runs a number of random scripts: set SHARING_SECONDS to run them for
// longer than a moment. (go's own fuzzing mutates what it has found, which is
// not worth much here: scripts are as good as random.)
func TestSharing(t *testing.T) {
	seconds, _ := strconv.ParseFloat(os.Getenv("SHARING_SECONDS"), 64)
	end := time.Now().Add(time.Duration(max(seconds, 2) * float64(time.Second)))
	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	random := rand.New(rand.NewPCG(seed, 0))
	n := 0
	for ; time.Now().Before(end) && !t.Failed(); n++ {
		data := make([]byte, 50+random.IntN(500))
		for i := range data {
			data[i] = byte(random.Uint32())
		}
		share(t, data)
	}
	t.Logf("%d scripts", n)
}

func share(t *testing.T, data []byte) {
	src, strict := generate(data)
	before := goleak.IgnoreCurrent()
	out, ended := shareRun(t, src, false)
	if strict && ended {
		if serial, ended := shareRun(t, src, true); ended && out != serial {
			t.Errorf("in parallel:\n%s\none by one:\n%s", out, serial)
		}
	}
	if err := goleak.Find(before); err != nil {
		t.Error(err)
	}
	if t.Failed() {
		t.Logf("the script:\n%s", src)
	}
}

// grace is what deferred calls have of time.
const grace = 300 * time.Millisecond

// shareRun returns what the script printed, and whether the clock had no part in it.
func shareRun(t *testing.T, src string, serial bool) (string, bool) {
	w := &watch{}
	var out bytes.Buffer
	eng, err := engine.New(engine.Options{
		Modules: append(builtins.Standard(), w.module()),
		Stdout:  &out,
		Events:  event.Sink{Take: w.event, Only: []event.Kind{event.TaskRetry, event.TaskEnded}},
		FS:      fstest.MapFS{"lib.star": {Data: []byte(lib)}},
		Serial:  serial,
		Grace:   grace,
		Limits:  engine.Limits{MaxDepth: 100, MaxOutput: 1 << 20, MaxTasks: 300},
	})
	if err != nil {
		t.Fatal(err)
	}
	script, err := eng.Compile("fuzz.star", []byte(src))
	if err != nil {
		t.Fatalf("the generator writes what cannot be read: %v\n%s", err, src)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 500*time.Millisecond)
	defer cancel()
	began := time.Now()
	done := make(chan error, 1)
	go func() {
		res, err := eng.Run(ctx, script, engine.Input{Args: []string{"a"}})
		if !serial {
			call(ctx, res, w)
		}
		done <- err
	}()
	select {
	case err = <-done:
	case <-time.After(10 * time.Second):
		stacks := make([]byte, 1<<20)
		t.Fatalf("the script does not stop\n%s\n%s", src, stacks[:runtime.Stack(stacks, true)])
	}
	w.error(err)
	for _, bad := range w.bad {
		t.Error(bad)
	}
	return out.String(), time.Since(began) < grace && !w.late
}

// call calls the functions that the script left behind, all at once.
func call(ctx context.Context, res *engine.Result, w *watch) {
	ctx, cancel := context.WithTimeout(ctx, 50*time.Millisecond)
	defer cancel()
	var wg sync.WaitGroup
	for _, name := range slices.Sorted(maps.Keys(res.Globals)) {
		if _, ok := res.Globals[name].(*eval.Function); ok && name[0] == 'f' {
			wg.Go(func() {
				_, err := res.Call(ctx, name, []int{1})
				w.error(err)
			})
		}
	}
	wg.Wait()
}

// A watch notes what must not happen.
type watch struct {
	mu   sync.Mutex // guards what follows
	bad  []string
	late bool // something was stopped by the clock, or by a limit
}

func (w *watch) error(err error) {
	if err == nil {
		return
	}
	var panicked *engine.PanicError
	var limit *engine.LimitError
	text := err.Error()
	w.mu.Lock()
	defer w.mu.Unlock()
	switch {
	case errors.As(err, &panicked):
		w.bad = append(w.bad, fmt.Sprintf("%s\n%s", text, panicked.Stack))
	case strings.Contains(text, "panic") || strings.Contains(text, "internal error"):
		w.bad = append(w.bad, text)
	case strings.Contains(text, "during iteration"):
		w.bad = append(w.bad, "nobody iterates it: "+text)
	case errors.As(err, &limit) || strings.Contains(text, "timed out") || strings.Contains(text, "deadline"):
		w.late = true
	}
}

func (w *watch) event(e event.Event) { w.error(e.Err) }

func (w *watch) module() engine.Module {
	return engine.Module{Name: "watch", Globals: starlark.StringDict{
		// check looks at the error of a Result.
		"check": starlark.NewBuiltin("check", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			e, err := args[0].(starlark.HasAttrs).Attr("error")
			if err == nil && e != starlark.None {
				w.error(errors.New(e.String()))
			}
			return starlark.None, err
		}),
		// beside calls a function on a thread of its own, and does not wait for it.
		"beside": starlark.NewBuiltin("beside", func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			fn, ok := args[0].(starlark.Callable)
			if !ok {
				return starlark.None, nil
			}
			t := engine.Of(thread)
			t.HandOver(func(p *engine.Publication) { fn, args = p.Callable(fn), p.Tuple(args[1:]) })
			own := t.Run().NewThread("beside", runLife{t.Run()})
			if t.Run().State(besideKey{t.Run()}, func() any { return new(atomic.Int64) }).(*atomic.Int64).Add(1) > maxBeside { // a function may start itself
				return starlark.None, nil
			}
			ended := t.Run().Beside()
			t.Run().Waits().Busy(1)
			t.Run().Workers().Go(func() {
				defer t.Run().Waits().Busy(-1)
				defer ended()
				stop := context.AfterFunc(t.Run().Context(), func() { own.Stop(context.Cause(t.Run().Context())) })
				defer stop()
				for range 5 {
					_, err := own.Call(fn, args, nil)
					w.error(own.Finish(err, func() {}))
				}
			})
			return starlark.None, nil
		}),
		// small reports whether the text of a value is of bearable length.
		"small": starlark.NewBuiltin("small", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			budget := 300
			measure(args[0], &budget)
			return starlark.Bool(budget > 0), nil
		}),
	}}
}

type besideKey struct{ *engine.Run } // how many threads beside has started in a run

// maxBeside is how many of them a run may have.
const maxBeside = 20

// A runLife is the life of a thread that ends with the run.
type runLife struct{ *engine.Run }

func (l runLife) Cause() error { return context.Cause(l.Context()) }

// measure takes from the budget what would be printed of v, more or less.
func measure(v starlark.Value, budget *int) {
	if *budget--; *budget <= 0 {
		return
	}
	if r, ok := v.(starlark.HasAttrs); ok && v.Type() == "Result" {
		if value, err := r.Attr("result"); err == nil {
			measure(value, budget)
		}
		return
	}
	switch v := v.(type) {
	case *starlark.Dict:
		for k, e := range v.Entries() {
			measure(k, budget)
			measure(e, budget)
		}
	case starlark.Callable:
		if f, ok := v.(starlark.HasAttrs); ok && v.Type() == "Function" {
			for _, name := range []string{"args", "kwargs"} {
				if value, err := f.Attr(name); err == nil {
					measure(value, budget)
				}
			}
		}
	case starlark.Iterable:
		for e := range starlark.Elements(v) {
			measure(e, budget)
		}
	}
}
