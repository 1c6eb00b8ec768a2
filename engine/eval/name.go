package eval

import (
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A setter assigns a value to a variable. It cannot fail.
type setter func(fr *frame, v val)

// setName compiles the assignment of a variable.
func (c *compiler) setName(id *syntax.Ident) setter {
	b := id.Binding.(*resolve.Binding)
	i := b.Index
	switch b.Scope {
	case resolve.Local:
		return func(fr *frame, v val) { fr.loc[i] = v }
	case resolve.Cell:
		return func(fr *frame, v val) { fr.loc[i].ref.(*cell).v = v }
	case resolve.Global:
		i = c.global(i)
		return func(fr *frame, v val) { fr.env.globals[i] = v }
	}
	panic(fmt.Sprintf("%s: %s cannot be assigned", id.NamePos, id.Name))
}

// name compiles the use of a variable.
func (c *compiler) name(id *syntax.Ident) expr {
	b := id.Binding.(*resolve.Binding)
	i, at, name := b.Index, spotOf(id.NamePos), id.Name
	switch b.Scope {
	case resolve.Local:
		return func(fr *frame) val {
			if v := fr.loc[i]; v.ref != nil {
				return v
			}
			return fr.unset(at, "local", name)
		}
	case resolve.Cell:
		return func(fr *frame) val {
			if v := fr.loc[i].ref.(*cell).v; v.ref != nil {
				return v
			}
			return fr.unset(at, "local", name)
		}
	case resolve.Free:
		return func(fr *frame) val {
			if v := fr.fn.free[i].v; v.ref != nil {
				return v
			}
			return fr.unset(at, "local", name)
		}
	case resolve.Global:
		i = c.global(i)
		return func(fr *frame) val {
			if v := fr.env.globals[i]; v.ref != nil {
				return v
			}
			return fr.unset(at, "global", name)
		}
	case resolve.Predeclared, resolve.Universal:
		if v := constant(b, name); v.ref != nil {
			return func(*frame) val { return v }
		}
		i = c.predefined(name)
		return func(fr *frame) val { return val{ref: fr.env.pre[i]} }
	}
	panic(fmt.Sprintf("%s: %s is not resolved", id.NamePos, name))
}

// constant returns what None, True and False are. No value: it is another name.
func constant(b *resolve.Binding, name string) val {
	v := starlark.Universe[name]
	if _, ok := v.(starlark.Callable); ok || b.Scope != resolve.Universal {
		return val{}
	}
	return val{ref: v}
}

func (fr *frame) unset(at spot, kind, name string) val {
	return fr.fail(at, fmt.Errorf("%s variable %s referenced before assignment", kind, name))
}

// function compiles a def or lambda: an expression that makes the function.
func (c *compiler) function(f *resolve.Function) expr {
	var defaults []expr
	var blank []bool
	star := false
	for _, p := range f.Params {
		switch p := p.(type) {
		case *syntax.BinaryExpr:
			defaults, blank = append(defaults, c.expr(p.Y)), append(blank, false)
		case *syntax.UnaryExpr:
			star = true
		case *syntax.Ident:
			if star {
				defaults, blank = append(defaults, func(*frame) val { return val{ref: mandatory{}} }), append(blank, true)
			}
		}
	}
	free := f.FreeVars
	code := c.code(f.Params, f)
	code.blank = blank
	c.prog.codes = append(c.prog.codes, code)
	return func(fr *frame) val {
		fn := &Function{code: code, env: fr.env, owner: fr.m.ownerNow()}
		if len(defaults) > 0 {
			fn.defaults = make(starlark.Tuple, len(defaults))
			for i, d := range defaults {
				v := d(fr)
				if v.ref == nil {
					return v
				}
				fn.defaults[i] = v.value()
			}
		}
		if len(free) > 0 {
			fn.free = make([]*cell, len(free))
			for i, b := range free {
				if b.Scope == resolve.Free {
					fn.free[i] = fr.fn.free[b.Index]
				} else {
					fn.free[i] = fr.loc[b.Index].ref.(*cell)
				}
			}
		}
		return val{ref: fn}
	}
}
