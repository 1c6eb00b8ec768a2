package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"strings"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine"
)

// A round is one use of the script.
type round struct {
	*soak
	ctx context.Context
	rng *rand.Rand
	dir string
}

// A way is how the script is run and ended.
type way struct {
	name  string
	share int // of all rounds
	run   func(*round) error
}

var ways = []way{
	{"to the end", 4, (*round).whole},
	{"cancelled", 6, (*round).cut},
	{"cancelled, and resumed", 2, (*round).resumed},
	{"with a deadline", 2, (*round).deadline},
	{"called from Go", 3, (*round).calls},
	{"called from Go, long after", 2, (*round).later},
	{"in pieces", 3, (*round).session},
	{"in an engine of its own", 1, (*round).fresh},
}

var errStopped = errors.New("stopped by the soak")

func (r *round) input() engine.Input {
	return engine.Input{Args: []string{r.server.address, r.dir, r.programs}}
}

// soon is a moment within the usual time of a run.
func (r *round) soon() time.Duration { return time.Duration(r.rng.IntN(700)) * time.Millisecond }

func (r *round) whole() error {
	_, err := r.engine.Run(r.ctx, r.script, r.input())
	return explained(err)
}

// explained adds to an error where it came from, down to the tasks.
func explained(err error) error {
	var e *engine.Error
	if !errors.As(err, &e) {
		return err
	}
	var tasks *engine.GroupError
	if errors.As(err, &tasks) {
		text := err.Error()
		for _, f := range tasks.Failures {
			text += "\n" + f.Task + ": " + explained(f.Err).Error()
		}
		return errors.New(text)
	}
	return fmt.Errorf("%w\n%s", err, e.Traceback())
}

// stopped runs the script under a context that ends, and checks that it ended in time, and
// of that if not by itself.
func (r *round) stopped(ctx context.Context) error {
	_, err := r.engine.Run(ctx, r.script, r.input())
	switch {
	case err == nil || r.ctx.Err() != nil:
		return nil
	case ctx.Err() == nil || !errors.Is(err, context.Cause(ctx)) && !strings.Contains(err.Error(), context.Cause(ctx).Error()):
		return explained(err)
	}
	return nil
}

func (r *round) cut() error {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	after := r.soon()
	var at time.Time
	timer := time.AfterFunc(after, func() { at = time.Now(); cancel(errStopped) })
	err := r.stopped(ctx)
	if !timer.Stop() && ctx.Err() != nil && time.Since(at) > grace+late {
		return fmt.Errorf("took %s to stop", time.Since(at))
	}
	return err
}

// resumed: what was cut off is continued in the same folder, and then known.
func (r *round) resumed() error {
	cached := 0
	if err := r.cut(); err != nil {
		return err
	}
	script, err := r.engine.Compile("resumed.star", []byte(`
def odd(n): return [n] if n % 2 else fail("even")
group = threadgroup("logged", joblog=args[1] + "/log.jsonl", resume=True, check=False)
results = group.map(odd, range(20))
assert results.values(default=None) == [[n] if n % 2 else None for n in range(20)], results
cached = len([r for r in results if r.cached])
`))
	for range 2 {
		if err != nil {
			break
		}
		var res *engine.Result
		if res, err = r.engine.Run(r.ctx, script, r.input()); err == nil {
			err = res.Get("cached", &cached)
		}
	}
	if err == nil && cached != 10 {
		err = fmt.Errorf("%d of 10 values were taken from the joblog", cached)
	}
	return explained(err)
}

func (r *round) deadline() error {
	ctx, cancel := context.WithTimeoutCause(r.ctx, r.soon(), errStopped)
	defer cancel()
	return r.stopped(ctx)
}

// calls has many goroutines call a function that the script left behind; some of their
// contexts end before that.
func (r *round) calls() error {
	res, err := r.engine.Run(r.ctx, r.script, r.input())
	if err != nil {
		return explained(err)
	}
	return r.callAll(res)
}

// later calls the function of a run that ended when the soak began.
func (r *round) later() error { return r.callAll(r.old) }

func (r *round) callAll(res *engine.Result) error {
	errs := make([]error, 8)
	var wg sync.WaitGroup
	for i := range errs {
		wg.Go(func() {
			for n := i; n < 80 && errs[i] == nil; n += len(errs) {
				errs[i] = r.call(res, n)
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}

func (r *round) call(res *engine.Result, n int) error {
	ctx, cancel := context.WithTimeoutCause(r.ctx, 30*time.Second, errStopped)
	if n%7 == 4 { // which waits longer than anybody would
		ctx, cancel = context.WithTimeoutCause(r.ctx, time.Duration(n)*time.Millisecond, errStopped)
	}
	defer cancel()
	v, err := res.Call(ctx, "handle", n)
	switch {
	case r.ctx.Err() != nil:
		return nil
	case n%7 == 3 && err != nil && strings.Contains(err.Error(), "no answer within"):
		return nil // the answer was late, as it should be
	case n%7 == 4 && errors.Is(err, errStopped):
		return nil
	case err != nil:
		return fmt.Errorf("handle(%d): %w", n, explained(err))
	}
	want := []int{n}
	for x := 1; x < n%5; x++ {
		want = append(want, 2*x)
	}
	var got []int
	if err := engine.Unmarshal(v, &got); err != nil || fmt.Sprint(got) != fmt.Sprint(want) {
		return fmt.Errorf("handle(%d) is %v, not %v (%w)", n, v, want, err)
	}
	return nil
}

// pieces of a session, and what they show; "…" is stopped.
var pieces = []struct{ src, shown string }{
	{"x = [1]", ""},
	{"def f(n):\n    return n + len(x)\n", ""},
	{"threadgroup().map(f, range(3)).values()", "[1, 2, 3]"},
	{"g = threadgroup(check=False)", ""},
	{"g.map(lambda n: time.sleep(60), range(5))", "…"},
	{"while True: pass", "…"},
	{"http.get(args[0] + '/slow')", "…"},
	{"http.get(args[0] + '/echo?n=7').text", `"7"`},
	{"defer(fs.write_text, fs.tempdir() + '/x', 'gone'); g.submit(time.sleep, 0.001); None", ""},
	{"g.map(fail, ['a']).errors[0].kind", `"error"`},
}

func (r *round) session() (err error) {
	var none fs.FS
	s, err := r.engine.NewSession(r.ctx, none, r.input())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	for _, p := range pieces {
		ctx, cancel := context.WithTimeoutCause(r.ctx, 30*time.Second, context.DeadlineExceeded)
		if p.shown == "…" {
			ctx, cancel = context.WithTimeoutCause(r.ctx, 20*time.Millisecond, errStopped)
		}
		shown, err := s.Exec(ctx, p.src)
		cancel()
		switch {
		case r.ctx.Err() != nil:
			return nil
		case p.shown == "…" && errors.Is(err, errStopped):
		case err != nil:
			return fmt.Errorf("%s: %w", p.src, explained(err))
		case shown != p.shown:
			return fmt.Errorf("%s shows %s, not %s", p.src, shown, p.shown)
		}
	}
	return nil
}

// fresh makes an engine for itself, with what that opens.
func (r *round) fresh() error {
	eng, script, err := r.compile()
	if err != nil {
		return err
	}
	_, err = eng.Run(r.ctx, script, r.input())
	return errors.Join(explained(err), eng.Close())
}
