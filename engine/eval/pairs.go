package eval

import (
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// pairs are what enumerate(list) and dict.items() make, one half after the other.
// A loop that takes them apart at once needs no tuples. As with the list that is not
// made, what they came from may change meanwhile.
type pairs []starlark.Value

// two compiles the assignment of the two halves of an element; nil if vars are not two.
func (c *compiler) two(vars syntax.Expr, at spot) func(fr *frame, v, w val) bool {
	t, ok := unparen(vars).(*syntax.TupleExpr)
	if !ok || len(t.List) != 2 {
		return nil
	}
	a, b := c.target(t.List[0], at), c.target(t.List[1], at)
	return func(fr *frame, v, w val) bool { return a(fr, v) && b(fr, w) }
}

// pairs compiles an expression that may make pairs; nil if it does not look like it.
// The code returns pairs, or the value of the expression.
func (c *compiler) pairs(e syntax.Expr) func(fr *frame) (pairs, val) {
	call, ok := unparen(e).(*syntax.CallExpr)
	if !ok || len(call.Args) > 1 || !positional(call.Args) {
		return nil
	}
	at := spotOf(call.Lparen)
	switch fn := unparen(call.Fn).(type) {
	case *syntax.Ident:
		if fn.Name == "enumerate" && len(call.Args) == 1 && fn.Binding.(*resolve.Binding).Scope >= resolve.Predeclared {
			return c.enumerate(fn, call.Args[0], at)
		}
	case *syntax.DotExpr:
		if fn.Name.Name == "items" && len(call.Args) == 0 {
			return c.items(fn, at)
		}
	}
	return nil
}

func (c *compiler) enumerate(id *syntax.Ident, arg syntax.Expr, at spot) func(fr *frame) (pairs, val) {
	fn, x := c.name(id), c.expr(arg)
	return func(fr *frame) (pairs, val) {
		f := fn(fr)
		if f.ref == nil {
			return nil, f
		}
		v := x(fr)
		if v.ref == nil {
			return nil, v
		}
		l, ok := v.ref.(*starlark.List)
		if b, is := f.ref.(*starlark.Builtin); !ok || !is || l.Len() > patience || b != universe["enumerate"] && b != starlark.Universe["enumerate"] {
			return nil, fr.call(at, f.value(), []val{v}, nil)
		}
		p := make(pairs, 0, 2*l.Len())
		for i := range l.Len() {
			p = append(p, starlark.MakeInt(i), l.Index(i))
		}
		return p, val{}
	}
}

func (c *compiler) items(e *syntax.DotExpr, at spot) func(fr *frame) (pairs, val) {
	x, dot := c.expr(e.X), spotOf(e.Dot)
	return func(fr *frame) (pairs, val) {
		v := x(fr)
		if v.ref == nil {
			return nil, v
		}
		d, ok := v.ref.(*starlark.Dict)
		if !ok || d.Len() > patience {
			f := fr.attr(v, "items", dot)
			if f.ref == nil {
				return nil, f
			}
			return nil, fr.call(at, f.value(), nil, nil)
		}
		p := make(pairs, 0, 2*d.Len())
		for k, e := range d.Entries() {
			p = append(p, k, e)
		}
		return p, val{}
	}
}

// halves loops over pairs.
func (l *loop) halves(fr *frame, p pairs, b *builder) ctl {
	k := ctlNext
	for i := 0; i < len(p) && k == ctlNext; i += 2 {
		if !l.two(fr, valOf(p[i]), valOf(p[i+1])) {
			return ctlFail
		}
		k = l.rest(fr, b)
	}
	return afterLoop(k)
}
