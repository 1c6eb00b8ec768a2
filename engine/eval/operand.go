package eval

import (
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// An operand is an expression that operators look at first: most often it is a
// local variable, and then it costs no call.
type operand struct {
	code  expr // nil: a local variable
	local int
	id    *syntax.Ident // of the variable
	konst *val          // what code returns always; nil: it is no constant
}

func (c *compiler) operand(e syntax.Expr) operand {
	switch e := unparen(e).(type) {
	case *syntax.Literal:
		v := literal(e)
		return operand{konst: &v, code: func(*frame) val { return v }}
	case *syntax.Ident:
		b := e.Binding.(*resolve.Binding)
		if b.Scope == resolve.Local {
			return operand{local: b.Index, id: e}
		}
		if v := constant(b, e.Name); v.ref != nil {
			return operand{konst: &v, code: func(*frame) val { return v }}
		}
	}
	return operand{code: c.expr(e)}
}

// get returns the operand's value. No value: it failed, or it is a variable that
// is not set, of which miss makes an error. It is short enough to be inlined.
func (o *operand) get(fr *frame) val {
	if o.code == nil {
		return fr.loc[o.local]
	}
	return o.code(fr)
}

// miss is called when get returned no value.
func (o *operand) miss(fr *frame) val {
	if o.id != nil {
		return fr.unset(spotOf(o.id.NamePos), "local", o.id.Name)
	}
	return val{}
}

// int returns the operand's value if it is a constant int.
func (o *operand) int() (int64, bool) {
	if o.konst == nil || !o.konst.isInt() {
		return 0, false
	}
	return int64(o.konst.n), true
}
