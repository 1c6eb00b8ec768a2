package builtin_test

import (
	"testing"

	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

func TestMisnamed(t *testing.T) {
	right := map[string]string{"workers": "max_workers"}
	require.NoError(t, builtin.Misnamed("f", nil, right))
	require.NoError(t, builtin.Misnamed("f", []starlark.Tuple{{starlark.String("other"), starlark.None}}, right))
	err := builtin.Misnamed("f", []starlark.Tuple{{starlark.String("workers"), starlark.None}}, right)
	require.EqualError(t, err, `f: unexpected keyword argument "workers"; use max_workers`)
}

func TestData(t *testing.T) {
	var d builtin.Data
	require.NoError(t, d.Unpack(starlark.String("é")))
	require.Equal(t, builtin.Data("é"), d)
	require.NoError(t, d.Unpack(starlark.Bytes("\xff")))
	require.Equal(t, builtin.Data("\xff"), d)
	require.EqualError(t, d.Unpack(starlark.MakeInt(1)), "got int, want string or bytes")
}

func TestEquality(t *testing.T) {
	for op, want := range map[syntax.Token]bool{syntax.EQL: true, syntax.NEQ: false} {
		got, err := builtin.Equality(op, true, "things")
		require.NoError(t, err)
		require.Equal(t, want, got)
	}
	_, err := builtin.Equality(syntax.LT, true, "things")
	require.EqualError(t, err, "things have no order")
}
