package valuejson_test

import (
	"math"
	"math/big"
	"math/rand/v2"

	"go.starlark.net/starlark"
)

// A maker makes values by chance, and counts those that cannot be held.
type maker struct {
	*rand.Rand
	bad int
}

var pieces = []string{"", "a", "$", "$tuple", "$dict", "é", "\u2028", "\ufffd", "🙂", "\x00", "\n", `"`, `\`, "<", "\x7f"}

func (m *maker) text() string {
	s := ""
	for range m.IntN(4) {
		s += pieces[m.IntN(len(pieces))]
	}
	if m.IntN(300) == 0 {
		m.bad++
		s += "\xed\xa0\x80" // a lone surrogate
	}
	return s
}

func (m *maker) flat() starlark.Value {
	switch m.IntN(7) {
	case 0:
		return starlark.None
	case 1:
		return starlark.Bool(m.IntN(2) == 0)
	case 2:
		return starlark.MakeInt64(int64(m.Uint64()) >> m.IntN(64))
	case 3:
		n := new(big.Int).SetUint64(m.Uint64())
		return starlark.MakeBigInt(n.Lsh(n, uint(m.IntN(300))).Neg(n))
	case 4:
		f := math.Float64frombits(m.Uint64())
		if m.IntN(3) == 0 {
			f = []float64{0, math.Copysign(0, -1), 1, 1e21, 1e-7, math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1)}[m.IntN(8)]
		}
		if math.IsNaN(f) || math.IsInf(f, 0) {
			m.bad++
		}
		return starlark.Float(f)
	}
	return starlark.String(m.text())
}

func (m *maker) value(depth int) starlark.Value {
	if depth == 0 || m.IntN(4) == 0 {
		return m.flat()
	}
	list := make([]starlark.Value, m.IntN(4))
	switch m.IntN(3) {
	case 0:
		d := new(starlark.Dict)
		for range list {
			k := starlark.String(m.text())
			if _, found, _ := d.Get(k); !found {
				_ = d.SetKey(k, m.value(depth-1))
			}
		}
		return d
	case 1:
		for i := range list {
			list[i] = m.value(depth - 1)
		}
		return starlark.Tuple(list)
	}
	for i := range list {
		list[i] = m.value(depth - 1)
	}
	return starlark.NewList(list)
}
