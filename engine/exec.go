package engine

import (
	"context"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// Input is what one run gets from outside.
type Input struct {
	Args []string       // the script's args
	Vars map[string]any // global variables, converted as package convert says; functions become built-ins
}

// ExecFile reads, compiles and runs the file at the path name. Its load
// statements find files in its folder and below, unless Options.FS is set.
func (e *Engine) ExecFile(ctx context.Context, name string, in Input) (*Result, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	script, err := e.Compile(name, src, slices.Collect(maps.Keys(in.Vars))...)
	if err != nil {
		return nil, err
	}
	if e.opts.FS != nil {
		return e.Run(ctx, script, in)
	}
	root, err := os.OpenRoot(filepath.Dir(name))
	if err != nil {
		return nil, err
	}
	defer root.Close()
	return e.run(ctx, script, in, root.FS())
}

// Run runs a script and returns when every thread of it has ended. The error of
// a script that stopped is an *Error or an *ExitError; then the Result has the
// globals as far as they were set. Without a Result the script did not begin.
func (e *Engine) Run(ctx context.Context, script *Script, in Input) (*Result, error) {
	if script.engine != e {
		return nil, errors.New("engine: the script was compiled by another engine")
	}
	return e.run(ctx, script, in, e.opts.FS)
}

func (e *Engine) run(ctx context.Context, script *Script, in Input, files fs.FS) (*Result, error) {
	run, err := newRun(ctx, script, in, files)
	if err != nil {
		return nil, err
	}
	defer run.cancel(nil)
	began := time.Now()
	run.Emit(event.Event{Kind: event.RunStarted, Text: script.file.Name})
	globals, err := run.main(script.file)
	if code := run.exit.Load(); code != nil {
		err = code
	}
	for name := range globals {
		if dialect.Hidden(name) {
			delete(globals, name)
		}
	}
	run.Emit(event.Event{Kind: event.RunEnded, Duration: time.Since(began), Err: err})
	return &Result{Globals: globals, run: run}, err
}

// main runs the script's top level, what it deferred, and what modules do at the end.
func (r *Run) main(f *file) (starlark.StringDict, error) {
	defer r.watchMemory()()
	main := r.newThread("main", ctxLife{r.ctx})
	main.alone, main.age = true, 1
	release := main.stopAfter(r.ctx)
	r.Waits().Busy(1)
	globals, err := main.init(f)
	if err != nil {
		err = main.Error(err)
		r.cancel(errors.New("the script stopped"))
	}
	release()
	err = main.Finish(err, func() {}) // it stays busy: who calls the functions that are left may end any wait
	if late := r.finish(); err == nil {
		err = late
	}
	return globals, err
}

// finish waits for the workers, does what modules do at the end, and returns the first error.
func (r *Run) finish() (err error) {
	r.workers.Wait()
	for _, end := range slices.Backward(r.atEnd) {
		if late := end(); err == nil {
			err = late
		}
	}
	return err
}

// folder returns the folder of a script's display name: what load adds in front.
func folder(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir + "/"
	}
	return ""
}
