//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
)

// tally counts what the script says of its own beginning and ending.
type tally struct{ begun, deferred, script atomic.Int64 }

func (t *tally) add(what string) {
	switch what {
	case "begun":
		t.begun.Add(1)
	case "deferred":
		t.deferred.Add(1)
	case "script":
		t.script.Add(1)
	}
}

var errChaos = errors.New("stopped by chaos")

// cancels ends the contexts of runs and calls in this process at random: all that has begun
// ends, and what was deferred runs.
func (r *round) cancels() error {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Grace: grace})
	if err != nil {
		return err
	}
	defer eng.Close()
	src, err := scripts.ReadFile("cancels.star")
	if err != nil {
		return err
	}
	const tasks = 200
	script, err := eng.Compile("cancels.star", src, "tasks", "add")
	if err != nil {
		return err
	}
	t := &tally{}
	in := engine.Input{Vars: map[string]any{"tasks": tasks, "add": t.add}}
	for range 3 {
		if err := r.run(eng, script, in, t); err != nil {
			return err
		}
	}
	res, err := r.inTime(func() (*engine.Result, error) { return eng.Run(r.ctx, script, in) })
	if err != nil {
		return traced(err)
	}
	var got []int
	if err := res.Get("got", &got); err != nil || len(got) != tasks {
		return fmt.Errorf("%d results of %d (%w)", len(got), tasks, err)
	}
	if err := r.calls(res); err != nil {
		return err
	}
	return t.even()
}

// even reports whether all that has begun has run what it deferred; what was stopped in
// between has not said that it has begun.
func (t *tally) even() error {
	if b, d := t.begun.Load(), t.deferred.Load(); d < b {
		return fmt.Errorf("%d tasks and calls have begun, and %d have run what they deferred", b, d)
	}
	return nil
}

// run runs the script until its context ends.
func (r *round) run(eng *engine.Engine, script *engine.Script, in engine.Input, t *tally) error {
	ctx, cancel := context.WithCancelCause(r.ctx)
	defer cancel(nil)
	time.AfterFunc(time.Duration(r.rng.IntN(150))*time.Millisecond, func() { cancel(errChaos) })
	before, begun := t.script.Load(), t.begun.Load()
	_, err := r.inTime(func() (*engine.Result, error) { return eng.Run(ctx, script, in) })
	switch {
	case err != nil && !errors.Is(err, errChaos):
		return traced(err)
	case err == nil && ctx.Err() != nil || err != nil && r.ctx.Err() != nil:
		return nil // it was just over
	case t.script.Load() != before+1 && t.begun.Load() > begun:
		return errors.New("what the script deferred has not run")
	}
	return t.even()
}

// calls calls a function from many goroutines; the contexts of some end.
func (r *round) calls(res *engine.Result) error {
	errs := make([]error, 16)
	var wg sync.WaitGroup
	for i := range errs {
		n, after := r.rng.IntN(40), time.Duration(r.rng.IntN(30))*time.Millisecond
		wg.Go(func() {
			ctx, cancel := context.WithTimeoutCause(r.ctx, after, errChaos)
			defer cancel()
			v, err := res.Call(ctx, "call", n)
			want := 0
			for k := range n {
				want += k * 1000 * (k*1000 - 1) / 2
			}
			if err != nil && !errors.Is(err, errChaos) || err == nil && v.String() != fmt.Sprint(want) {
				errs[i] = fmt.Errorf("call(%d) is %v, not %d (%w)", n, v, want, traced(err))
			}
		})
	}
	wg.Wait()
	return errors.Join(errs...)
}
