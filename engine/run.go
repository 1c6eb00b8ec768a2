package engine

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"path"
	"path/filepath"
	"sync"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine/convert"
	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A Run is one execution of a script, with all its threads. Its methods are
// safe for concurrent use.
type Run struct {
	engine *Engine
	script *Script
	ctx    context.Context // ends when everything must stop
	cancel context.CancelCauseFunc
	fs     fs.FS               // nil: load is refused
	own    starlark.StringDict // predeclared for this run only
	exit   atomic.Pointer[ExitError]

	workers sync.WaitGroup
	ends    sync.Mutex // guards atEnd
	atEnd   []func() error

	outputs Outputs
	out     sync.Mutex // held while a line is written; guards written
	written int64      // bytes

	loads    loader       // used by the main thread only
	watchdog *watchdog    // nil: there is no limit on memory
	beside   atomic.Int64 // threads that run beside the script's own
	shared   *runState    // with the calls of the run's functions after it has ended
}

// A runState is what a run and later calls of its functions have in common.
type runState struct {
	mu    sync.Mutex // guards state
	state map[any]any

	sources sync.RWMutex // guards files
	files   map[string]*file

	waits wait.Monitor
	plain plainValues
	named named // of what modules have bound to the run
}

func newRun(ctx context.Context, script *Script, in Input, files fs.FS) (*Run, error) {
	own, err := variables(script, in)
	if err != nil {
		return nil, err
	}
	name := filepath.ToSlash(script.file.Name)
	main := path.Base(name)
	r := &Run{
		engine:  script.engine,
		script:  script,
		fs:      files,
		own:     own,
		outputs: Outputs{Stdout: script.engine.opts.Stdout, Print: script.engine.opts.Print, Log: script.engine.opts.Log},
		shared:  &runState{state: map[any]any{}, files: map[string]*file{script.file.Name: script.file}},
		loads: loader{
			folder:  folder(name),
			paths:   map[string]string{script.file.Name: main},
			modules: map[string]*module{main: {}}, // loading itself is a circle, too
			chain:   []string{main},
		},
	}
	r.ctx, r.cancel = context.WithCancelCause(ctx)
	for _, m := range r.engine.opts.Modules {
		if m.Bind != nil {
			for name, v := range m.Bind(r) {
				own[name] = v
			}
		}
	}
	return r, nil
}

// variables converts what the run is given. Each run has values of its own.
func variables(script *Script, in Input) (starlark.StringDict, error) {
	for name := range script.vars {
		if _, ok := in.Vars[name]; !ok && name != "args" {
			return nil, fmt.Errorf("engine: Input.Vars lacks %q, which Compile was told of", name)
		}
	}
	for name := range in.Vars {
		if !script.vars[name] {
			return nil, fmt.Errorf("engine: Input.Vars has %q, which Compile was not told of", name)
		}
	}
	own, err := converter.Globals("Vars", in.Vars)
	if err != nil {
		return nil, err
	}
	own["args"] = stringList(in.Args)
	return own, nil
}

// converter gives Go functions the context of the thread that calls them.
var converter = convert.Converter{ContextOf: func(t *starlark.Thread) context.Context { return Of(t).Context() }}

func stringList(items []string) *starlark.List {
	list := make([]starlark.Value, len(items))
	for i, s := range items {
		list[i] = starlark.String(s)
	}
	return starlark.NewList(list)
}

// predeclared returns the names that a module of this run sees.
func (r *Run) predeclared() starlark.StringDict {
	all := make(starlark.StringDict, len(r.engine.predeclared)+len(r.own))
	for name, v := range r.engine.predeclared {
		all[name] = v
	}
	for name, v := range r.own {
		all[name] = v
	}
	return all
}

// Options returns the options of the engine.
func (r *Run) Options() Options { return r.engine.opts }

