package eval

import (
	"fmt"
	"sync/atomic"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Function is a function of a script: a def, a lambda or a top level. It is what
// starlark.Function is in go.starlark.net, to scripts and to Go code that knows it
// as a starlark.Callable. It may be called by many threads at once if it was handed
// over ([Handover]), or when the call that made it has ended.
type Function struct {
	code     *code
	env      *env
	defaults starlark.Tuple // from the first optional parameter on; mandatory{} for none
	free     []*cell

	origin *Function                // what this is a snapshot of; nil: of nothing
	owner  *owner                   // of the names that may still be assigned
	shared atomic.Pointer[Function] // its newest snapshot; nil: it was never handed over

	freezing atomic.Bool
}

// A code is what a def, lambda or file was compiled to. It is immutable.
type code struct {
	name string
	doc  string
	pos  syntax.Position
	body stmt

	params     []binding // without the bare *, *args and **kwargs last
	kwonly     int
	plain      bool // no *args, no **kwargs, nothing by name only
	varargs    bool
	kwargs     bool
	locals     []binding // params first
	nlocals    int       // and what the compiler added
	cells      []int     // locals that nested functions share
	freeVars   []binding
	globals    []int  // that it and functions within it use
	predefined []int  // the same of predeclared and universal names
	blank      []bool // which defaults stand for parameters that have none
	cost       int    // bytes of the goroutine's stack, about
	first      spot   // where host code sees a call whose arguments do not fit
}

type binding struct {
	name string
	pos  syntax.Position
}

// An env is the names outside functions: those of a module as it runs, or a
// snapshot of them, which never changes.
type env struct {
	mod     *module
	globals []val
	pre     []starlark.Value
	snap    *snapshot // nil: of the running module
}

// A module is one run of a file's top level.
type module struct {
	prog *Program
	live *env
}

var (
	_ starlark.Callable   = (*Function)(nil)
	_ starlark.Comparable = (*Function)(nil)
)

func (fn *Function) Name() string          { return fn.code.name } // "lambda" for anonymous functions
func (fn *Function) Doc() string           { return fn.code.doc }
func (fn *Function) String() string        { return "<function " + fn.code.name + ">" }
func (fn *Function) Type() string          { return "function" }
func (fn *Function) Truth() starlark.Bool  { return true }
func (fn *Function) Hash() (uint32, error) { return starlark.String(fn.code.name).Hash() }

// Freeze freezes the defaults and what the function captured, but not the names
// outside functions; as go.starlark.net does it, but a function may have captured
// itself. What hands a function to another thread uses a [Handover].
func (fn *Function) Freeze() {
	if !fn.freezing.CompareAndSwap(false, true) {
		return
	}
	defer fn.freezing.Store(false)
	fn.defaults.Freeze()
	for _, c := range fn.free {
		if v := c.v.value(); v != nil {
			v.Freeze()
		}
	}
}

// CompareSameType tells whether two functions are the same. A function and its
// snapshots are.
func (fn *Function) CompareSameType(op syntax.Token, y starlark.Value, _ int) (bool, error) {
	other, ok := y.(*Function)
	same := ok && fn.identity() == other.identity()
	switch op {
	case syntax.EQL:
		return same, nil
	case syntax.NEQ:
		return !same, nil
	}
	return false, fmt.Errorf("%s %s %s not implemented", fn.Type(), op, y.Type())
}

func (fn *Function) identity() *Function {
	if fn.origin != nil {
		return fn.origin
	}
	return fn
}

// Position returns where the function is defined. (A call's position is its frame's.)
func (fn *Function) Position() syntax.Position { return fn.code.pos }

// NumParams returns how many parameters the function has, with *args and **kwargs.
func (fn *Function) NumParams() int { return len(fn.code.params) }

// NumKwonlyParams returns how many of them can be given by name only.
func (fn *Function) NumKwonlyParams() int { return fn.code.kwonly }

func (fn *Function) HasVarargs() bool { return fn.code.varargs }
func (fn *Function) HasKwargs() bool  { return fn.code.kwargs }

// Param returns the name and position of a parameter; *args and **kwargs come last.
func (fn *Function) Param(i int) (string, syntax.Position) {
	p := fn.code.params[i]
	return p.name, p.pos
}

// ParamDefault returns the default of a parameter, or nil.
func (fn *Function) ParamDefault(i int) starlark.Value {
	first := fn.code.ordinary() - len(fn.defaults)
	if i < first || i >= first+len(fn.defaults) {
		return nil
	}
	if d := fn.defaults[i-first]; d != (mandatory{}) {
		return d
	}
	return nil
}

// NumFreeVars returns how many variables of functions around it the function uses.
func (fn *Function) NumFreeVars() int { return len(fn.free) }

// FreeVar returns one of them; the value is nil while it is not set.
func (fn *Function) FreeVar(i int) (name string, pos syntax.Position, v starlark.Value) {
	b := fn.code.freeVars[i]
	return b.name, b.pos, fn.free[i].v.value()
}

// Globals returns a new dict of the names of the function's module, as the
// function sees them.
func (fn *Function) Globals() starlark.StringDict { return fn.env.dict() }

// ordinary is how many parameters are neither *args nor **kwargs.
func (c *code) ordinary() int {
	n := len(c.params)
	if c.varargs {
		n--
	}
	if c.kwargs {
		n--
	}
	return n
}

func (e *env) dict() starlark.StringDict {
	d := make(starlark.StringDict, len(e.globals))
	for i, b := range e.mod.prog.globals {
		if v := e.globals[i].value(); v != nil {
			d[b.name] = v
		}
	}
	return d
}

// mandatory stands in a function's defaults for a parameter that has none.
type mandatory struct{ starlark.NoneType }
