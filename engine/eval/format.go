package eval

import (
	"strconv"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A template is the text left of "%" taken apart: parts[0] value parts[1] value … .
type template struct {
	parts []string
	verbs []byte // 's' or 'd', one less than parts
}

// templateOf takes a text apart; nil if it has more than plain %s, %d and %%.
func templateOf(text string) *template {
	t := &template{}
	part := []byte(nil)
	for i := 0; i < len(text); i++ {
		if text[i] != '%' {
			part = append(part, text[i])
			continue
		}
		if i++; i == len(text) {
			return nil
		}
		switch text[i] {
		case '%':
			part = append(part, '%')
		case 's', 'd':
			t.parts = append(t.parts, string(part))
			t.verbs = append(t.verbs, text[i])
			part = part[:0]
		default:
			return nil
		}
	}
	t.parts = append(t.parts, string(part))
	return t
}

// interpolation compiles "text" % (x, y) where the text is a literal and each value
// has its place; nil: it is something else.
func (c *compiler) interpolation(e *syntax.BinaryExpr) expr {
	text, ok1 := unparen(e.X).(*syntax.Literal)
	tuple, ok2 := unparen(e.Y).(*syntax.TupleExpr)
	if !ok1 || !ok2 || text.Token != syntax.STRING {
		return nil
	}
	t := templateOf(text.Value.(string))
	if t == nil || len(t.verbs) != len(tuple.List) || len(t.verbs) == 0 {
		return nil
	}
	whole, items, at := literal(text), c.exprs(tuple.List), spotOf(e.OpPos)
	return func(fr *frame) val {
		vals := fr.m.alloc(len(items))
		v := val{}
		if fr.evaluate(vals, items) {
			if v = t.fill(fr, vals); v.ref == nil {
				v = fr.applyValues(syntax.PERCENT, whole.ref, starlark.Tuple(values(vals)), at)
			}
		}
		fr.m.release(vals)
		return v
	}
}

// fill puts strings and ints in their places. No value: there are others.
func (t *template) fill(fr *frame, vals []val) val {
	n := 0
	for i, v := range vals {
		s, ok := v.ref.(starlark.String)
		if !(v.isInt() || ok && t.verbs[i] == 's') {
			return val{}
		}
		if n += len(s); n >= small {
			return val{}
		}
	}
	b := fr.m.text[:0]
	for i, v := range vals {
		b = append(b, t.parts[i]...)
		if s, ok := v.ref.(starlark.String); ok {
			b = append(b, s...)
		} else {
			b = strconv.AppendInt(b, int64(v.n), 10)
		}
	}
	b = append(b, t.parts[len(vals)]...)
	fr.m.text = b
	fr.m.made += int64(len(b))
	return val{ref: starlark.String(b)}
}
