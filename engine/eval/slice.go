package eval

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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
