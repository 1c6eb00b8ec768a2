package builtin_test

import (
	"math"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/stretchr/testify/require"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

func TestSeconds(t *testing.T) {
	for _, c := range []struct {
		v    starlark.Value
		want time.Duration
	}{
		{starlark.MakeInt(0), 0},
		{starlark.MakeInt(2), 2 * time.Second},
		{starlark.Float(0.5), 500 * time.Millisecond},
		{starlark.Float(1e-300), 1},
		{starlark.Float(1e300), builtin.Forever},
		{starlark.Float(math.Inf(1)), builtin.Forever},
		{starlark.MakeInt(1).Lsh(5000), builtin.Forever},
		{startime.Duration(time.Minute), time.Minute},
	} {
		d, err := builtin.Seconds(c.v)
		require.NoError(t, err)
		require.Equal(t, c.want, d, "%v", c.v)
	}
	for _, c := range []struct {
		v    starlark.Value
		want string
	}{
		{starlark.String("1s"), "must be a number of seconds, not string"},
		{starlark.None, "must be a number of seconds, not NoneType"},
		{starlark.True, "must be a number of seconds, not bool"},
		{starlark.Float(math.NaN()), "must be a number of seconds, not nan"},
		{starlark.MakeInt(-1), "must not be negative, got -1"},
		{starlark.Float(-1e-300), "must not be negative, got -1e-300"},
		{starlark.Float(math.Inf(-1)), "must not be negative, got -inf"},
		{startime.Duration(-1), "must not be negative, got -1ns"},
	} {
		_, err := builtin.Wait(c.v)
		require.EqualError(t, err, c.want)
	}
	d, err := builtin.Seconds(starlark.MakeInt(-1))
	require.NoError(t, err)
	require.Equal(t, -time.Second, d)
}

func TestAttrs(t *testing.T) {
	double := func(s starlark.String, _ *starlark.Thread, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return s + s, nil
	}
	attrs := builtin.Attrs[starlark.String]{"double": builtin.Method("double", double)}
	require.Equal(t, []string{"double"}, attrs.Names())
	m, err := attrs.Get("ab", "double", nil)
	require.NoError(t, err)
	v, err := starlark.Call(&starlark.Thread{}, m, nil, nil)
	require.NoError(t, err)
	require.Equal(t, starlark.String("abab"), v)

	v, err = attrs.Get("ab", "twice", nil)
	require.NoError(t, err)
	require.Nil(t, v)
	_, err = attrs.Get("ab", "twice", map[string]string{"twice": "double()"})
	require.EqualError(t, err, "string has no .twice: use double()")
}

func TestCallee(t *testing.T) {
	fn := starlark.Universe["len"].(starlark.Callable)
	c, rest, err := builtin.Callee("f", starlark.Tuple{fn, starlark.None})
	require.NoError(t, err)
	require.Equal(t, fn, c)
	require.Equal(t, starlark.Tuple{starlark.None}, rest)
	_, _, err = builtin.Callee("f", nil)
	require.EqualError(t, err, "f: missing argument for fn")
	_, _, err = builtin.Callee("f", starlark.Tuple{starlark.None})
	require.EqualError(t, err, "f: fn object is not callable (e.g. a function): got NoneType")
}

func TestShares(t *testing.T) {
	for _, v := range []starlark.Value{starlark.None, starlark.True, starlark.MakeInt(1), starlark.Float(1), starlark.String("s"), starlark.Bytes("b")} {
		require.False(t, builtin.Shares(v), "%v", v)
	}
	for _, v := range []starlark.Value{starlark.NewList(nil), starlark.Tuple{}, starlark.NewDict(0), starlark.Universe["len"]} {
		require.True(t, builtin.Shares(v), "%v", v)
	}
}
