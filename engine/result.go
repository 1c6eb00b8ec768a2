package engine

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"sync"

	"github.com/starlark-tg/tg/engine/convert"
	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/event"
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
	return r.CallTo(ctx, r.run.outputs, name, args...)
}

// Outputs are where scripts write.
type Outputs struct {
	Stdout io.Writer         // print, whole lines, one at a time; nil discards them
	Print  func(event.Event) // takes what print prints in place of Stdout, as Options.Print does
	Log    *slog.Logger      // the module log; nil discards
}

// CallTo is Call of a function that writes elsewhere than the run did. All that the
// function starts writes there too.
func (r *Result) CallTo(ctx context.Context, to Outputs, name string, args ...any) (starlark.Value, error) {
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
	return r.run.again(ctx, to).callOnce(fn, tuple)
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
func (r *Run) again(ctx context.Context, to Outputs) *Run {
	if to.Stdout == nil {
		to.Stdout = io.Discard
	}
	next := &Run{engine: r.engine, script: r.script, own: r.own, shared: r.shared, outputs: to}
	next.ctx, next.cancel = context.WithCancelCause(ctx)
	return next
}

// callOnce calls a function on a thread of its own and ends the run.
func (r *Run) callOnce(fn starlark.Value, args starlark.Tuple) (starlark.Value, error) {
	defer r.cancel(nil)
	defer r.watchMemory()()
	var v starlark.Value
	err := r.once("call", func(t *Thread) (err error) {
		v, err = t.Call(fn, args, nil)
		return err
	})
	if err != nil {
		return nil, err
	}
	return v, nil
}

// once runs f on a thread of its own, then what it started and deferred, and what modules
// do at the end.
func (r *Run) once(name string, f func(*Thread) error) error {
	t := r.newThread(name, ctxLife{r.ctx})
	release := t.stopAfter(r.ctx)
	r.Waits().Busy(1)
	defer r.Waits().Busy(-1)
	err := f(t)
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
	return err
}

// Run returns the run that left it.
func (r *Result) Run() *Run { return r.run }
