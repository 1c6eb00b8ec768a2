package eval

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// index compiles x[y].
func (c *compiler) index(e *syntax.IndexExpr) expr {
	x, y, at := c.operand(e.X), c.operand(e.Y), spotOf(e.Lbrack)
	return func(fr *frame) val {
		a := x.get(fr)
		if a.ref == nil {
			return x.miss(fr)
		}
		b := y.get(fr)
		if b.ref == nil {
			return y.miss(fr)
		}
		return fr.item(a, b, at)
	}
}

// item returns x[y].
func (fr *frame) item(x, y val, at spot) val {
	switch c := x.ref.(type) {
	case *starlark.List:
		if y.isInt() {
			i, n := y.n, uint64(c.Len())
			if int64(i) < 0 {
				i += n
			}
			if i < n {
				return valOf(c.Index(int(i)))
			}
		}
	case starlark.Tuple:
		if y.isInt() {
			i := y.n
			if int64(i) < 0 {
				i += uint64(len(c))
			}
			if i < uint64(len(c)) {
				return valOf(c[i])
			}
		}
	case starlark.String:
		if y.isInt() && y.n < uint64(len(c)) {
			return oneByte(c[y.n])
		}
	case *starlark.Dict:
		k := y.value()
		if err := fr.m.hashable(k); err != nil {
			return fr.fail(at, err)
		}
		if v, ok, err := c.Get(k); ok && err == nil {
			return valOf(v)
		}
	}
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	v, err := getIndex(a, y.value())
	if err != nil {
		return fr.fail(at, err)
	}
	return valOf(v)
}

// getIndex is x[y] for all types.
func getIndex(x, y starlark.Value) (starlark.Value, error) {
	switch x := x.(type) {
	case starlark.Mapping:
		v, found, err := x.Get(y)
		if err != nil {
			return nil, err
		}
		if !found {
			return nil, fmt.Errorf("key %v not in %s", y, x.Type())
		}
		return v, nil
	case starlark.Indexable:
		i, err := starlark.AsInt32(y)
		if err != nil {
			return nil, fmt.Errorf("%s index: %s", x.Type(), err)
		}
		at, err := within(i, x)
		if err != nil {
			return nil, err
		}
		return x.Index(at), nil
	}
	return nil, fmt.Errorf("unhandled index operation %s[%s]", x.Type(), y.Type())
}

// within returns the place of the i-th element, or of the -i-th from the end.
func within(i int, x starlark.Indexable) (int, error) {
	n := x.Len()
	at := i
	if at < 0 {
		at += n
	}
	switch {
	case at >= 0 && at < n:
		return at, nil
	case n == 0:
		return 0, fmt.Errorf("index %d out of range: empty %s", i, x.Type())
	}
	return 0, fmt.Errorf("%s index %d out of range [%d:%d]", x.Type(), i, -n, n-1)
}

// setItem does x[y] = z.
func (fr *frame) setItem(x, y, z val, at spot) bool {
	if l, ok := x.ref.(*starlark.List); ok && y.isInt() && y.n < uint64(l.Len()) {
		if l.SetIndex(int(y.n), z.value()) == nil {
			return true
		}
	}
	a := x.value()
	if !ours(a) {
		fr.outside(at)
	}
	if err := fr.m.setIndex(a, y, z.value()); err != nil {
		fr.fail(at, err)
		return false
	}
	return true
}

func (m *machine) setIndex(x starlark.Value, y val, z starlark.Value) error {
	switch x := x.(type) {
	case *starlark.Dict:
		return m.setKey(x, y.value(), z)
	case starlark.HasSetKey:
		return x.SetKey(y.value(), z)
	}
	if x, ok := x.(starlark.HasSetIndex); ok {
		i, err := starlark.AsInt32(y.value())
		if err != nil {
			return err
		}
		at, err := within(i, x)
		if err != nil {
			return err
		}
		return x.SetIndex(at, z)
	}
	return fmt.Errorf("%s value does not support item assignment", x.Type())
}

