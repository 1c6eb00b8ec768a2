package engine

import (
	"bytes"
	"errors"
	"fmt"
	"maps"
	"slices"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Source is all that it takes to compile a file again, elsewhere, by an engine with the
// same modules: to the same functions at the same positions.
type Source struct {
	Name  string // of the file, as positions have it
	Text  []byte
	Vars  []string // names that the host gives each run, "args" too; sorted
	Piece bool     // of a session: it sees Names
	Names []string // the global names that the pieces before it have bound, in order
}

// SourceOf returns the source that a function was compiled from.
func SourceOf(fn *eval.Function) (Source, bool) {
	f, ok := fn.Program().File().(*file)
	if !ok {
		return Source{}, false
	}
	return f.asSource(), true
}

func (f *file) asSource() Source {
	return Source{Name: f.Name, Text: f.Source, Vars: f.vars, Piece: f.piece, Names: f.names}
}

// CompileSource compiles a file from its source. The error is a *SyntaxError or a
// *LimitError, or says what is wrong with a name.
func (e *Engine) CompileSource(src Source) (s *Script, err error) {
	vars := slices.DeleteFunc(slices.Clone(src.Vars), func(name string) bool { return name == "args" })
	if !src.Piece {
		return e.Compile(src.Name, src.Text, vars...)
	}
	if s, err = e.newScript(vars); err != nil {
		return nil, err
	}
	session := eval.NewSession()
	if err := session.Declare(src.Names); err != nil {
		return nil, err
	}
	s.file, err = s.compilePiece(src.Name, src.Text, session)
	return s, err
}

// newScript returns a script without a file. vars are the names of its variables.
func (e *Engine) newScript(vars []string) (*Script, error) {
	s := &Script{engine: e, vars: map[string]bool{"args": true}}
	for _, v := range vars {
		if v == "args" || !identifier().MatchString(v) {
			return nil, fmt.Errorf("engine: %q cannot be the name of a variable", v)
		}
		s.vars[v] = true
	}
	return s, nil
}

// newFile returns a file of the script.
func (s *Script) newFile(tree *dialect.File, prog *eval.Program) *file {
	f := &file{File: tree, prog: prog, vars: slices.Sorted(maps.Keys(s.vars))}
	prog.SetFile(f, func(name string) bool { return s.vars[name] })
	return f
}

// compilePiece compiles a piece of a session.
func (s *Script) compilePiece(name string, src []byte, vars *eval.Session) (_ *file, err error) {
	opts := s.engine.opts
	defer func() {
		if v := recover(); v != nil {
			err = fmt.Errorf("%s: the compiler failed: %v", name, v)
		}
	}()
	if err := opts.admit(name, len(src)); err != nil {
		return nil, err
	}
	tree, problems := dialect.Parse(name, src)
	tree.Syntax.Options.LoadBindsGlobally = true // for the pieces after it
	if n := len(tree.Syntax.Stmts); n > 0 {
		if e, ok := tree.Syntax.Stmts[n-1].(*syntax.ExprStmt); ok {
			start, _ := e.Span()
			tree.Syntax.Stmts[n-1] = &syntax.AssignStmt{OpPos: start, Op: syntax.EQ, LHS: &syntax.Ident{NamePos: start, Name: echoed}, RHS: e.X}
		}
	}
	if len(problems) > 0 {
		rest := resolve.REPLChunk(tree.Syntax, vars.Has, s.has, starlark.Universe.Has)
		return nil, s.syntaxError(tree, problems, rest)
	}
	names := vars.Declared()
	prog, err := vars.Compile(tree.Syntax, s.has, opts.Hooks)
	if err != nil {
		if errors.As(err, new(resolve.ErrorList)) {
			err = s.syntaxError(tree, nil, err)
		}
		return nil, err
	}
	f := s.newFile(tree, prog)
	f.piece, f.names = true, names
	return f, nil
}

// Adopt has the run know a file that was compiled from the source of a function which came
// from elsewhere, so that errors in it are reported as at home, and returns its program.
// That is the run's own where it has the file already. It is safe for concurrent use.
func (r *Run) Adopt(s *Script) (*eval.Program, error) {
	if s.engine != r.engine {
		return nil, errors.New("engine: the file was compiled by another engine")
	}
	r.shared.sources.Lock()
	defer r.shared.sources.Unlock()
	known := r.shared.files[s.file.Name]
	if known == nil {
		known = s.file
		r.shared.files[s.file.Name] = known
	}
	if !known.same(s.file) {
		return nil, fmt.Errorf("there are two files %s, and they differ", s.file.Name)
	}
	return known.prog, nil
}

func (f *file) same(g *file) bool {
	return f == g || f.piece == g.piece && bytes.Equal(f.Source, g.Source) && slices.Equal(f.vars, g.vars) && slices.Equal(f.names, g.names)
}
