package wire_test

import (
	"math"
	"runtime/debug"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/stretchr/testify/require"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"pgregory.net/rapid"
)

// A plain pair writes and reads values of a run without a script.
type plainPair struct {
	enc *wire.Encoder
	dec *wire.Decoder
}

func newPlainPair(t testing.TB) plainPair {
	eng, err := engine.New(options())
	require.NoError(t, err)
	t.Cleanup(func() { eng.Close() })
	host, err := eng.NewHost(t.Context(), "worker")
	require.NoError(t, err)
	return plainPair{wire.NewEncoder(host, wire.EncoderOptions{Reference: reference}), wire.NewDecoder(host, wire.DecoderOptions{Resolve: resolve})}
}

func (p plainPair) around(t require.TestingT, v starlark.Value) starlark.Value {
	m, err := p.enc.Value(v)
	require.NoError(t, err)
	back, err := p.dec.Value(m.Data, false)
	require.NoError(t, err)
	return back
}

// draw makes a graph of values: containers first, then what is in them.
func draw(t *rapid.T) starlark.Value {
	var mutable []starlark.Value
	for range rapid.IntRange(0, 6).Draw(t, "containers") {
		switch rapid.IntRange(0, 2).Draw(t, "kind") {
		case 0:
			mutable = append(mutable, starlark.NewList(nil))
		case 1:
			mutable = append(mutable, new(starlark.Dict))
		default:
			mutable = append(mutable, starlark.NewSet(0))
		}
	}
	keys := []starlark.Value{starlark.None}
	all := append([]starlark.Value{}, mutable...)
	some := func(from []starlark.Value, what string) starlark.Value {
		if len(from) == 0 || rapid.Bool().Draw(t, "atom") {
			return atom(t)
		}
		return rapid.SampledFrom(from).Draw(t, what)
	}
	for range rapid.IntRange(0, 12).Draw(t, "nodes") {
		from, hashable := all, rapid.Bool().Draw(t, "hashable")
		if hashable {
			from = keys
		}
		var v starlark.Value
		switch rapid.IntRange(0, 2).Draw(t, "node") {
		case 0:
			tuple := make(starlark.Tuple, rapid.IntRange(1, 3).Draw(t, "len"))
			for i := range tuple {
				tuple[i] = some(from, "element")
			}
			v = tuple
		case 1:
			v = starlarkstruct.FromStringDict(starlark.String(rapid.SampledFrom([]string{"struct", "point"}).Draw(t, "type")),
				starlark.StringDict{"b": some(from, "field"), "a": some(from, "field")})
		default:
			x := some(from, "receiver")
			if list, ok := x.(*starlark.List); ok {
				v, _ = list.Attr("append")
			} else {
				v = starlark.Tuple{x, x}
			}
		}
		if all = append(all, v); hashable {
			keys = append(keys, v)
		}
	}
	for _, m := range mutable {
		for range rapid.IntRange(0, 10).Draw(t, "elements") {
			switch m := m.(type) {
			case *starlark.List:
				require.NoError(t, m.Append(some(all, "element")))
			case *starlark.Dict:
				require.NoError(t, m.SetKey(some(keys, "key"), some(all, "value")))
			case *starlark.Set:
				require.NoError(t, m.Insert(some(keys, "key")))
			}
		}
	}
	return starlark.NewList(all)
}

func atom(t *rapid.T) starlark.Value {
	switch rapid.IntRange(0, 9).Draw(t, "type") {
	case 0:
		return starlark.None
	case 1:
		return starlark.Bool(rapid.Bool().Draw(t, "bool"))
	case 2:
		return starlark.MakeInt64(rapid.Int64().Draw(t, "int"))
	case 3:
		x := starlark.MakeInt64(rapid.Int64().Draw(t, "big"))
		return x.Mul(x).Mul(x).Lsh(uint(rapid.IntRange(0, 300).Draw(t, "shift")))
	case 4:
		return starlark.Float(rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1.5, math.Inf(1), math.Inf(-1), math.NaN(), 5e-324}).Draw(t, "float"))
	case 5:
		return starlark.Bytes(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "bytes"))
	case 6:
		return starlark.String(rapid.SliceOfN(rapid.Byte(), 0, 50).Draw(t, "bytes of a string"))
	case 7:
		return startime.Duration(rapid.Int64().Draw(t, "duration"))
	case 8:
		return startime.Time(time.Unix(rapid.Int64Range(-1<<40, 1<<40).Draw(t, "time"), 5).In(time.FixedZone("X", rapid.IntRange(-50000, 50000).Draw(t, "zone"))))
	}
	return starlark.String(rapid.String().Draw(t, "string"))
}

// Values come back with the structure that they had.
func TestRoundTrip(t *testing.T) {
	p := newPlainPair(t)
	rapid.Check(t, func(t *rapid.T) {
		v := draw(t)
		alike(t, v, p.around(t, v))
	})
}

// Neither side recurses.
func TestDeep(t *testing.T) {
	p := newPlainPair(t)
	const levels = 100_000
	defer debug.SetMaxStack(debug.SetMaxStack(2 << 20)) // less than 32 bytes for each
	for name, within := range map[string]func(starlark.Value) starlark.Value{
		"list":  func(v starlark.Value) starlark.Value { return starlark.NewList([]starlark.Value{v}) },
		"tuple": func(v starlark.Value) starlark.Value { return starlark.Tuple{v} },
		"struct": func(v starlark.Value) starlark.Value {
			return starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{"a": v})
		},
		"dict": func(v starlark.Value) starlark.Value {
			d := new(starlark.Dict)
			_ = d.SetKey(starlark.None, v)
			return starlark.Tuple{d}
		},
	} {
		n := levels
		if name == "dict" {
			n /= 10
		}
		v := starlark.Value(starlark.None)
		for range n {
			v = within(v)
		}
		back := p.around(t, v)
		m, err := p.enc.Value(v)
		require.NoError(t, err)
		frozen, err := p.dec.Value(m.Data, true)
		require.NoError(t, err)
		if list, ok := frozen.(*starlark.List); ok {
			require.ErrorContains(t, list.Append(starlark.None), "frozen")
			require.ErrorContains(t, list.Index(0).(*starlark.List).Append(starlark.None), "frozen")
			require.NoError(t, back.(*starlark.List).Append(starlark.None))
		}
	}
}

// A long string that is there many times is written once.
func TestLongStrings(t *testing.T) {
	p := newPlainPair(t)
	long := starlark.String(make([]byte, 1<<20))
	list := make([]starlark.Value, 1000)
	for i := range list {
		list[i] = long
	}
	m, err := p.enc.Value(starlark.NewList(list))
	require.NoError(t, err)
	require.Less(t, len(m.Data), 1<<20+10_000)
}
