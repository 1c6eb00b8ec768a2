package engine

import (
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"time"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/starlark-tg/tg/engine/universe"
	"go.starlark.net/starlark"
)

// Options configure an Engine. The zero value is ready to use: Starlark and the
// dialect, no modules, no output, no files.
type Options struct {
	Modules []Module
	Stdout  io.Writer         // where print writes whole lines; nil discards them
	Print   func(event.Event) // takes what print prints, one event.Printed at a time, in place of Stdout; may block
	FS      fs.FS             // where load finds files; nil: ExecFile uses the script's own folder, Run has none
	Events  event.Sink        // told of what happens

	Log *slog.Logger // where the module log writes; nil discards

	Env   map[string]string // variables that scripts read beside the process's environment, without a grant; programs get them too
	Allow permit.Set        // what scripts may touch; zero: nothing. Its Audit is called as well as Events

	Remote Remote // makes the calls of tasks, elsewhere; nil: they are made here

	MaxWorkers  int    // tasks running at once over all groups; 0: only the groups' own bounds
	Serial      bool   // one task at a time, in order of registration
	Joblog      string // JSON Lines of every task that has ended, of groups that name no file of their own; "": none
	Resume      bool   // take the values of tasks that the joblog has as ok
	RetryFailed bool   // run only tasks that the joblog has as not ok

	DryRun bool          // groups print their plan, and their tasks are skipped
	Grace  time.Duration // for clean-up after a run was stopped; 0: 5 seconds

	Hooks *eval.Hooks // told of the statements that run; nil: none, and then they cost nothing

	Limits
}

// DefaultGrace is the Options.Grace that 0 stands for.
const DefaultGrace = 5 * time.Second

// A Module adds names to every script. Its values are shared by all runs and
// their threads, so they must be immutable or have a lock of their own; what a
// run keeps for itself belongs in [Run.State].
type Module struct {
	Name    string
	Globals starlark.StringDict

	// Bind, if not nil, returns values for one run, of names that Globals has. It is
	// called before the run's first file.
	Bind func(r *Run) starlark.StringDict

	// Restore makes values of the module's types again, by kind, from what [Portable.State]
	// returned elsewhere. It must not trust it, and must not look into lists, dicts, sets
	// and functions in it: they are not filled yet.
	Restore map[string]func(state starlark.Value) (starlark.Value, error)

	// Perform, of the one module that knows tasks, makes calls that came from another
	// process, as [Run.Do] says.
	Perform func(t *Thread, calls []*Call)
}

// An Engine compiles and runs scripts. It is immutable and safe for concurrent use.
type Engine struct {
	opts        Options
	predeclared starlark.StringDict // of every module; args comes on top
	wants       func(event.Kind) bool
	grants      *permit.Grants
	named       named // of predeclared
}

// New returns an engine with the given options. Two modules that add the same
// name are an error, and so are grants that cannot be opened. An engine with
// grants should be closed when no script runs any more.
func New(opts Options) (*Engine, error) {
	if err := eval.Supported(); err != nil {
		return nil, err
	}
	if opts.Grace == 0 {
		opts.Grace = DefaultGrace
	}
	if opts.MaxWorkers < 0 {
		return nil, fmt.Errorf("engine: MaxWorkers is %d, must not be negative", opts.MaxWorkers)
	}
	opts.setDefaults()
	if opts.Serial {
		opts.MaxWorkers = 1
	}
	if opts.Stdout == nil {
		opts.Stdout = io.Discard
	}
	e := &Engine{opts: opts, predeclared: hidden(), wants: opts.Events.Wants()}
	for name, v := range eval.Universe() {
		if _, ok := v.(*starlark.Builtin); ok { // None, True and False are better left constants
			e.predeclared[name] = v
		}
	}
	for name, v := range universe.Functions() {
		e.predeclared[name] = v
	}
	e.predeclared["exit"] = starlark.NewBuiltin("exit", exit)
	for _, m := range opts.Modules {
		for name, v := range m.Globals {
			if _, ok := e.predeclared[name]; ok && !starlark.Universe.Has(name) {
				return nil, fmt.Errorf("engine: module %q adds %q, which is there already", m.Name, name)
			}
			e.predeclared[name] = v
		}
	}
	e.opts.Allow.Audit = e.audit(opts.Allow.Audit)
	var err error
	if e.grants, err = permit.Open(e.opts.Allow); err != nil {
		return nil, err
	}
	return e, nil
}

// Close closes what Options.Allow opened.
func (e *Engine) Close() error { return e.grants.Close() }

// audit makes events of decisions about permissions.
func (e *Engine) audit(also func(permit.Decision)) func(permit.Decision) {
	if !e.wants(event.Permission) {
		return also
	}
	return func(d permit.Decision) {
		if also != nil {
			also(d)
		}
		e.opts.Events.Take(event.Event{Kind: event.Permission, Text: d.Kind + " " + d.What, Granted: d.Granted, Flag: d.Flag})
	}
}
