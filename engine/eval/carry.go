package eval

import (
	"errors"
	"fmt"
	"slices"

	"go.starlark.net/starlark"
)

// A function can be taken apart, and put together again where the same file was compiled:
// it is the place of its def or lambda, a scope, and what it carries.

// SetFile has the program know the file that it was compiled from, and which of the
// predeclared names have a value of their own in each run: functions carry these. It is to
// be called before the program is used.
func (p *Program) SetFile(file any, given func(name string) bool) {
	p.file, p.given = file, make([]bool, len(p.pre))
	for i, name := range p.pre {
		p.given[i] = given != nil && given(name)
	}
}

// File returns what SetFile was given, or nil.
func (p *Program) File() any { return p.file }

func (p *Program) index() map[spot]*code {
	defs := make(map[spot]*code, len(p.codes))
	for _, c := range p.codes {
		defs[spotOf(c.pos)] = c
	}
	return defs
}

// Program returns the program that the function is of.
func (fn *Function) Program() *Program { return fn.env.mod.prog }

// Original returns what the function is a snapshot of: the same for functions that are
// equal. For others than snapshots it is the function itself.
func (fn *Function) Original() *Function { return fn.identity() }

// Settled reports whether the function is a snapshot, so that what it carries is for good.
func (fn *Function) Settled() bool { return fn.origin != nil }

// As returns the function that code of by calls when it comes across fn: its snapshot,
// if it was handed over. by may be nil.
func (fn *Function) As(by *Function) *Function {
	if fn.origin != nil {
		return fn
	}
	if by != nil && by.env.snap != nil {
		if view, ok := by.env.snap.views[fn]; ok {
			return view
		}
	}
	if view := fn.shared.Load(); view != nil {
		return view
	}
	return fn
}

// A Scope is the names outside functions as some of them see them. It is comparable:
// functions of one scope agree about them.
type Scope struct{ env *env }

// Scope returns the function's.
func (fn *Function) Scope() Scope { return Scope{fn.env} }

// Program returns the program that the scope is of.
func (s Scope) Program() *Program { return s.env.mod.prog }

// NewScope returns a scope whose global names are not set. have tells the values of
// predeclared names, but for those that functions carry.
func (p *Program) NewScope(have func(name string) (starlark.Value, bool)) (Scope, error) {
	e := &env{mod: &module{prog: p}, globals: make([]val, len(p.globals)), pre: make([]starlark.Value, len(p.pre))}
	e.mod.live = e
	for i, name := range p.pre {
		v, ok := have(name)
		if !ok && !p.isGiven(i) {
			return Scope{}, errors.New(name + " is not predeclared")
		}
		e.pre[i] = v
	}
	return Scope{e}, nil
}

// Another returns a new scope of the same program as NewScope made it.
func (s Scope) Another() Scope {
	e := &env{mod: s.env.mod, globals: make([]val, len(s.env.globals)), pre: s.env.pre}
	if slices.Contains(s.env.mod.prog.given, true) {
		e.pre = slices.Clone(e.pre)
	}
	return Scope{e}
}

// Size returns about how many bytes Another takes.
func (s Scope) Size() int { return 128 + 24*len(s.env.globals) + 16*len(s.env.pre) }

func (p *Program) isGiven(i int) bool { return i < len(p.given) && p.given[i] }

// A Part says what something that a function carries is to it.
type Part uint8

const (
	Default     Part = iota // of a parameter
	Captured                // a variable of a function around it
	Global                  // a global variable of its file
	Predeclared             // a name of which each run has a value of its own
)

// A Carried is something that a function carries.
type Carried struct {
	Part  Part
	Name  string
	Value starlark.Value // nil: it is not set, as a variable may be
}

// Carries calls yield with what the function carries, in an order that its code alone
// determines, until yield returns false. It must be called by who may call the function.
func (fn *Function) Carries(yield func(Carried) bool) {
	c := fn.code
	first := c.ordinary() - len(c.blank)
	for i, blank := range c.blank {
		if !blank && !yield(Carried{Default, c.params[first+i].name, fn.defaults[i]}) {
			return
		}
	}
	for i, b := range c.freeVars {
		if !yield(Carried{Captured, b.name, fn.free[i].v.value()}) {
			return
		}
	}
	p := fn.env.mod.prog
	for _, i := range c.globals {
		if !yield(Carried{Global, p.globals[i].name, fn.env.globals[i].value()}) {
			return
		}
	}
	for _, i := range c.predefined {
		if p.isGiven(i) && !yield(Carried{Predeclared, p.pre[i], fn.env.pre[i]}) {
			return
		}
	}
}

// NewFunction returns the function that is defined at a position of the program's file, as
// a snapshot that carries nothing: nobody may call it before Load has succeeded. It equals
// the function same, or, if that is nil, no other one.
func (p *Program) NewFunction(line, col int32, s Scope, same *Function) (*Function, error) {
	c := p.defs()[spot{line, col}]
	if c == nil {
		return nil, fmt.Errorf("no function is defined at line %d, column %d", line, col)
	}
	fn := &Function{code: c, env: s.env, origin: same}
	if same == nil {
		fn.origin = fn
	}
	return fn, nil
}

// Place returns where the function is defined: for NewFunction.
func (fn *Function) Place() (line, col int32) { return fn.code.pos.Line, fn.code.pos.Col }

// Load gives a function of NewFunction what it is to carry: next returns one after the other,
// in the order of Carries. It stops at the first error.
func (fn *Function) Load(next func() (starlark.Value, error)) error {
	take := func(v *starlark.Value, optional bool) (err error) {
		if *v, err = next(); err == nil && *v == nil && !optional {
			err = errors.New("a value is missing")
		}
		return err
	}
	if err := fn.loadDefaults(take); err != nil {
		return err
	}
	return fn.loadVariables(take)
}

func (fn *Function) loadDefaults(take func(v *starlark.Value, optional bool) error) error {
	c := fn.code
	if len(c.blank) == 0 {
		return nil
	}
	fn.defaults = make(starlark.Tuple, len(c.blank))
	for i, blank := range c.blank {
		fn.defaults[i] = mandatory{}
		if !blank {
			if err := take(&fn.defaults[i], false); err != nil {
				return err
			}
		}
	}
	return nil
}

func (fn *Function) loadVariables(take func(v *starlark.Value, optional bool) error) error {
	c := fn.code
	variable := func(to *val) error {
		var v starlark.Value
		if err := take(&v, true); err != nil || v == nil {
			return err
		}
		*to = valOf(v)
		return nil
	}
	cells := make([]cell, len(c.freeVars))
	fn.free = make([]*cell, len(cells))
	for i := range cells {
		fn.free[i] = &cells[i]
		if err := variable(&cells[i].v); err != nil {
			return err
		}
	}
	for _, i := range c.globals {
		if err := variable(&fn.env.globals[i]); err != nil {
			return err
		}
	}
	for _, i := range c.predefined {
		if fn.env.mod.prog.isGiven(i) {
			if err := take(&fn.env.pre[i], false); err != nil {
				return err
			}
		}
	}
	return nil
}

// Attr returns x.name as a script's code gets it.
func Attr(x starlark.Value, name string) (starlark.Value, error) {
	v, err := getAttr(x, name)
	if err != nil {
		return nil, err
	}
	return guarded(v), nil
}
