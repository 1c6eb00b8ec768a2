package eval

import (
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A protos has the built-in methods of one name, each of an empty value: binding
// one of them to a receiver is cheaper than asking the receiver for it.
type protos struct {
	str, bytes, list, dict, set *starlark.Builtin
}

func protosOf(name string) (p protos) {
	get := func(x starlark.HasAttrs) *starlark.Builtin {
		v, _ := x.Attr(name)
		b, _ := v.(*starlark.Builtin)
		return b
	}
	p.str, p.bytes = get(starlark.String("")), get(starlark.Bytes(""))
	p.list, p.dict, p.set = get(new(starlark.List)), get(new(starlark.Dict)), get(new(starlark.Set))
	return p
}

// of returns the built-in method of x, unbound; nil if x has none or is of another type.
func (p *protos) of(x starlark.Value) *starlark.Builtin {
	switch x.(type) {
	case starlark.String:
		return p.str
	case *starlark.List:
		return p.list
	case *starlark.Dict:
		return p.dict
	case *starlark.Set:
		return p.set
	case starlark.Bytes:
		return p.bytes
	}
	return nil
}

// method compiles x.name(args…) with arguments by position. Methods of built-in
// types are called without a look-up, and some without their Go function.
func (c *compiler) method(e *syntax.DotExpr, list []syntax.Expr, at spot) expr {
	x, name, dot := c.expr(e.X), e.Name.Name, spotOf(e.Dot)
	args := c.exprs(list)
	known := protosOf(name)
	if known == (protos{}) {
		return func(fr *frame) val {
			v := x(fr)
			if v.ref == nil {
				return v
			}
			f := fr.attr(v, name, dot)
			if f.ref == nil {
				return f
			}
			if _, script := f.ref.(*Function); script {
				return fr.callWith(at, f, args)
			}
			return fr.callHostWith(at, f, args)
		}
	}
	quick := quickMethods[signature{name, len(args)}]
	return func(fr *frame) val {
		v := x(fr)
		if v.ref == nil {
			return v
		}
		b := known.of(v.ref)
		if b == nil {
			f := fr.attr(v, name, dot)
			if f.ref == nil {
				return f
			}
			return fr.callWith(at, f, args)
		}
		if quick != nil {
			var vals [2]val
			for i, a := range args {
				if vals[i] = a(fr); vals[i].ref == nil {
					return val{}
				}
			}
			if r := quick(fr, v.ref, vals[0], vals[1]); r.ref != nil {
				return r
			}
			return fr.callMethod(at, b, v.ref, values(vals[:len(args)]))
		}
		tuple := make(starlark.Tuple, len(args))
		if !fr.fill(tuple, args) {
			return val{}
		}
		return fr.callMethod(at, b, v.ref, tuple)
	}
}

// callMethod calls a method of a built-in type.
func (fr *frame) callMethod(at spot, b *starlark.Builtin, x starlark.Value, args starlark.Tuple) val {
	return fr.callOut(at, &hostCall{fn: b, receiver: x, args: args})
}
