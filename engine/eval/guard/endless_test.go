package guard_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An endless is a host's iterable that has no end, and counts its open iterators.
type endless struct {
	starlark.Value
	open int
}

func newEndless(v starlark.Value) *endless { return &endless{Value: v} }

func (e *endless) Iterate() starlark.Iterator { e.open++; return endlessIterator{e} }

type endlessIterator struct{ *endless }

func (it endlessIterator) Next(p *starlark.Value) bool { *p = it.Value; return true }
func (it endlessIterator) Done()                       { it.open-- }

var pair = starlark.Tuple{starlark.None, starlark.None}

// TestEndless: each function and method that goes through an iterable stops, closes
// what it has opened, and, if it collects, refuses to go on for ever.
func TestEndless(t *testing.T) {
	str, l, d, s := starlark.String("x"), list(1), new(starlark.Dict), new(starlark.Set)
	require.NoError(t, s.Insert(str))
	for _, c := range []struct {
		fn       *starlark.Builtin
		element  starlark.Value
		collects string // "": it makes nothing, or nothing more, of the elements
	}{
		{builtin("all"), starlark.True, ""},
		{builtin("any"), starlark.False, ""},
		{builtin("bytes"), starlark.MakeInt(1), "bytes of 1048577 bytes needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("dict"), pair, "dict of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("enumerate"), str, "list of 14564 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("list"), str, "list of 65537 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("max"), str, ""},
		{builtin("min"), str, ""},
		{builtin("reversed"), str, "list of 65537 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("set"), str, "set of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("sorted"), str, "list of 65537 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("tuple"), str, "tuple of 65537 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{builtin("zip"), str, "list of 18725 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{method(str, "join"), str, "string of 1048577 bytes needs 1.0 MiB, limit is 1.0 MiB"},
		{method(l, "extend"), str, " MiB, limit is 1.0 MiB"},
		{method(d, "update"), pair, "dict of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{method(s, "difference"), str, ""},
		{method(s, "intersection"), str, ""},
		{method(s, "issuperset"), str, ""},
		{method(s, "symmetric_difference"), str, "set of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{method(s, "union"), str, "set of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
		{method(s, "update"), str, "set of 6991 elements needs 1.0 MiB, limit is 1.0 MiB"},
	} {
		t.Run(c.fn.Name(), func(t *testing.T) {
			e := newEndless(c.element)
			v, err := stopsAfter(100).Call(new(starlark.Thread), c.fn, starlark.Tuple{e}, nil)
			require.ErrorIs(t, err, errStop)
			require.Nil(t, v)
			require.Zero(t, e.open)
			if c.collects != "" {
				_, err = (&guard.Budget{Max: 1 << 20}).Call(new(starlark.Thread), c.fn, starlark.Tuple{e}, nil)
				require.ErrorContains(t, err, c.collects)
				require.ErrorAs(t, err, new(*guard.LimitError))
			}
			require.Zero(t, e.open)
		})
	}
	require.NoError(t, l.Append(str), "a list that was being extended can be changed")
}

func TestCollect(t *testing.T) {
	b := &guard.Budget{Max: 1 << 20}
	_, err := b.Collect(nil, nil, rangeOf(1<<40).(starlark.Iterable))
	require.EqualError(t, err, "list of 1099511627776 elements needs 80.0 TiB, limit is 1.0 MiB")
	_, err = b.Collect(nil, nil, newEndless(starlark.None))
	require.EqualError(t, err, "list of 65537 elements needs 1.0 MiB, limit is 1.0 MiB")
	_, err = stopsAfter(3).Collect(nil, nil, newEndless(starlark.None))
	require.ErrorIs(t, err, errStop)
	got, err := b.Collect(nil, []starlark.Value{starlark.None}, rangeOf(3).(starlark.Iterable))
	require.NoError(t, err)
	require.Equal(t, "(None, 0, 1, 2)", starlark.Tuple(got).String())
}

func TestExtend(t *testing.T) {
	b := &guard.Budget{Max: 1 << 20}
	x := list(0)
	check(t, b.Extend(nil, x, rangeOf(1<<40).(starlark.Iterable), "apply += to"), "list of 1099511627776 elements needs 80.0 TiB, limit is 1.0 MiB")
	require.Zero(t, x.Len())
	require.NoError(t, b.Extend(nil, x, rangeOf(3).(starlark.Iterable), "apply += to"))
	for x.Len() < 40_000 {
		require.NoError(t, b.Extend(nil, x, x, "apply += to"))
	}
	check(t, b.Extend(nil, x, x, "apply += to"), "list of 98304 elements needs 1.5 MiB, limit is 1.0 MiB")
	require.Equal(t, "[0, 1, 2, 0]", x.Slice(0, 4, 1).String())
	it := x.Iterate()
	check(t, b.Extend(nil, x, list(1), "apply += to"), "cannot apply += to list during iteration")
	it.Done()
	x.Freeze()
	check(t, b.Extend(nil, x, list(1), "apply += to"), "cannot apply += to frozen list")
	x = list(0)
	x.Freeze()
	check(t, b.Extend(nil, x, list(1), "extend"), "cannot extend frozen list")
}

// TestHuge: what is known to be long is refused before anything is made.
func TestHuge(t *testing.T) {
	b := &guard.Budget{Max: 64 << 20}
	huge := rangeOf(1 << 62)
	wide := rangeOf(1 << 20)
	for _, c := range []struct {
		fn   *starlark.Builtin
		args starlark.Tuple
		want string
	}{
		{builtin("list"), starlark.Tuple{huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("sorted"), starlark.Tuple{huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("enumerate"), starlark.Tuple{huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("reversed"), starlark.Tuple{huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("tuple"), starlark.Tuple{huge}, "tuple of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("set"), starlark.Tuple{huge}, "set of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("bytes"), starlark.Tuple{huge}, "bytes of 4611686018427387904 bytes needs 4.0 EiB, limit is 64.0 MiB"},
		{builtin("zip"), starlark.Tuple{huge, huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{builtin("zip"), starlark.Tuple{huge, list(2)}, ""},
		{builtin("list"), starlark.Tuple{rangeOf(1<<31, 1<<31+1<<24)}, "list of 16777216 elements needs 1.2 GiB, limit is 64.0 MiB"},
		{builtin("list"), starlark.Tuple{wide}, ""},
		{method(starlark.String("x"), "join"), starlark.Tuple{huge}, "join: in list, want string, got int"},
		{method(text(1<<20), "join"), starlark.Tuple{starlark.Tuple(make([]starlark.Value, 0))}, ""},
		{method(text(1<<20), "join"), starlark.Tuple{nested(starlark.String(""), 1, 66, false)}, "string of 68157440 bytes needs 65.0 MiB, limit is 64.0 MiB"},
		{method(text(1<<20), "replace"), starlark.Tuple{starlark.String(""), text(1 << 20)}, "string of 1099513724928 bytes needs 1.0 TiB, limit is 64.0 MiB"},
		{method(text(1<<20), "replace"), starlark.Tuple{starlark.String("x"), text(1 << 20)}, "string of 1099511627776 bytes needs 1.0 TiB, limit is 64.0 MiB"},
		{method(text(1<<20), "replace"), starlark.Tuple{starlark.String("x"), text(1 << 20), starlark.MakeInt(2)}, ""},
		{method(text(1<<20), "replace"), starlark.Tuple{starlark.String("y"), text(1 << 20)}, ""},
		{method(text(1<<20), "replace"), starlark.Tuple{starlark.String("x"), starlark.String("")}, ""},
		{method(starlark.String("a b c"), "rsplit"), starlark.Tuple{starlark.None, starlark.MakeInt64(1 << 40)}, ""},
		{method(starlark.String("a b c"), "rsplit"), starlark.Tuple{starlark.None, starlark.MakeInt64(1<<63 - 1)}, ""},
		{method(text(1<<20), "split"), starlark.Tuple{starlark.String(","), starlark.MakeInt64(1 << 40)}, ""},
		{method(starlark.String("{0}{0}"), "format"), starlark.Tuple{text(1 << 25)}, ""},
		{method(starlark.String("{0}{0}{0}"), "format"), starlark.Tuple{text(1 << 25)}, "text needs at least 96.0 MiB, limit is 64.0 MiB"},
		{method(list(0), "extend"), starlark.Tuple{huge}, "list of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{method(new(starlark.Set), "union"), starlark.Tuple{huge}, "set of 4611686018427387904 elements needs 8.0 EiB, limit is 64.0 MiB"},
		{method(new(starlark.Set), "add"), starlark.Tuple{nested(starlark.None, 60, 2, true)}, "hash of more than 10000000 values"},
		{method(new(starlark.Dict), "get"), starlark.Tuple{nested(starlark.None, 60, 2, true)}, "hash of more than 10000000 values"},
		{builtin("set"), starlark.Tuple{starlark.Tuple{nested(starlark.None, 60, 2, true)}}, "hash of more than 10000000 values"},
		{builtin("dict"), starlark.Tuple{starlark.Tuple{starlark.Tuple{nested(starlark.None, 60, 2, true), starlark.None}}}, "hash of more than 10000000 values"},
	} {
		t.Run(fmt.Sprint(c.fn.Name(), c.want), func(t *testing.T) {
			within(t, 30*time.Second, func() {
				_, err := b.Call(new(starlark.Thread), c.fn, c.args, nil)
				if c.want == "" {
					require.NoError(t, err)
				} else {
					require.ErrorContains(t, err, c.want)
				}
			})
		})
	}
}

// TestSmallBudget: what needs a closer look gets one.
func TestSmallBudget(t *testing.T) {
	b := &guard.Budget{Max: 4800}
	for _, c := range []struct {
		x    starlark.Value
		name string
		args starlark.Tuple
		want string
	}{
		{text(2000), "split", starlark.Tuple{starlark.String("x")}, "list of 2001 elements needs 93.8 KiB, limit is 4.7 KiB"},
		{text(2000), "split", starlark.Tuple{starlark.String("y")}, ""},
		{text(2000), "split", nil, ""},
		{text(2000), "rsplit", starlark.Tuple{starlark.None, starlark.MakeInt(1 << 30)}, ""},
		{text(2000), "splitlines", nil, ""},
		{starlark.String("a b "), "split", nil, ""},
		{text(2000), "upper", nil, ""},
		{starlark.String("é" + text(1700)), "upper", nil, "string of 5106 bytes needs 5.0 KiB, limit is 4.7 KiB"},
		{text(4801), "upper", nil, ""},
	} {
		_, err := b.Call(nil, method(c.x, c.name), c.args, nil)
		check(t, err, c.want)
	}
	lines := starlark.String("\n")
	for range 11 {
		lines += lines
	}
	_, err := b.Call(nil, method(lines, "splitlines"), nil, nil)
	check(t, err, "list of 2049 elements needs 96.0 KiB, limit is 4.7 KiB")
	d := new(starlark.Dict)
	for i := range 100 {
		require.NoError(t, d.SetKey(starlark.MakeInt(i), starlark.None))
	}
	for name, want := range map[string]string{"items": "list of 100 elements needs 9.4 KiB, limit is 4.7 KiB", "values": "list of 100 elements needs 7.0 KiB, limit is 4.7 KiB", "keys": ""} {
		_, err := b.Call(nil, method(d, name), nil, nil)
		check(t, err, want)
	}
	_, err = b.Call(nil, builtin("bytes"), starlark.Tuple{starlark.String("\xff") + text(1700)}, nil)
	check(t, err, "bytes of 5103 bytes needs 5.0 KiB, limit is 4.7 KiB")
	_, err = b.Call(nil, builtin("str"), starlark.Tuple{starlark.Bytes("\xff") + starlark.Bytes(text(1700))}, nil)
	check(t, err, "string of 5103 bytes needs 5.0 KiB, limit is 4.7 KiB")
	_, err = b.Call(nil, method(list(300), "append"), starlark.Tuple{starlark.None}, nil)
	check(t, err, "list of 301 elements needs 4.7 KiB, limit is 4.7 KiB")
	_, err = b.Binary(syntax.PIPE, d, d)
	check(t, err, "dict of 200 elements needs 29.3 KiB, limit is 4.7 KiB")
}

// TestMethod: a method that is called without a guard has one.
func TestMethod(t *testing.T) {
	b := &guard.Budget{Max: 1000}
	of := func(*starlark.Thread) *guard.Budget { return b }
	thread := new(starlark.Thread)
	x := starlark.String("x")
	getattr := guard.Guarded(builtin("getattr"), of)
	v, err := starlark.Call(thread, getattr, starlark.Tuple{x, starlark.String("join")}, nil)
	require.NoError(t, err)
	for _, fn := range []starlark.Value{guard.Method(method(x, "join"), of), v} {
		require.Equal(t, method(x, "join").String(), fn.String())
		got, err := starlark.Call(thread, fn, starlark.Tuple{starlark.Tuple{x, x}}, nil)
		require.NoError(t, err)
		require.Equal(t, starlark.String("xxx"), got)
		_, err = starlark.Call(thread, builtin("sorted"), starlark.Tuple{starlark.Tuple{nested(text(100), 1, 20, true)}, fn}, nil)
		require.EqualError(t, err, "string of 2019 bytes needs 2.0 KiB, limit is 1000 bytes")
	}
	require.Equal(t, getattr, guard.Method(getattr, of))
	require.Equal(t, x, guard.Method(x, of))
}
