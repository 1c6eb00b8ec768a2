package guard_test

import (
	"errors"
	"math"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

var errStop = errors.New("stop")

// stopsAfter returns a budget that asks to stop when it is asked for the n-th time.
func stopsAfter(n int) *guard.Budget {
	return &guard.Budget{Max: 1 << 40, Stop: func() error {
		if n--; n < 0 {
			return errStop
		}
		return nil
	}}
}

func builtin(name string) *starlark.Builtin { return starlark.Universe[name].(*starlark.Builtin) }

func method(x starlark.Value, name string) *starlark.Builtin {
	m, err := x.(starlark.HasAttrs).Attr(name)
	if m == nil || err != nil {
		panic("no method " + name)
	}
	return m.(*starlark.Builtin)
}

func rangeOf(bounds ...int64) starlark.Value {
	var args starlark.Tuple
	for _, n := range bounds {
		args = append(args, starlark.MakeInt64(n))
	}
	r, err := builtin("range").CallInternal(nil, args, nil)
	if err != nil {
		panic(err)
	}
	return r
}

func text(n int) starlark.String { return starlark.String(strings.Repeat("x", n)) }

func list(n int) *starlark.List { return starlark.NewList(make([]starlark.Value, n)) }

func check(t *testing.T, err error, want string) {
	t.Helper()
	if want == "" {
		require.NoError(t, err)
	} else {
		require.EqualError(t, err, want)
	}
}

func TestRepeat(t *testing.T) {
	n := starlark.MakeInt
	for _, c := range []struct {
		x, y starlark.Value
		want string
	}{
		{list(1), n(1 << 26), ""},
		{list(1), n(1<<26 + 1), "list of 67108865 elements needs 1.0 GiB, limit is 1.0 GiB"},
		{list(1), n(1 << 29), "list of 536870912 elements needs 8.0 GiB, limit is 1.0 GiB"},
		{n(1 << 29), list(1), "list of 536870912 elements needs 8.0 GiB, limit is 1.0 GiB"},
		{starlark.Tuple{starlark.None}, n(1 << 29), "tuple of 536870912 elements needs 8.0 GiB, limit is 1.0 GiB"},
		{list(1000), n(1 << 20), "list of 1048576000 elements needs 15.6 GiB, limit is 1.0 GiB"},
		{list(1), n(1 << 30), ""}, // excessive repeat
		{list(1), n(1 << 40), ""}, // repeat count too large
		{list(0), n(1 << 29), ""},
		{list(1), n(-1), ""},
		{list(1), list(1), ""},
		{text(1), n(1 << 29), ""},
		{starlark.Bytes("x"), n(1 << 29), ""},
		{n(3), n(4), ""},
		{starlark.Float(1), n(4), ""},
	} {
		check(t, plenty().Repeat(c.x, c.y), c.want)
	}
	small := &guard.Budget{Max: 1000}
	check(t, small.Repeat(text(10), n(101)), "string of 1010 bytes needs 1010 bytes, limit is 1000 bytes")
	check(t, small.Repeat(n(101), starlark.Bytes("0123456789")), "bytes of 1010 bytes needs 1010 bytes, limit is 1000 bytes")
}

func TestConcat(t *testing.T) {
	b := &guard.Budget{Max: 1600}
	check(t, b.Concat(list(50), list(50)), "")
	check(t, b.Concat(list(50), list(51)), "list of 101 elements needs 1.6 KiB, limit is 1.6 KiB")
	check(t, b.Concat(starlark.Tuple(make([]starlark.Value, 50)), starlark.Tuple(make([]starlark.Value, 51))), "tuple of 101 elements needs 1.6 KiB, limit is 1.6 KiB")
	check(t, b.Concat(text(800), text(801)), "string of 1601 bytes needs 1.6 KiB, limit is 1.6 KiB")
	check(t, b.Concat(text(800), list(800)), "")
	check(t, b.Concat(starlark.MakeInt(1), list(800)), "")
}

func TestSlice(t *testing.T) {
	b := &guard.Budget{Max: 160}
	check(t, b.Slice(list(100), 0, 10, 1), "")
	check(t, b.Slice(list(100), 0, 11, 1), "list of 11 elements needs 176 bytes, limit is 160 bytes")
	check(t, b.Slice(list(100), 0, 100, 10), "")
	check(t, b.Slice(list(101), 0, 101, 10), "list of 11 elements needs 176 bytes, limit is 160 bytes")
	check(t, b.Slice(list(100), 99, -1, -10), "")
	check(t, b.Slice(list(101), 100, -1, -10), "list of 11 elements needs 176 bytes, limit is 160 bytes")
	check(t, b.Slice(list(100), 50, 0, 1), "")
	check(t, b.Slice(text(1000), 0, 1000, 1), "")
	check(t, b.Slice(text(1000), 999, -1, -1), "string of 1000 bytes needs 1000 bytes, limit is 160 bytes")
	check(t, b.Slice(make(starlark.Tuple, 1000), 0, 1000, 1), "")
	check(t, b.Slice(make(starlark.Tuple, 1000), 0, 1000, 2), "tuple of 500 elements needs 7.8 KiB, limit is 160 bytes")
}

// TestSliceRange: go.starlark.net's panic is foreseen.
func TestSliceRange(t *testing.T) {
	x := rangeOf(1).(starlark.Sliceable)
	for i := range 10 {
		err := plenty().Slice(x, 0, 1, 8192)
		if i < 4 {
			require.NoError(t, err)
			x = x.Slice(0, 1, 8192).(starlark.Sliceable)
			continue
		}
		require.EqualError(t, err, "range whose step has more than 64 bits")
		require.Panics(t, func() { x.Slice(0, 1, 8192) })
		return
	}
	for _, r := range []starlark.Value{rangeOf(0, 1<<62, 1<<62-1), rangeOf(1<<62, 0, -(1<<62 - 1))} {
		x := r.(starlark.Sliceable)
		require.Error(t, plenty().Slice(x, 0, 1, 4))
		require.Error(t, plenty().Slice(x, 0, 1, math.MinInt32))
		require.NoError(t, plenty().Slice(x, 0, 1, -1))
		require.NoError(t, plenty().Slice(x, 0, 1, 2))
	}
}

func TestInt(t *testing.T) {
	bits := func(n int) starlark.Int { // a number that has so many
		v, err := plenty().Call(nil, builtin("int"), starlark.Tuple{starlark.String("1" + strings.Repeat("0", n-1)), starlark.MakeInt(2)}, nil)
		require.NoError(t, err)
		return v.(starlark.Int)
	}
	most, mid, one := bits(guard.MaxBits), bits(guard.MaxBits/2), starlark.MakeInt(1)
	negative, err := starlark.Unary(syntax.MINUS, most)
	require.NoError(t, err)
	for _, c := range []struct {
		op   syntax.Token
		x, y starlark.Int
		want string
	}{
		{syntax.PLUS, most, one, "int of 2097153 bits, limit is 2097152"},
		{syntax.MINUS, one, negative.(starlark.Int), "int of 2097153 bits, limit is 2097152"},
		{syntax.PLUS, mid, mid, ""},
		{syntax.STAR, mid, mid, ""},
		{syntax.STAR, mid, bits(guard.MaxBits/2 + 1), "int of 2097153 bits, limit is 2097152"},
		{syntax.STAR, most, most, "int of 4194304 bits, limit is 2097152"},
		{syntax.STAR, most, starlark.MakeInt(0), ""},
		{syntax.SLASHSLASH, most, mid, ""},
		{syntax.PERCENT, most, mid, ""},
		{syntax.PIPE, most, mid, ""},
		{syntax.LTLT, most, one, "int of 2097153 bits, limit is 2097152"},
		{syntax.LTLT, mid, starlark.MakeInt(511), ""},
		{syntax.LTLT, most, starlark.MakeInt(512), ""}, // refused in any case
		{syntax.LT, most, mid, ""},
	} {
		check(t, plenty().Int(c.op, c.x, c.y), c.want)
		check(t, plenty().Admit(c.op, c.x, c.y), c.want)
	}
}

func TestHashable(t *testing.T) {
	b := plenty()
	require.NoError(t, b.Hashable(starlark.Tuple{starlark.MakeInt(1), text(10_000)}))
	require.NoError(t, b.Hashable(nested(starlark.None, 9_000, 1, true)))
	require.EqualError(t, b.Hashable(nested(starlark.None, 1_000_000, 1, true)), "hash of a value nested more than 10000 levels deep")
	require.EqualError(t, b.Hashable(nested(starlark.None, 60, 2, true)), "hash of more than 10000000 values")
	require.EqualError(t, b.Hashable(nested(starlark.Bytes(text(1<<20)), 1, 10_000, true)), "hash of more than 10000000 values")
	require.ErrorIs(t, stopsAfter(3).Hashable(nested(starlark.None, 60, 2, true)), errStop)
	require.NoError(t, b.Hashable(starlark.Tuple{list(1), nested(starlark.None, 60, 2, true)}), "go.starlark.net stops at the list")
	require.NoError(t, b.Hashable(starlark.None))
}

// TestCompareStops compares what starlark.Compare would not come to an end with.
func TestCompareStops(t *testing.T) {
	for _, leaf := range []starlark.Value{starlark.None, starlark.MakeInt(1)} {
		tuple := leaf == starlark.None
		x, y := nested(leaf, 8, 1000, tuple), nested(leaf, 8, 1000, tuple)
		for _, op := range comparisons {
			_, err := stopsAfter(10).Compare(op, x, y)
			require.ErrorIs(t, err, errStop)
		}
		_, err := stopsAfter(10).Has(starlark.NewList([]starlark.Value{x}), y)
		require.ErrorIs(t, err, errStop)
		for _, name := range []string{"index", "remove"} {
			l := starlark.NewList([]starlark.Value{x})
			_, err = stopsAfter(10).Call(nil, method(l, name), starlark.Tuple{y}, nil)
			require.ErrorIs(t, err, errStop)
		}
		_, err = stopsAfter(10).Call(nil, builtin("sorted"), starlark.Tuple{starlark.Tuple{x, y}}, nil)
		require.ErrorIs(t, err, errStop)
		_, err = stopsAfter(10).Call(nil, builtin("max"), starlark.Tuple{x, y}, nil)
		require.ErrorIs(t, err, errStop)
	}
	d, e := new(starlark.Dict), new(starlark.Dict)
	for i := range 100 {
		require.NoError(t, d.SetKey(starlark.MakeInt(i), nested(starlark.None, 4, 1000, false)))
		require.NoError(t, e.SetKey(starlark.MakeInt(i), nested(starlark.None, 4, 1000, false)))
	}
	_, err := stopsAfter(10).Compare(syntax.NEQ, d, e)
	require.ErrorIs(t, err, errStop)
}

func TestStopIsNoPartOfOtherErrors(t *testing.T) {
	b := &guard.Budget{Max: 1 << 20, Stop: func() error { return nil }}
	_, err := b.Call(nil, builtin("sorted"), starlark.Tuple{starlark.Tuple{starlark.None, text(1)}}, nil)
	require.EqualError(t, err, "string < NoneType not implemented")
}

func TestBytes(t *testing.T) {
	for n, want := range map[int64]string{0: "0 bytes", 1023: "1023 bytes", 1024: "1.0 KiB", 8 << 30: "8.0 GiB", math.MaxInt64: "8.0 EiB"} {
		require.Equal(t, want, guard.Bytes(n))
	}
}

// within fails the test if f takes longer; a busy machine may take much longer than
// an idle one.
func within(t *testing.T, d time.Duration, f func()) {
	t.Helper()
	began := time.Now()
	f()
	require.Less(t, time.Since(began), d)
}
