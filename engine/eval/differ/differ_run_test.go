package differ_test

import (
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An initer is a compiled file of either evaluator.
type initer interface {
	Init(*starlark.Thread, starlark.StringDict) (starlark.StringDict, error)
}

// An evaluator compiles and runs files.
type evaluator struct {
	compile  func(f *syntax.File, isPredeclared func(string) bool, hooks bool) (initer, error)
	universe starlark.StringDict
	limit    func(*starlark.Thread)
}

var (
	reference = evaluator{
		func(f *syntax.File, has func(string) bool, _ bool) (initer, error) {
			return starlark.FileProgram(f, has)
		},
		starlark.Universe,
		func(thread *starlark.Thread) { watch(thread, 20_000) },
	}
	tested = evaluator{
		func(f *syntax.File, has func(string) bool, hooks bool) (initer, error) {
			if hooks {
				return eval.CompileWith(f, has, &eval.Hooks{Before: look})
			}
			return eval.Compile(f, has)
		},
		eval.Universe(),
		func(thread *starlark.Thread) {
			eval.Prepare(thread, eval.Settings{MaxDepth: 1000, MaxValue: 16 << 20})
			thread.SetMaxExecutionSteps(100_000)
		},
	}
)

// look is a hook.
func look(p *eval.Point) {
	if p.Position().Line%3 == 0 {
		p.CallStack()
		p.Locals()
	}
}

var fileOptions = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// A report is what can be observed of a run.
type report struct {
	invalid error  // the program was not run: it has a mistake that is found before
	endless bool   // it was stopped since it took too long or made something too big
	panics  bool   // Go code failed
	printed string // lines
	err     string // with its causes, each with its stack
	msg     string // of the error
	globals string
}

// parts are the names of what of two reports can differ, in this order.
func (r *report) parts() [][2]string {
	return [][2]string{{"error", r.err}, {"printed", r.printed}, {"globals", r.globals}}
}

// run runs a sample.
func (e evaluator) run(s sample) (r report) {
	defer func() {
		if v := recover(); v != nil {
			r.panics = true
			r.err = fmt.Sprintf("PANIC: %v\n%s", v, debug.Stack())
		}
	}()
	var printed strings.Builder
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, msg string) {
		if printed.Len() < 1<<16 {
			printed.WriteString(msg)
			printed.WriteByte('\n')
		}
	}}
	names := hostNames(thread)
	if s.universe {
		maps.Copy(names, e.universe)
	}
	prog, err := e.compileFile("main.star", s.main, names.Has, s.hooks)
	if err != nil {
		return report{invalid: err}
	}
	thread.Load = e.loader(s, names)
	e.limit(thread)
	globals, err := prog.Init(thread, names)
	r.printed = printed.String()
	d := dumper{probe: true}
	if err != nil {
		r.msg = err.Error()
		r.err = describe(err)
		r.endless = strings.Contains(r.msg, "computation cancelled") || limited(r.msg)
		d.probe = !leaks(r.msg)
	}
	for _, name := range globals.Keys() {
		d.out.WriteString(name + " = ")
		d.dump(globals[name])
		d.out.WriteByte('\n')
	}
	r.globals = d.out.String()
	return r
}

func (e evaluator) compileFile(name, src string, has func(string) bool, hooks bool) (initer, error) {
	f, err := fileOptions.Parse(name, src, 0)
	if err != nil {
		return nil, err
	}
	return e.compile(f, has, hooks)
}

// loader runs modules: those with an even number on a thread of their own, the
// others on the thread that loads them, whose stack they can see.
func (e evaluator) loader(s sample, names starlark.StringDict) func(*starlark.Thread, string) (starlark.StringDict, error) {
	type loaded struct {
		globals starlark.StringDict
		err     error
	}
	cache := map[string]*loaded{}
	return func(thread *starlark.Thread, module string) (starlark.StringDict, error) {
		if l := cache[module]; l != nil {
			return l.globals, l.err
		}
		src, ok := s.modules[module]
		if !ok {
			return nil, errors.New("no such module")
		}
		l := new(loaded)
		cache[module] = l
		prog, err := e.compileFile(module, src, names.Has, s.hooks)
		if err != nil {
			return nil, err
		}
		t := thread
		if module == "m0" {
			t = &starlark.Thread{Print: thread.Print}
			e.limit(t)
		}
		l.globals, l.err = prog.Init(t, names)
		freezeAll(slices.Collect(maps.Values(l.globals))...)
		return l.globals, l.err
	}
}

// limited reports whether a text tells of a limit that only the evaluator has.
func limited(text string) bool {
	return strings.Contains(text, "limit is") || strings.Contains(text, "maximum recursion depth exceeded (")
}

// describe writes an error with its stack and causes.
func describe(err error) string {
	var b strings.Builder
	for ; err != nil; err = errors.Unwrap(err) {
		var e *starlark.EvalError
		if e, _ = err.(*starlark.EvalError); e != nil {
			fmt.Fprintf(&b, "%s [%s]; ", e.Msg, frames(e.CallStack))
		} else {
			fmt.Fprintf(&b, "(%s); ", err)
		}
	}
	return b.String()
}
