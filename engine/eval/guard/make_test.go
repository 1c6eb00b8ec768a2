package guard_test

import (
	"math"
	"math/big"
	"math/rand/v2"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A maker makes values of all kinds by chance.
type maker struct{ *rand.Rand }

func newMaker(seed uint64) maker { return maker{rand.New(rand.NewPCG(seed, 1))} }

var texts = []string{
	"", "a", "b", "ab", "abc", "aa", "A", "é", "日本", "\xff", "a\xc3", "x\x00\"\\\n", "\u200b\U000e0001", "12", "-7", "0x1f", " a b ",
	"%s %d", "{} {}", "{0}{a}", "a,b,,c", "a\nb\n", "%(a)s", "ß", "ﬃ", "🙂",
}

func (m maker) text() string {
	s := ""
	for range 1 + m.IntN(3) {
		s += texts[m.IntN(len(texts))]
	}
	return s
}

// flat returns a value of one piece.
func (m maker) flat() starlark.Value {
	switch m.IntN(12) {
	case 0:
		return starlark.None
	case 1:
		return starlark.Bool(m.IntN(2) == 0)
	case 2:
		return starlark.Float([]float64{0, 1, -1.5, 1e300, math.Inf(1), math.Inf(-1), math.NaN(), 3}[m.IntN(8)])
	case 3:
		n := new(big.Int).Lsh(big.NewInt(int64(m.IntN(100)-50)), uint(m.IntN(200)))
		return starlark.MakeBigInt(n)
	case 4:
		return starlark.Bytes(m.text())
	case 5, 6, 7, 8:
		return starlark.String(m.text())
	}
	return starlark.MakeInt(m.IntN(7) - 3)
}

// value returns any value, nested so many levels deep at most.
func (m maker) value(depth int) starlark.Value {
	if depth == 0 || m.IntN(3) == 0 {
		return m.flat()
	}
	switch m.IntN(7) {
	case 0, 1:
		return starlark.NewList(m.values(depth - 1))
	case 2:
		return starlark.Tuple(m.values(depth - 1))
	case 3:
		d := new(starlark.Dict)
		for _, v := range m.values(depth - 1) {
			_ = d.SetKey(m.key(), v)
		}
		return d
	case 4:
		s := new(starlark.Set)
		for range m.IntN(4) {
			_ = s.Insert(m.key())
		}
		return s
	case 5:
		d := starlark.StringDict{}
		for _, v := range m.values(depth - 1) {
			d[string(rune('a'+m.IntN(3)))] = v
		}
		return starlarkstruct.FromStringDict(starlarkstruct.Default, d)
	}
	v, err := starlark.Call(new(starlark.Thread), starlark.Universe["range"], starlark.Tuple{starlark.MakeInt(m.IntN(4)), starlark.MakeInt(m.IntN(9)), starlark.MakeInt(1 + m.IntN(2))}, nil)
	if err != nil {
		panic(err)
	}
	return v
}

func (m maker) values(depth int) []starlark.Value {
	list := make([]starlark.Value, m.IntN(4))
	for i := range list {
		list[i] = m.value(depth)
	}
	return list
}

func (m maker) key() starlark.Value {
	if m.IntN(4) == 0 {
		return starlark.Tuple{m.flat(), m.flat()}
	}
	return m.flat()
}

// clone copies a value: operations may change what they are given.
func clone(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *starlark.List:
		var list []starlark.Value
		for e := range v.Elements() {
			list = append(list, clone(e))
		}
		return starlark.NewList(list)
	case starlark.Tuple:
		t := make(starlark.Tuple, len(v))
		for i, e := range v {
			t[i] = clone(e)
		}
		return t
	case *starlark.Dict:
		d := new(starlark.Dict)
		for k, e := range v.Entries() {
			_ = d.SetKey(k, clone(e))
		}
		return d
	case *starlark.Set:
		s := new(starlark.Set)
		for k := range v.Elements() {
			_ = s.Insert(k)
		}
		return s
	}
	return v
}

func cloneAll(list []starlark.Value) starlark.Tuple {
	return clone(starlark.Tuple(list)).(starlark.Tuple)
}
