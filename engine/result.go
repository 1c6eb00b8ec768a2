package engine

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/starlark-tg/tg/engine/convert"
	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/starlark"
)

// A Result is what a run leaves behind. Its methods are safe for concurrent use.
type Result struct {
	// Globals are the global variables. They may be changed until Get or Call is
	// used for the first time, which freezes them.
	Globals starlark.StringDict

	run    *Run
	freeze sync.Once
}

// Get stores the global variable name in *dst, as json.Unmarshal does; see
// convert.ToGo. The error names the path to what does not fit: hosts[3]["port"].
func (r *Result) Get(name string, dst any) error {
	v, err := r.global(name)
	if err != nil {
		return err
	}
	return convert.ToGo(name, v, dst)
}

// Call calls the global function name and returns its value; [Unmarshal] converts
// it. Arguments are converted as Input.Vars are. Call blocks until the function
// and what it deferred have ended; ctx stops it. The error is an *Error or an
// *ExitError. Many calls may run at once: the globals are frozen.
func (r *Result) Call(ctx context.Context, name string, args ...any) (starlark.Value, error) {
	fn, err := r.global(name)
	if err != nil {
		return nil, err
	}
	tuple := make(starlark.Tuple, len(args))
	for i, arg := range args {
		if tuple[i], err = converter.FromGo(fmt.Sprintf("%s: argument %d", name, i+1), arg); err != nil {
			return nil, err
		}
	}
	return r.run.again(ctx).callOnce(fn, tuple)
}

// Unmarshal stores a Starlark value in *dst, as json.Unmarshal does; see convert.ToGo.
func Unmarshal(v starlark.Value, dst any) error { return convert.ToGo("value", v, dst) }

func (r *Result) global(name string) (starlark.Value, error) {
	r.freeze.Do(func() {
		t := r.run.newThread("globals", ctxLife{r.run.ctx})
		t.final = true
		t.HandOver(func(p *Publication) {
			for _, all := range []starlark.StringDict{r.Globals, r.run.own} {
				for _, v := range all {
					p.Value(v)
				}
			}
		})
	})
	v, ok := r.Globals[name]
	if ok {
		return v, nil
	}
	err := fmt.Errorf("%s has no global variable %q", r.run.script.Name(), name)
	if near := Nearest(name, slices.DeleteFunc(r.Globals.Keys(), dialect.Hidden)); near != "" {
		err = fmt.Errorf("%w; did you mean %q?", err, near)
	}
	return nil, err
}

// again returns a run for a call of a function that the run left behind.
func (r *Run) again(ctx context.Context) *Run {
	next := &Run{engine: r.engine, script: r.script, own: r.own, shared: r.shared}
	next.ctx, next.cancel = context.WithCancelCause(ctx)
	return next
}

// callOnce calls a function on a thread of its own and ends the run.
func (r *Run) callOnce(fn starlark.Value, args starlark.Tuple) (starlark.Value, error) {
	defer r.cancel(nil)
	defer r.watchMemory()()
	t := r.newThread("call", ctxLife{r.ctx})
	release := t.stopAfter(r.ctx)
	r.Waits().Busy(1)
	defer r.Waits().Busy(-1)
	v, err := t.Call(fn, args, nil)
	if err != nil {
		r.cancel(errors.New("the call failed"))
	}
	release()
	err = t.Finish(err, func() {})
	if late := r.finish(); err == nil {
		err = late
	}
	if code := r.exit.Load(); code != nil {
		err = code
	}
	if err != nil {
		return nil, err
	}
	return v, nil
}