// slice compiles x[lo:hi:step].
func (c *compiler) slice(e *syntax.SliceExpr) expr {
	x := c.expr(e.X)
	parts := [3]expr{}
	for i, p := range []syntax.Expr{e.Lo, e.Hi, e.Step} {
		if p != nil {
			parts[i] = c.expr(p)
		}
	}
	at := c.sliceSpot(e)
	return func(fr *frame) val {
		v := x(fr)
		if v.ref == nil {
			return v
		}
		if s, ok := v.ref.(starlark.String); ok && parts[2] == nil {
			return fr.substring(s, parts[0], parts[1], at)
		}
		bounds := [3]starlark.Value{starlark.None, starlark.None, starlark.None}
		for i, p := range parts {
			if p != nil {
				b := p(fr)
				if b.ref == nil {
					return b
				}
				bounds[i] = b.value()
			}
		}
		a := v.value()
		if !ours(a) {
			fr.outside(at)
		}
		y, err := fr.m.slice(a, bounds[0], bounds[1], bounds[2])
		if err != nil {
			return fr.fail(at, err)
		}
		return valOf(y)
	}
}

// substring is s[lo:hi].
func (fr *frame) substring(s starlark.String, lo, hi expr, at spot) val {
	start, end := 0, len(s)
	bounds := [2]val{none, none}
	for i, p := range []expr{lo, hi} {
		if p == nil {
			continue
		}
		b := p(fr)
		if b.ref == nil {
			return b
		}
		bounds[i] = b
	}
	plain := true
	for i, to := range []*int{&start, &end} {
		switch b := bounds[i]; {
		case b.ref == starlark.None:
		case b.isInt() && int64(b.n) == int64(int32(b.n)):
			if *to = int(b.n); *to < 0 {
				*to += len(s)
			}
			*to = min(max(*to, 0), len(s))
		default:
			plain = false
		}
	}
	if !plain {
		y, err := fr.m.slice(s, bounds[0].value(), bounds[1].value(), starlark.None)
		if err != nil {
			return fr.fail(at, err)
		}
		return valOf(y)
	}
	switch {
	case end <= start:
		return val{ref: starlark.String("")}
	case end == start+1:
		return oneByte(s[start])
	case end-start == len(s):
		return val{ref: s}
	}
	return val{ref: s[start:end]}
}

// bytes1 are the strings of one byte: as values they cost no allocation.
var bytes1 = func() (all [256]starlark.Value) {
	for i := range all {
		all[i] = starlark.String([]byte{byte(i)})
	}
	return all
}()

func oneByte(b byte) val { return val{ref: bytes1[b]} }

func (m *machine) slice(x, lo, hi, step starlark.Value) (starlark.Value, error) {
	s, ok := x.(starlark.Sliceable)
	if !ok {
		return nil, fmt.Errorf("invalid slice operand %s", x.Type())
	}
	n, by := s.Len(), 1
	if step != starlark.None {
		var err error
		if by, err = starlark.AsInt32(step); err != nil {
			return nil, fmt.Errorf("invalid slice step: %s", err)
		}
		if by == 0 {
			return nil, fmt.Errorf("zero is not a valid slice step")
		}
	}
	// Between -1 and n-1 backwards, between 0 and n forwards.
	least, most, start, end := 0, n, 0, n
	if by < 0 {
		least, most, start, end = -1, n-1, n-1, -1
	}
	if err := bound(lo, n, &start); err != nil {
		return nil, fmt.Errorf("invalid start index: %s", err)
	}
	if err := bound(hi, n, &end); err != nil {
		return nil, fmt.Errorf("invalid end index: %s", err)
	}
	if by > 0 {
		start, end = min(max(start, least), most), min(max(end, least), most)
		end = max(end, start)
	} else {
		start, end = min(start, most), max(end, least)
		start = max(start, end)
	}
	y, err := m.budget.Sliced(s, start, end, by)
	if err != nil {
		return nil, err
	}
	m.chargeFor(y)
	return y, nil
}

// bound sets i to an end of a slice, unless v is None.
func bound(v starlark.Value, n int, i *int) error {
	if v == starlark.None {
		return nil
	}
	at, err := starlark.AsInt32(v)
	if err != nil {
		return err
	}
	if at < 0 {
		at += n
	}
	*i = at
	return nil
}
