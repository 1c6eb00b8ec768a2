package eval

import (
	"errors"
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// block compiles statements that follow each other.
func (c *compiler) block(list []syntax.Stmt) stmt {
	defer c.nested(2)()
	var code []stmt
	for _, s := range list {
		if s := c.stmt(s); s != nil {
			code = append(code, s)
		}
	}
	switch len(code) {
	case 0:
		return func(*frame) ctl { return ctlNext }
	case 1:
		return code[0]
	case 2:
		first, second := code[0], code[1]
		return func(fr *frame) ctl {
			if k := first(fr); k != ctlNext {
				return k
			}
			return second(fr)
		}
	}
	return func(fr *frame) ctl {
		for _, s := range code {
			if k := s(fr); k != ctlNext {
				return k
			}
		}
		return ctlNext
	}
}

// stmt compiles one statement; nil if there is nothing to do.
func (c *compiler) stmt(s syntax.Stmt) stmt {
	code := c.plainStmt(s)
	if c.hooks != nil && code != nil {
		return c.hooked(s, code)
	}
	return code
}

func (c *compiler) plainStmt(s syntax.Stmt) stmt {
	switch s := s.(type) {
	case *syntax.ExprStmt:
		if _, ok := s.X.(*syntax.Literal); ok {
			return nil
		}
		x := c.expr(s.X)
		return func(fr *frame) ctl {
			if x(fr).ref == nil {
				return ctlFail
			}
			return ctlNext
		}
	case *syntax.AssignStmt:
		if s.Op == syntax.EQ {
			return c.assignment(s)
		}
		return c.augmented(s)
	case *syntax.IfStmt:
		return c.ifStmt(s)
	case *syntax.ForStmt:
		return c.forStmt(s)
	case *syntax.WhileStmt:
		return c.whileStmt(s)
	case *syntax.ReturnStmt:
		return c.returnStmt(s)
	case *syntax.BranchStmt:
		return branches[s.Token]
	case *syntax.DefStmt:
		f := c.function(s.Function.(*resolve.Function))
		set := c.setName(s.Name)
		return func(fr *frame) ctl {
			v := f(fr)
			if v.ref == nil {
				return ctlFail
			}
			set(fr, v)
			return ctlNext
		}
	case *syntax.LoadStmt:
		return c.loadStmt(s)
	}
	panic(fmt.Sprintf("unknown statement %T", s))
}

var branches = map[syntax.Token]stmt{
	syntax.PASS:     nil,
	syntax.BREAK:    func(*frame) ctl { return ctlBreak },
	syntax.CONTINUE: func(*frame) ctl { return ctlContinue },
}

func (c *compiler) returnStmt(s *syntax.ReturnStmt) stmt {
	if s.Result == nil {
		return func(fr *frame) ctl {
			fr.result = none
			return ctlReturn
		}
	}
	x := c.expr(s.Result)
	return func(fr *frame) ctl {
		v := x(fr)
		if v.ref == nil {
			return ctlFail
		}
		fr.result = v
		return ctlReturn
	}
}

// ifStmt compiles if, elif and else. A chain of elifs is compiled in a row: it may
// be longer than Go's stack is deep.
func (c *compiler) ifStmt(s *syntax.IfStmt) stmt {
	type arm struct {
		cond test
		body stmt
	}
	var arms []arm
	var otherwise stmt
	for s != nil {
		arms = append(arms, arm{c.test(s.Cond), c.block(s.True)})
		rest := s.False
		if s = nil; len(rest) == 1 && c.hooks == nil {
			s, _ = rest[0].(*syntax.IfStmt)
		}
		if s == nil && len(rest) > 0 {
			otherwise = c.block(rest)
		}
	}
	if len(arms) == 1 {
		cond, body := arms[0].cond, arms[0].body
		return func(fr *frame) ctl {
			switch cond(fr) {
			case yes:
				return body(fr)
			case failed:
				return ctlFail
			}
			if otherwise != nil {
				return otherwise(fr)
			}
			return ctlNext
		}
	}
	return func(fr *frame) ctl {
		for i := range arms {
			switch arms[i].cond(fr) {
			case yes:
				return arms[i].body(fr)
			case failed:
				return ctlFail
			}
		}
		if otherwise != nil {
			return otherwise(fr)
		}
		return ctlNext
	}
}

func (c *compiler) loadStmt(s *syntax.LoadStmt) stmt {
	name := s.Module.Value.(string)
	at := spotOf(s.Load)
	sets := make([]setter, len(s.To))
	for i, to := range s.To {
		sets[i] = c.setName(to)
	}
	return func(fr *frame) ctl {
		dict, err := fr.load(at, name)
		if err != nil {
			fr.fail(at, err)
			return ctlFail
		}
		vals := make([]val, len(sets))
		for i := len(sets) - 1; i >= 0; i-- { // in go.starlark.net's order
			from := s.From[i].Name
			v, ok := dict[from]
			if !ok {
				fr.fail(at, fmt.Errorf("load: name %s not found in module %s%s", from, name, didYouMean(nearest(from, dict.Keys()), "")))
				return ctlFail
			}
			vals[i] = valOf(v)
		}
		for i := len(sets) - 1; i >= 0; i-- {
			sets[i](fr, vals[i])
		}
		return ctlNext
	}
}

// load calls the thread's loader, which may run the file on this thread.
func (fr *frame) load(at spot, name string) (starlark.StringDict, error) {
	m := fr.m
	if m.thread.Load == nil {
		return nil, errors.New("load not implemented by this application")
	}
	fr.at = at
	m.settle()
	m.expose(fr)
	dict, err := m.thread.Load(m.thread, name)
	if err != nil {
		return nil, loadError{fmt.Sprintf("cannot load %s: %v", name, err), err}
	}
	return dict, nil
}

type loadError struct {
	msg   string
	cause error
}

func (e loadError) Error() string { return e.msg }
func (e loadError) Unwrap() error { return e.cause }