// Grants says what the script may touch. Every built-in that touches the world
// asks it, and returns its error as it is.
func (r *Run) Grants() *permit.Grants { return r.engine.grants }

// LookupEnv returns a variable of the environment: of those that the host gave the scripts,
// or, if that is granted, of the process.
func (r *Run) LookupEnv(name string) (value string, ok bool, err error) {
	if value, ok = r.engine.opts.Env[name]; ok {
		return value, true, nil
	}
	if err := r.Grants().Env(name); err != nil {
		return "", false, err
	}
	value, ok = os.LookupEnv(name)
	return value, ok, nil
}

// Logger returns where the module log writes; nil discards.
func (r *Run) Logger() *slog.Logger { return r.outputs.Log }

// Waits knows who waits for what. Modules that start goroutines which can end a
// script's wait tell it of them.
func (r *Run) Waits() *wait.Monitor { return &r.shared.waits }

// Context ends when the whole run must stop.
func (r *Run) Context() context.Context { return r.ctx }

// State returns what a module keeps for this run under key, made by make when
// it is first asked for.
func (r *Run) State(key any, make func() any) any {
	s := r.shared
	s.mu.Lock()
	defer s.mu.Unlock()
	v, ok := s.state[key]
	if !ok {
		v = make()
		s.state[key] = v
	}
	return v
}

// Workers counts the goroutines that run the script's tasks: the run waits for them before
// what AtEnd was given is called. Only who is counted, or a thread of the script, may add.
func (r *Run) Workers() *sync.WaitGroup { return &r.workers }

// AtEnd has f called when the script has ended, before Run returns; functions
// are called last in first out. An error of f becomes the run's, if it has none.
// It must not be called after the script has ended.
func (r *Run) AtEnd(f func() error) {
	r.ends.Lock()
	defer r.ends.Unlock()
	r.atEnd = append(r.atEnd, f)
}

// Exit ends the whole run with an *ExitError. The first one counts.
func (r *Run) Exit(code int) {
	e := &ExitError{Code: code}
	if r.exit.CompareAndSwap(nil, e) {
		r.cancel(e)
	}
}

// Emit tells the reader of events, if there is one that wants this kind. See
// package event for who may call it when.
func (r *Run) Emit(e event.Event) {
	if r.engine.wants(e.Kind) {
		r.engine.opts.Events.Take(e)
	}
}

// Note tells the reader of events something that the user should know.
func (r *Run) Note(text string) { r.Emit(event.Event{Kind: event.Noted, Text: text}) }

// Script returns the name of the script.
func (r *Run) Script() string { return r.script.Name() }

// Wants reports whether somebody reads events of a kind.
func (r *Run) Wants(k event.Kind) bool { return r.engine.wants(k) }

// print writes one line, whole.
func (r *Run) print(star *starlark.Thread, line string) {
	r.out.Lock()
	defer r.out.Unlock()
	r.written += int64(len(line)) + 1
	if max := r.engine.opts.MaxOutput; max > 0 && r.written > max {
		Of(star).exceed("output of more than " + guard.Bytes(max))
		return
	}
	print := r.outputs.Print
	if print == nil {
		_, _ = io.WriteString(r.outputs.Stdout, line+"\n")
		if !r.Wants(event.Printed) {
			return
		}
	}
	e := event.Event{Kind: event.Printed, Text: line}
	if m, ok := Of(star).Local.(Marker); ok {
		m.Mark(&e)
	}
	if print != nil {
		print(e)
	}
	r.Emit(e)
}

// A Marker is a [Thread.Local] that says in an event whose it is.
type Marker interface{ Mark(e *event.Event) }

func (r *Run) file(name string) *file {
	s := r.shared
	s.sources.RLock()
	defer s.sources.RUnlock()
	return s.files[name]
}

func (r *Run) addFile(f *file) {
	s := r.shared
	s.sources.Lock()
	defer s.sources.Unlock()
	s.files[f.Name] = f
}
