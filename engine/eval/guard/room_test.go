package guard_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

var errRoom = errors.New("no room")

// TestRoom: before much is made at once, it is asked whether there is room.
func TestRoom(t *testing.T) {
	asked := int64(0)
	b := &guard.Budget{Max: 1 << 40, Room: func(n int64) error {
		asked += n
		return errRoom
	}}
	big, n := list(1<<20), text(1<<24)
	spaced := starlark.String(strings.Repeat("x ", 1<<18))
	call := func(fn *starlark.Builtin, args ...starlark.Value) error {
		return second(b.Call(new(starlark.Thread), fn, args, nil))
	}
	for i, f := range []func() error{
		func() error { return b.Repeat(list(1), starlark.MakeInt(1<<20)) },
		func() error { return b.Concat(n, n) },
		func() error { return b.Slice(big, 0, 1<<20, 1) },
		func() error { return second(b.Sliced(big, 0, 1<<20, 1)) },
		func() error { return second(b.Sliced(n, 1<<24-1, -1, -1)) },
		func() error { return b.Extend(nil, list(1), rangeOf(1<<20).(starlark.Iterable), "extend") },
		func() error { return second(b.Collect(nil, nil, newEndless(starlark.None))) },
		func() error { return call(builtin("list"), rangeOf(1<<20)) },
		func() error { return call(builtin("zip"), rangeOf(1<<20)) },
		func() error { return call(method(big, "append"), starlark.None) },
		func() error { return call(method(spaced, "split")) },
		func() error { return call(method(spaced, "replace"), starlark.String("x"), text(100)) },
		func() error { return call(method(starlark.String(","), "join"), starlark.Tuple{n, n}) },
		func() error { return call(method(starlark.String("{}{}"), "format"), n, n) },
		func() error { return second(b.Text(starlark.Tuple{n})) },
		func() error { return second(b.Binary(syntax.PERCENT, starlark.String("%s"), n)) },
	} {
		if i == 9 { // so many that another look is due
			for range 1<<16 - 1 {
				require.NoError(t, big.Append(starlark.None))
			}
		}
		asked = 0
		require.ErrorIs(t, f(), errRoom, "%d", i)
		require.GreaterOrEqual(t, asked, int64(8<<20), "%d", i)
	}
	asked = 0
	require.NoError(t, b.Repeat(list(1), starlark.MakeInt(1000)))
	require.NoError(t, b.Slice(n, 0, 1<<24, 1))
	require.Zero(t, asked)
}

func TestSliced(t *testing.T) {
	items := make([]starlark.Value, 100)
	for i := range items {
		items[i] = starlark.MakeInt(i)
	}
	s := text(50) + text(50) + "abc"
	for _, x := range []starlark.Sliceable{starlark.NewList(items), starlark.Tuple(items), s, starlark.Bytes(s), rangeOf(100).(starlark.Sliceable)} {
		for _, c := range [][3]int{{0, 100, 1}, {0, 100, 3}, {1, 99, 2}, {99, -1, -1}, {98, 0, -3}, {50, 50, 2}, {50, 50, -2}, {0, 100, 200}, {99, -1, -200}} {
			got, err := plenty().Sliced(x, c[0], c[1], c[2])
			require.NoError(t, err)
			same(t, x.Type(), x.Slice(c[0], c[1], c[2]).String(), got.String())
			require.Equal(t, x.Type(), got.Type())
		}
	}
	_, err := (&guard.Budget{Max: 100}).Sliced(starlark.NewList(items), 99, -1, -1)
	check(t, err, "list of 100 elements needs 1.6 KiB, limit is 100 bytes")
}
