package engine

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"slices"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// A Session is a script that comes in pieces, as somebody types them: one module, in which
// each piece sees and may change what those before it have set. It is not safe for
// concurrent use.
type Session struct {
	script *Script
	run    *Run
	vars   *eval.Session
	pieces int
}

// echoed is the hidden name of the value of a piece that is an expression.
const echoed = "@value"

// NewSession begins one. Its load statements find files in files; nil: none.
func (e *Engine) NewSession(ctx context.Context, files fs.FS, in Input) (*Session, error) {
	var names []string
	for name := range in.Vars {
		names = append(names, name)
	}
	script, err := e.Compile("session", nil, names...)
	if err != nil {
		return nil, err
	}
	run, err := newRun(ctx, script, in, files)
	if err != nil {
		return nil, err
	}
	return &Session{script: script, run: run, vars: eval.NewSession()}, nil
}

// Exec runs a piece, and blocks until it has ended with all that it has started and
// deferred; ctx stops it. A piece whose last statement is an expression returns the text
// of its value, unless that is None, and sets the name _ to it. The error is a
// *SyntaxError, an *Error or, when the session is to end, an *ExitError.
func (s *Session) Exec(ctx context.Context, src string) (shown string, err error) {
	s.pieces++
	f, err := s.script.compilePiece(fmt.Sprintf("<%d>", s.pieces), []byte(src), s.vars)
	if err != nil {
		return "", err
	}
	run := s.run.again(ctx, s.run.outputs)
	run.fs, run.loads = s.run.fs, s.run.loads
	run.loads.paths[f.Name] = run.loads.chain[0]
	run.addFile(f)
	defer run.cancel(nil)
	defer run.watchMemory()()
	s.vars.Set(echoed, nil)
	err = run.once("main", func(t *Thread) error {
		t.star.Load = func(_ *starlark.Thread, name string) (starlark.StringDict, error) { return t.load(name) }
		if err := s.vars.Run(f.prog, t.star, run.predeclared()); err != nil {
			return t.Error(err)
		}
		v := s.vars.Get(echoed)
		if v == nil || v == starlark.None {
			return nil
		}
		s.vars.Set("_", v)
		if err := t.Printable(v); err != nil {
			return err
		}
		shown = v.String()
		return nil
	})
	if err == nil && ctx.Err() != nil {
		err = context.Cause(ctx) // what it has left to others was stopped
	}
	return shown, err
}

// Names returns the names that a piece may use, sorted: those of the session, of the
// modules, and Starlark's own.
func (s *Session) Names() []string {
	names := append(s.script.names(), s.vars.Names()...)
	slices.Sort(names)
	return slices.DeleteFunc(slices.Compact(names), dialect.Hidden)
}

// Lookup returns the value of a name, or nil.
func (s *Session) Lookup(name string) starlark.Value {
	if v := s.vars.Get(name); v != nil {
		return v
	}
	if v, ok := s.run.predeclared()[name]; ok {
		return v
	}
	return starlark.Universe[name]
}

// Close ends the session.
func (s *Session) Close() error {
	s.run.cancel(errors.New("the session has ended"))
	return s.run.finish()
}

// Run returns the run that the session's functions belong to.
func (s *Session) Run() *Run { return s.run }
