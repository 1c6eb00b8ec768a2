//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
)

// modes are the ways to panic that panics.star knows; "" is none.
var modes = []string{"", "", "", "call", "deferred", "nested", "key", "cached", "attr", "binary", "index", "iterate", "hash", "compare", "str", "truth", "value"}

// outcome is what panics.star says of a task.
type outcome struct{ Status, Kind, Message, Traceback, Value string }

// panics runs tasks of which some panic, in this process: each panic is the error of its own
// task, and says where in the script.
func (r *round) panics() error {
	eng, err := engine.New(engine.Options{Modules: append(builtins.Standard(), riskyModule()), Grace: grace, Joblog: []string{"", r.dir + "/log.jsonl"}[r.rng.IntN(2)]})
	if err != nil {
		return err
	}
	defer eng.Close()
	src, err := scripts.ReadFile("panics.star")
	if err != nil {
		return err
	}
	script, err := eng.Compile("panics.star", src, "modes")
	if err != nil {
		return err
	}
	chosen := make([]string, 1+r.rng.IntN(40))
	for i := range chosen {
		chosen[i] = modes[r.rng.IntN(len(modes))]
	}
	res, err := r.inTime(func() (*engine.Result, error) {
		return eng.Run(r.ctx, script, engine.Input{Vars: map[string]any{"modes": chosen}})
	})
	if err != nil {
		return traced(err)
	}
	var found []outcome
	var ended int
	if err := errors.Join(res.Get("found", &found), res.Get("ended", &ended)); err != nil {
		return err
	}
	if ended != len(chosen) || len(found) != len(chosen) {
		return fmt.Errorf("of %d tasks %d have ended and %d have run what they deferred", len(chosen), len(found), ended)
	}
	for i, o := range found {
		if err := o.fits(i, chosen[i]); err != nil {
			return fmt.Errorf("task %d, %q: %w: %+v", i, chosen[i], err, o)
		}
	}
	// What a call from Go meets is its caller's.
	_, err = res.Call(r.ctx, "call", 7, "call")
	if p := (*engine.PanicError)(nil); !errors.As(err, &p) {
		return fmt.Errorf("a call from Go: %w", err)
	}
	return nil
}

// fits checks one outcome.
func (o outcome) fits(n int, mode string) error {
	if mode == "" {
		if o.Status != "ok" || o.Value != fmt.Sprintf("[%d]", n) {
			return errors.New("has lost its value")
		}
		return nil
	}
	switch {
	case mode == "value" && o.Status == "ok":
		return nil
	case o.Status != "failed" || o.Kind != "panic":
		return errors.New("is not of kind panic")
	case !strings.Contains(o.Message, "chaos"):
		return errors.New("does not say what the panic was")
	case mode != "deferred" && (!strings.Contains(o.Traceback, "panics.star:") || !strings.Contains(o.Traceback, " in call")):
		return errors.New("does not say where")
	}
	return nil
}

// traced adds to an error where in the script it was.
func traced(err error) error {
	var e *engine.Error
	if errors.As(err, &e) {
		return fmt.Errorf("%w\n%s", err, e.Traceback())
	}
	return err
}

// inTime runs f, and gives up when that takes long.
func (r *round) inTime(f func() (*engine.Result, error)) (res *engine.Result, err error) {
	ctx, cancel := context.WithTimeout(context.Background(), grace+slack)
	defer cancel()
	ended := make(chan struct{}) // closed when f has returned
	go func() { res, err = f(); close(ended) }()
	select {
	case <-ended:
		return res, err
	case <-ctx.Done():
		return nil, errors.New("does not end:\n" + goroutines())
	}
}
