package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"time"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
)

// A Script is a compiled file. It is immutable: it may be run many times, from
// many goroutines.
type Script struct {
	engine *Engine
	file   *file
}

// Name returns the name that Compile was given.
func (s *Script) Name() string { return s.file.Name }

// Input is what one run gets from outside.
type Input struct {
	Args []string // the script's args
}

// A Result is what a run leaves behind.
type Result struct {
	Globals starlark.StringDict
}

// Compile reads a script: dialect → resolve → compile. The error is a
// *SyntaxError with every problem of the source, or a *LimitError.
func (e *Engine) Compile(name string, src []byte) (*Script, error) {
	f, err := e.compile(name, src)
	if err != nil {
		return nil, err
	}
	return &Script{engine: e, file: f}, nil
}

func (e *Engine) compile(name string, src []byte) (_ *file, err error) {
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: the compiler failed: %v", name, v)
		}
	}()
	if err := e.opts.admit(name, len(src)); err != nil {
		return nil, err
	}
	tree, problems := dialect.Parse(name, src)
	if len(problems) > 0 {
		rest := resolve.File(tree.Syntax, e.has, starlark.Universe.Has)
		return nil, e.syntaxError(tree, problems, rest)
	}
	prog, err := starlark.FileProgram(tree.Syntax, e.has)
	if err != nil {
		return nil, e.syntaxError(tree, nil, err)
	}
	f := &file{File: tree, prog: prog}
	f.collect()
	return f, nil
}

var undefined = regexp.MustCompile(`^(undefined: (\w+))(?: \((did you mean \w+\?)\))?`)

// syntaxError joins the problems of parsing with what the resolver found.
func (e *Engine) syntaxError(f *dialect.File, problems dialect.Problems, rest error) *SyntaxError {
	var list resolve.ErrorList
	errors.As(rest, &list)
	for _, r := range list {
		p := dialect.Problem{Pos: r.Pos, Msg: r.Msg}
		if m := undefined.FindStringSubmatch(r.Msg); m != nil {
			if f.Mentioned(m[2]) {
				continue
			}
			p.Msg = m[1]
			if p.Hint = e.nearest(f, m[2]); p.Hint == "" {
				p.Hint = m[3] // a local variable
			}
		}
		problems = append(problems, p)
	}
	slices.SortStableFunc(problems, func(a, b dialect.Problem) int {
		return int(int64(spot(a.Pos)) - int64(spot(b.Pos)))
	})
	err := &SyntaxError{}
	for _, p := range problems {
		err.Problems = append(err.Problems, Problem{Problem: p, Line: f.Line(int(p.Pos.Line))})
	}
	return err
}

// nearest suggests a name for one that is not defined.
func (e *Engine) nearest(f *dialect.File, name string) string {
	if hint, ok := elsewhere[name]; ok {
		return hint
	}
	names := e.names()
	if m, ok := f.Syntax.Module.(*resolve.Module); ok {
		for _, b := range m.Globals {
			names = append(names, b.First.Name)
		}
		for _, b := range m.Locals {
			names = append(names, b.First.Name)
		}
	}
	names = slices.DeleteFunc(names, dialect.Hidden)
	if slices.Contains(names, name) {
		return name + " is bound further down: a file runs from top to bottom"
	}
	if best := Nearest(name, names); best != "" {
		return "did you mean " + best + "?"
	}
	return ""
}

// elsewhere answers names that Python programmers expect.
var elsewhere = map[string]string{
	"Exception":    "errors are not classes here: fail(message) stops, attempt(f) catches",
	"ValueError":   "errors are not classes here: fail(message) stops, attempt(f) catches",
	"isinstance":   `compare type(x) with a name: type(x) == "list"`,
	"map":          "write a list comprehension [f(x) for x in xs], or group.map(f, xs) to run in parallel",
	"filter":       "write a list comprehension [x for x in xs if f(x)]",
	"open":         "there are no open files: use the fs module",
	"input":        "there is no input: pass arguments to the script, they are in args",
	"object":       "there are no classes: use a dict or a function",
	"super":        "there are no classes: use a dict or a function",
	"sys":          "there is no sys: arguments are in args, exit(code) ends the script",
	"threading":    "no import is needed: use threadgroup()",
	"asyncio":      "no import is needed: use threadgroup()",
	"__name__":     "a script is always the main program: call main() at its end",
	"frozenset":    "use set(...)",
	"nonlocal":     "return the value instead",
	"Thread":       "use threadgroup()",
	"ThreadGroup":  "write threadgroup.ThreadGroup() or threadgroup()",
	"NameError":    "errors are not classes here: fail(message) stops, attempt(f) catches",
	"RuntimeError": "errors are not classes here: fail(message) stops, attempt(f) catches",
}

// ExecFile reads, compiles and runs the file at the path name. Its load
// statements find files in its folder and below, unless Options.FS is set.
func (e *Engine) ExecFile(ctx context.Context, name string, in Input) (*Result, error) {
	src, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	script, err := e.Compile(name, src)
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

// Run runs a script and returns when every thread of it has ended. The error is
// an *Error or an *ExitError. A Result is returned in any case: the globals as
// far as they were set.
func (e *Engine) Run(ctx context.Context, script *Script, in Input) (*Result, error) {
	if script.engine != e {
		return nil, errors.New("engine: the script was compiled by another engine")
	}
	return e.run(ctx, script, in, e.opts.FS)
}

func (e *Engine) run(ctx context.Context, script *Script, in Input, files fs.FS) (*Result, error) {
	run := newRun(ctx, e, script, in, files)
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
	return &Result{Globals: globals}, err
}

// main runs the script's top level, what it deferred, and what modules do at the end.
func (r *Run) main(f *file) (starlark.StringDict, error) {
	main := r.newThread("main", ctxLife{r.ctx})
	release := main.stopAfter(r.ctx)
	defer r.watchMemory()()
	globals, err := main.init(f)
	if err != nil {
		err = main.Error(err)
		r.cancel(errors.New("the script stopped"))
	}
	release()
	if late := main.RunDefers(); err == nil && late != nil {
		err = late
	}
	for _, end := range slices.Backward(r.atEnd) {
		if late := end(); err == nil && late != nil {
			err = late
		}
	}
	return globals, err
}

// folder returns the folder of a script's display name: what load adds in front.
func folder(name string) string {
	if dir := path.Dir(name); dir != "." {
		return dir + "/"
	}
	return ""
}
