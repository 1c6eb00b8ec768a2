package eval

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A builder collects the elements of a comprehension.
type builder struct {
	list []starlark.Value
	few  int // elements that it may have, if they are known and not many
	dict *starlark.Dict
}

// comprehension compiles [x for …] and {k: v for …}.
func (c *compiler) comprehension(e *syntax.Comprehension) expr {
	run := c.clauses(e, e.Clauses)
	curly := e.Curly
	return func(fr *frame) val {
		b := new(builder)
		if curly {
			b.dict = new(starlark.Dict)
		}
		if run(fr, b) == ctlFail {
			return val{}
		}
		if curly {
			return val{ref: b.dict}
		}
		return val{ref: starlark.NewList(b.list)}
	}
}

func (c *compiler) clauses(e *syntax.Comprehension, rest []syntax.Node) step {
	if len(rest) == 0 {
		return c.element(e.Body)
	}
	switch clause := rest[0].(type) {
	case *syntax.ForClause:
		l := c.loop(clause.X, clause.Vars, spotOf(clause.For))
		l.body, l.only = c.clauses(e, rest[1:]), len(e.Clauses) == 1
		return l.run
	case *syntax.IfClause:
		cond, inner := c.test(clause.Cond), c.clauses(e, rest[1:])
		return func(fr *frame, b *builder) ctl {
			switch cond(fr) {
			case yes:
				return inner(fr, b)
			case failed:
				return ctlFail
			}
			return ctlNext
		}
	}
	panic(fmt.Sprintf("unknown clause %T", rest[0]))
}

// element compiles what a comprehension collects.
func (c *compiler) element(body syntax.Expr) step {
	if entry, ok := body.(*syntax.DictEntry); ok {
		key, value, at := c.expr(entry.Key), c.expr(entry.Value), spotOf(entry.Colon)
		return func(fr *frame, b *builder) ctl {
			k := key(fr)
			if k.ref == nil {
				return ctlFail
			}
			v := value(fr)
			if v.ref == nil {
				return ctlFail
			}
			if err := fr.m.setKey(b.dict, k.value(), v.value()); err != nil {
				fr.fail(at, err)
				return ctlFail
			}
			return ctlNext
		}
	}
	x, at := c.expr(body), spotOf(syntax.Start(body))
	return func(fr *frame, b *builder) ctl {
		v := x(fr)
		if v.ref == nil {
			return ctlFail
		}
		if b.list == nil {
			b.list = make([]starlark.Value, 0, max(8, b.few))
		}
		if err := fr.m.grows(len(b.list), 16); err != nil {
			fr.fail(at, err)
			return ctlFail
		}
		b.list = append(b.list, v.value())
		fr.m.made += 16
		return ctlNext
	}
}
