package eval

import (
	"math"
	"strconv"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A quickFunction does what a function of the universe does in the plain case; no
// value: it is not plain, nothing was done, and the function itself must be called.
type quickFunction struct {
	args int
	do   func(fr *frame, a, b val) val
}

var quickFunctions = map[string]quickFunction{
	"len": {1, func(_ *frame, a, _ val) val {
		switch x := a.ref.(type) {
		case starlark.String:
			return intVal(int64(len(x)))
		case *starlark.List:
			return intVal(int64(x.Len()))
		case *starlark.Dict:
			return intVal(int64(x.Len()))
		case starlark.Tuple:
			return intVal(int64(len(x)))
		}
		return val{}
	}},
	"abs": {1, func(_ *frame, a, _ val) val {
		switch {
		case a.isInt() && int64(a.n) != -1<<63:
			return intVal(max(int64(a.n), -int64(a.n)))
		case a.isFloat():
			return floatVal(math.Abs(a.float()))
		}
		return val{}
	}},
	"int": {1, func(_ *frame, a, _ val) val {
		switch {
		case a.isInt():
			return a
		case a.isFloat() && a.float() > -1<<62 && a.float() < 1<<62:
			return intVal(int64(a.float()))
		}
		if s, ok := a.ref.(starlark.String); ok && len(s) < 19 && digits(string(s)) {
			n, _ := strconv.ParseInt(string(s), 10, 64)
			return intVal(n)
		}
		return val{}
	}},
	"float": {1, func(_ *frame, a, _ val) val {
		switch {
		case a.isInt():
			return floatVal(float64(int64(a.n)))
		case a.isFloat():
			return a
		}
		return val{}
	}},
	"str": {1, func(_ *frame, a, _ val) val {
		if _, ok := a.ref.(starlark.String); ok {
			return a
		}
		if a.isInt() {
			return val{ref: starlark.String(strconv.FormatInt(int64(a.n), 10))}
		}
		return val{}
	}},
	"bool": {1, func(_ *frame, a, _ val) val { return boolVal(a.truth()) }},
	"min":  {2, func(_ *frame, a, b val) val { return lesser(a, b) }},
	"max": {2, func(_ *frame, a, b val) val {
		if a.isInt() && b.isInt() {
			return intVal(max(int64(a.n), int64(b.n)))
		}
		return val{}
	}},
}

// digits reports whether s is decimal digits and nothing else.
func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func lesser(a, b val) val {
	if a.isInt() && b.isInt() {
		return intVal(min(int64(a.n), int64(b.n)))
	}
	return val{}
}

// quick compiles a call of a quick function by its name, which fn evaluates. The name
// may stand for something else when the program runs: then that is called. nil: it is
// another call.
func (c *compiler) quick(e *syntax.CallExpr, fn expr) expr {
	id, ok := unparen(e.Fn).(*syntax.Ident)
	if !ok || id.Binding.(*resolve.Binding).Scope < resolve.Predeclared {
		return nil
	}
	q, ok := quickFunctions[id.Name]
	if !ok || q.args != len(e.Args) {
		return nil
	}
	known, _ := universe[id.Name].(*starlark.Builtin)
	plain, _ := starlark.Universe[id.Name].(*starlark.Builtin)
	do, args, at := q.do, c.exprs(e.Args), spotOf(e.Lparen)
	return func(fr *frame) val {
		f := fn(fr)
		if b, ok := f.ref.(*starlark.Builtin); !ok || b != known && b != plain {
			return fr.callWith(at, f, args)
		}
		var vals [2]val
		for i, a := range args {
			if vals[i] = a(fr); vals[i].ref == nil {
				return val{}
			}
		}
		if v := do(fr, vals[0], vals[1]); v.ref != nil {
			return v
		}
		return fr.callHost(at, f.ref, values(vals[:len(args)]), nil)
	}
}
