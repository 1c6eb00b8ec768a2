package engine

import (
	"context"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
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

// Do makes calls for a host, one after the other on a thread of its own, and blocks until
// they have ended with all that they have started and deferred; ctx stops them. What came of
// each is in it. Many Dos may run at once.
func (r *Run) Do(ctx context.Context, to Outputs, calls ...*Call) {
	run := r.again(ctx, to)
	defer run.cancel(nil)
	defer run.watchMemory()()
	perform := performEach
	for _, m := range r.engine.opts.Modules {
		if m.Perform != nil {
			perform = m.Perform
		}
	}
	late := run.once("call", func(t *Thread) error {
		perform(t, calls)
		return nil
	})
	if c := calls[0]; len(calls) == 1 && late != nil && c.Err == nil {
		c.Value, c.Err, c.Ended = nil, late, true
	}
}

// performEach makes calls of an engine that has no module for tasks.
func performEach(t *Thread, calls []*Call) {
	for _, c := range calls {
		if c.Begins != nil && !c.Begins() {
			continue
		}
		began := time.Now()
		t.Give(&c.Given)
		c.Value, c.Err = t.Call(c.Fn, c.Args, c.Kwargs)
		c.Took, c.Ended = time.Since(began), true
		if c.Over != nil {
			c.Over()
		}
	}
}
