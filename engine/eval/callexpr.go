package eval

import (
	"fmt"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// call compiles fn(args…). Order of evaluation: the function, the arguments by
// position and by name as they stand, then *args, then **kwargs.
func (c *compiler) call(e *syntax.CallExpr) expr {
	at := spotOf(e.Lparen)
	if !positional(e.Args) {
		return c.generalCall(e)
	}
	if dot, ok := unparen(e.Fn).(*syntax.DotExpr); ok {
		return c.method(dot, e.Args, at)
	}
	fn := c.expr(e.Fn)
	if quick := c.quick(e, fn); quick != nil {
		return quick
	}
	args := c.exprs(e.Args)
	return func(fr *frame) val {
		f := fn(fr)
		if f.ref == nil {
			return f
		}
		return fr.callWith(at, f, args)
	}
}

// callWith evaluates the arguments and calls f. For a script's function with as
// many plain parameters they go straight to where its variables are.
func (fr *frame) callWith(at spot, f val, args []expr) val {
	fn, ok := f.ref.(*Function)
	if !ok {
		return fr.callHostWith(at, f, args)
	}
	m := fr.m
	if fn.owner != m.owner {
		fn = m.resolve(fr, fn)
	}
	c := fn.code
	missing := len(c.params) - len(args)
	if !c.plain || missing < 0 || missing > len(fn.defaults) {
		return fr.callUnfit(at, fn, args)
	}
	loc := m.alloc(c.nlocals)
	for i, a := range args {
		v := a(fr)
		if v.ref == nil {
			m.release(loc)
			return v
		}
		loc[i] = v
	}
	for i := 0; i < missing; i++ {
		loc[len(args)+i] = valOf(fn.defaults[len(fn.defaults)-missing+i])
	}
	return fr.callScript(at, fn, loc)
}

// callHostWith is callWith of what is not a script's function.
func (fr *frame) callHostWith(at spot, f val, args []expr) val {
	list := make(starlark.Tuple, len(args))
	if !fr.fill(list, args) {
		return val{}
	}
	c, ok := f.value().(starlark.Callable)
	if !ok {
		return fr.notCallable(at, f.value())
	}
	return fr.callOut(at, &hostCall{fn: c, args: list})
}

// callUnfit is callWith where arguments must be bound to parameters first.
func (fr *frame) callUnfit(at spot, fn *Function, args []expr) (result val) {
	vals := fr.m.alloc(len(args))
	if fr.evaluate(vals, args) {
		result = fr.call(at, fn, vals, nil)
	}
	fr.m.release(vals)
	return result
}

// evaluate evaluates arguments in order.
func (fr *frame) evaluate(vals []val, args []expr) bool {
	for i, a := range args {
		v := a(fr)
		if v.ref == nil {
			return false
		}
		vals[i] = v
	}
	return true
}

// An argument list is that of a call, as far as each argument stands for itself.
type arguments struct {
	code  []expr
	names []string         // of the last len(names) of them, given by name
	pairs []starlark.Value // the names as values
}

// generalCall compiles a call with arguments by name, *args or **kwargs.
func (c *compiler) generalCall(e *syntax.CallExpr) expr {
	at := spotOf(e.Lparen)
	fn := c.expr(e.Fn)
	var args arguments
	var star, starstar expr
	for _, a := range e.Args {
		switch a := a.(type) {
		case *syntax.BinaryExpr:
			if a.Op == syntax.EQ {
				name := a.X.(*syntax.Ident).Name
				args.names = append(args.names, name)
				args.pairs = append(args.pairs, starlark.String(name))
				args.code = append(args.code, c.expr(a.Y))
				continue
			}
		case *syntax.UnaryExpr:
			if a.Op == syntax.STAR {
				star = c.expr(a.X)
				continue
			}
			if a.Op == syntax.STARSTAR {
				starstar = c.expr(a.X)
				continue
			}
		}
		args.code = append(args.code, c.expr(a)) // before those by name: the resolver sees to it
	}
	return func(fr *frame) val {
		f := fn(fr)
		if f.ref == nil {
			return f
		}
		if script, ok := f.ref.(*Function); ok && star == nil && starstar == nil {
			return fr.callNamed(at, script, &args)
		}
		vals := make([]val, len(args.code))
		if !fr.evaluate(vals, args.code) {
			return val{}
		}
		var more, named val
		if star != nil {
			if more = star(fr); more.ref == nil {
				return more
			}
		}
		if starstar != nil {
			if named = starstar(fr); named.ref == nil {
				return named
			}
		}
		vals, kwargs := args.split(vals)
		// As in go.starlark.net, what is wrong with **kwargs is told first.
		var err error
		if starstar != nil {
			if kwargs, err = keywords(kwargs, named.value()); err != nil {
				return fr.fail(at, err)
			}
		}
		if star != nil {
			if vals, err = fr.spread(at, vals, more.value()); err != nil {
				return fr.fail(at, err)
			}
		}
		return fr.call(at, f.value(), vals, kwargs)
	}
}

// split returns the values by position and by name.
func (a *arguments) split(vals []val) ([]val, []starlark.Tuple) {
	n := len(vals) - len(a.names)
	if len(a.names) == 0 {
		return vals, nil
	}
	kwargs := make([]starlark.Tuple, len(a.names))
	both := make(starlark.Tuple, 2*len(a.names))
	for i, v := range vals[n:] {
		kwargs[i] = both[2*i : 2*i+2 : 2*i+2]
		kwargs[i][0], kwargs[i][1] = a.pairs[i], v.value()
	}
	return vals[:n:n], kwargs
}

// callNamed calls a script function with arguments by name. Where they fit they go
// straight to its variables.
func (fr *frame) callNamed(at spot, fn *Function, args *arguments) val {
	m := fr.m
	if fn.owner != m.owner {
		fn = m.resolve(fr, fn)
	}
	c := fn.code
	n := len(args.code) - len(args.names)
	vals := m.alloc(len(args.code))
	if !fr.evaluate(vals, args.code) {
		m.release(vals)
		return val{}
	}
	loc := m.alloc(c.nlocals)
	if !fn.bindNamed(loc, vals, n, args.names) {
		m.release(loc)
		positional, kwargs := args.split(vals)
		v := fr.call(at, fn, positional, kwargs)
		m.release(vals)
		return v
	}
	v := fr.callScript(at, fn, loc)
	m.release(vals)
	return v
}

// bindNamed is bind for the plain case; n values are by position. It reports false,
// and may have set some of loc, if it is not that.
func (fn *Function) bindNamed(loc, vals []val, n int, names []string) bool {
	c := fn.code
	ordinary := len(c.params)
	if c.varargs || c.kwargs || n > ordinary-c.kwonly {
		return false
	}
	copy(loc, vals[:n])
	for i, name := range names {
		at := c.param(name, ordinary)
		if at < 0 || loc[at].ref != nil {
			return false
		}
		loc[at] = vals[n+i]
	}
	first := ordinary - len(fn.defaults)
	for i := n; i < ordinary; i++ {
		if loc[i].ref != nil {
			continue
		}
		if i < first || fn.defaults[i-first] == (mandatory{}) {
			return false
		}
		loc[i] = valOf(fn.defaults[i-first])
	}
	return true
}

// keywords adds the items of **kwargs.
func keywords(kwargs []starlark.Tuple, x starlark.Value) ([]starlark.Tuple, error) {
	dict, ok := x.(starlark.IterableMapping)
	if !ok {
		return nil, fmt.Errorf("argument after ** must be a mapping, not %s", x.Type())
	}
	for _, item := range dict.Items() {
		if _, ok := item[0].(starlark.String); !ok {
			return nil, fmt.Errorf("keywords must be strings, not %s", item[0].Type())
		}
		kwargs = append(kwargs, item)
	}
	return kwargs, nil
}

// spread adds the elements of *args.
func (fr *frame) spread(at spot, args []val, x starlark.Value) ([]val, error) {
	m := fr.m
	it, err := fr.iterate(x, at)
	if err != nil {
		return nil, err
	}
	if it == nil {
		return nil, fmt.Errorf("argument after * must be iterable, not %s", x.Type())
	}
	defer it.Done()
	if n := starlark.Len(x); n > patience {
		if err := m.space(n); err != nil {
			return nil, err
		}
	}
	var e starlark.Value
	for n := 1; it.Next(&e); n++ {
		if n%patience == 0 {
			if err := m.space(n); err != nil {
				return nil, err
			}
		}
		args = append(args, valOf(e))
	}
	return args, guard.Err(it)
}
