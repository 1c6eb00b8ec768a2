package engine

import (
	"context"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/starlark"
)

// NewHost returns a run without a script, for functions that came from elsewhere: their
// files are given to [Run.Adopt], and [Run.Do] calls them. name stands for the script in
// what modules report. It ends with ctx. A host is for the functions of one script: there is
// one file of each name.
func (e *Engine) NewHost(ctx context.Context, name string) (*Run, error) {
	script, err := e.newScript(nil)
	if err != nil {
		return nil, err
	}
	tree, _ := dialect.Parse(name, nil)
	script.file = &file{File: tree}
	run, err := newRun(ctx, script, Input{}, nil)
	if err != nil {
		return nil, err
	}
	clear(run.shared.files) // one of the functions may be of a file of that name
	return run, nil
}

// Do calls a function of a host on a thread of its own, and blocks until the function has
// ended and all that it has started and deferred; ctx stops it. given, if not nil, tells error
// texts what the function is. The error is an *Error or an *ExitError. Many calls may run at once.
func (r *Run) Do(ctx context.Context, to Outputs, given *Given, fn starlark.Callable, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return r.again(ctx, to).callOnce(given, fn, args, kwargs)
}
