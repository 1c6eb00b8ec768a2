package engine

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
)

// A Script is a compiled file. It is immutable: it may be run many times, from
// many goroutines.
type Script struct {
	engine *Engine
	file   *file
	vars   map[string]bool // names that a run gets from its Input, args too
}

// Name returns the name that Compile was given.
func (s *Script) Name() string { return s.file.Name }

// Compile reads a script: dialect → resolve → compile. vars are the names of the
// variables that Input.Vars will give to each run. The error is a *SyntaxError
// with every problem of the source, or a *LimitError.
func (e *Engine) Compile(name string, src []byte, vars ...string) (*Script, error) {
	s, err := e.newScript(vars)
	if err != nil {
		return nil, err
	}
	f, err := s.compile(name, src)
	if err != nil {
		return nil, err
	}
	s.file = f
	return s, nil
}

// compile compiles the script's own file or one that it loads.
func (s *Script) compile(name string, src []byte) (_ *file, err error) {
	e := s.engine
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
		rest := resolve.File(tree.Syntax, s.has, starlark.Universe.Has)
		return nil, s.syntaxError(tree, problems, rest)
	}
	prog, err := eval.CompileWith(tree.Syntax, s.has, e.opts.Hooks)
	if err != nil {
		return nil, s.syntaxError(tree, nil, err)
	}
	return s.newFile(tree, prog), nil
}

var undefined = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^(undefined: (\w+))(?: \((did you mean \w+\?)\))?`) })

// maxHints is how many misspelt names are answered with another: each is compared with
// all there are.
const maxHints = 100

// syntaxError joins the problems of parsing with what the resolver found.
func (s *Script) syntaxError(f *dialect.File, problems dialect.Problems, rest error) *SyntaxError {
	var list resolve.ErrorList
	errors.As(rest, &list)
	for _, r := range list {
		p := dialect.Problem{Pos: r.Pos, Msg: r.Msg}
		if m := undefined().FindStringSubmatch(r.Msg); m != nil {
			if f.Mentioned(m[2]) {
				continue
			}
			p.Msg = m[1]
			if len(problems) < maxHints {
				p.Hint = s.nearest(f, m[2])
			}
			if p.Hint == "" {
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
