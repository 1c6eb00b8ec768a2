package wire

import (
	"math"
	"math/big"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// A heft says what hashing a value takes: how many values are looked at, about, and how deep
// the recursion goes. go.starlark.net looks at a tuple as often as it is mentioned.
type heft struct{ size, depth int32 }

var light = heft{1, 0}

// perElement is how many bytes of a string are as much work as an element.
const perElement = 64

func textHeft(n int) heft { return heft{int32(min(1+n/perElement, math.MaxInt32)), 0} }

// add takes a part into account.
func (h *heft) add(part heft) {
	h.size = int32(min(int64(h.size)+int64(part.size), math.MaxInt32))
	h.depth = max(h.depth, part.depth+1)
}

// slot reads a value; nil: there is none, or an error.
func (d *decoding) slot() (starlark.Value, heft) {
	switch tag := d.byte(); tag {
	case tagNone:
		if d.err != nil {
			return nil, light
		}
		return starlark.None, light
	case tagFalse, tagTrue:
		return starlark.Bool(tag == tagTrue), light
	case tagInt:
		return starlark.MakeInt64(d.varint()), light
	case tagBig:
		return d.big()
	case tagFloat:
		return starlark.Float(math.Float64frombits(d.fixed64())), light
	case tagString:
		s := d.text()
		return starlark.String(s), textHeft(len(s))
	case tagBytes:
		s := d.text()
		return starlark.Bytes(s), textHeft(len(s))
	case tagEmpty:
		return starlark.Tuple{}, light
	case tagUnset:
		return nil, light
	case tagDuration:
		return startime.Duration(d.varint()), light
	case tagTime:
		return d.time(), light
	case tagRange:
		return d.rangeOf(), light
	default:
		return d.at(tag)
	}
}

// value is slot where there must be a value.
func (d *decoding) value() (starlark.Value, heft) {
	v, h := d.slot()
	if v == nil {
		d.stop(&Flaw{errUnset.Error()})
	}
	return v, h
}

// at returns what a number, which is read, and a tag stand for.
func (d *decoding) at(tag byte) (starlark.Value, heft) {
	g := &d.graph
	switch tag {
	case tagOldShell, tagOldNode:
		if g = d.base; g == nil {
			d.fail("there is no function before it")
			return nil, light
		}
	}
	n := d.uvarint()
	switch tag {
	case tagShell, tagOldShell:
		if n < uint64(len(g.shells)) && g.shells[n] != nil {
			return g.shells[n], shellHeft(g.shells[n])
		}
	case tagNode, tagOldNode:
		if n < uint64(len(g.nodes)) {
			return g.nodes[n], g.hefts[n]
		}
	}
	d.fail("tag %d, number %d says nothing", tag, n)
	return nil, light
}

// shellHeft is that of a function, which is hashed by its name. Others cannot be keys.
func shellHeft(v starlark.Value) heft {
	if fn, ok := v.(starlark.Callable); ok {
		return textHeft(len(fn.Name()))
	}
	return light
}

func (d *decoding) big() (starlark.Value, heft) {
	negative := d.byte() != 0
	b := d.bytes(d.uvarint())
	n := new(big.Int).SetBytes(b)
	if negative {
		n.Neg(n)
	}
	return starlark.MakeBigInt(n), textHeft(len(b))
}

// tuple reads the elements of a tuple that is no node.
func (d *decoding) tuple(n int) starlark.Tuple {
	t := make(starlark.Tuple, n)
	for i := range t {
		if t[i], _ = d.value(); d.err != nil {
			return nil
		}
	}
	return t
}

func (d *decoding) fillList(l *starlark.List) {
	for i := range l.Len() {
		v, _ := d.value()
		if d.err != nil {
			return
		}
		if err := l.SetIndex(i, v); err != nil {
			d.stop(err)
		}
	}
}
