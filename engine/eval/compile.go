package eval

import (
	"maps"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// The compiled form of an expression or statement is a Go function that does it.
type (
	// An expr returns the value of an expression. No value: it failed, and the
	// machine's err says why.
	expr func(fr *frame) val

	// A stmt executes a statement and tells what comes next.
	stmt func(fr *frame) ctl

	// A test is a condition.
	test func(fr *frame) outcome
)

type ctl uint8

const (
	ctlNext ctl = iota
	ctlBreak
	ctlContinue
	ctlReturn // the value is the frame's result
	ctlFail   // the error is the machine's err
)

type outcome uint8

const (
	no outcome = iota
	yes
	failed
)

// A compiler compiles one file.
type compiler struct {
	prog  *Program
	pre   map[string]int // slots of predeclared and universal names
	slots []int          // of the globals; nil: their numbers
	hooks *Hooks
	fn    *scope // being compiled

	slices map[*syntax.SliceExpr]spot // where they are reported; see position.go
}

// A scope is a function that is being compiled.
type scope struct {
	*code
	outer *scope
	depth int // of the expressions and statements around
	most  int // of depth

	usesGlobals, usesPredefined set // also by functions within it
}

// What a call takes of the goroutine's stack, about, and each level of nested
// expressions within it: measured, and rounded up.
const (
	callCost  = 1 << 10
	levelCost = 256
)

// code compiles a function; params are its parameters.
func (c *compiler) code(params []syntax.Expr, f *resolve.Function) *code {
	s := &scope{outer: c.fn, usesGlobals: set{}, usesPredefined: set{}, code: &code{
		name: f.Name, doc: doc(f.Body), pos: f.Pos, kwonly: f.NumKwonlyParams, varargs: f.HasVarargs, kwargs: f.HasKwargs,
		locals: bindings(f.Locals), nlocals: len(f.Locals), freeVars: bindings(f.FreeVars), first: firstSpot(f.Pos, f.Body),
	}}
	n := len(params)
	if f.NumKwonlyParams > 0 && !f.HasVarargs {
		n-- // the bare *
	}
	s.params = s.locals[:n]
	s.plain = !s.varargs && !s.kwargs && s.kwonly == 0
	for i, b := range f.Locals {
		if b.Scope == resolve.Cell {
			s.cells = append(s.cells, i)
		}
	}
	c.fn = s
	s.body = c.block(f.Body)
	c.fn = s.outer
	s.cost = callCost + s.most*levelCost
	s.code.globals, s.code.predefined = s.usesGlobals.sorted(), s.usesPredefined.sorted()
	if s.outer != nil {
		maps.Copy(s.outer.usesGlobals, s.usesGlobals)
		maps.Copy(s.outer.usesPredefined, s.usesPredefined)
	}
	return s.code
}

// A set is one of numbers of names.
type set map[int]struct{}

func (s set) sorted() []int { return slices.Sorted(maps.Keys(s)) }

// doc returns the text at the beginning of a function's body.
func doc(body []syntax.Stmt) string {
	if len(body) > 0 {
		if e, ok := body[0].(*syntax.ExprStmt); ok {
			if lit, ok := e.X.(*syntax.Literal); ok && lit.Token == syntax.STRING {
				return lit.Value.(string)
			}
		}
	}
	return ""
}

// nested notes that what is compiled until leave is called is part of something.
func (c *compiler) nested(levels int) (leave func()) {
	c.fn.depth += levels
	c.fn.most = max(c.fn.most, c.fn.depth)
	return func() { c.fn.depth -= levels }
}

// slot adds a variable to the function being compiled.
func (c *compiler) slot() int {
	c.fn.nlocals++
	return c.fn.nlocals - 1
}

// global and predefined note that the function uses a name from outside.
func (c *compiler) global(i int) int {
	if c.slots != nil {
		i = c.slots[i]
	}
	c.fn.usesGlobals[i] = struct{}{}
	return i
}

func (c *compiler) predefined(name string) int {
	i, ok := c.pre[name]
	if !ok {
		i = len(c.prog.pre)
		c.pre[name] = i
		c.prog.pre = append(c.prog.pre, name)
	}
	c.fn.usesPredefined[i] = struct{}{}
	return i
}

func unparen(e syntax.Expr) syntax.Expr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			return e
		}
		e = p.X
	}
}
