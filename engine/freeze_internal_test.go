package engine

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// The flags that say that a value is frozen are found where go.starlark.net has
// them: without them a nested function that names itself would be frozen by
// Function.Freeze, which never returns.
func TestFreezeFlags(t *testing.T) {
	require.GreaterOrEqual(t, listFrozen, 0)
	require.GreaterOrEqual(t, dictFrozen, 0)
	require.GreaterOrEqual(t, setFrozen, 0)

	inner := starlark.NewList(nil)
	list := starlark.NewList([]starlark.Value{inner})
	freezeList(list)
	require.ErrorContains(t, list.Append(starlark.None), "frozen")
	require.NoError(t, inner.Append(starlark.None), "what is in the list is not frozen")

	dict := starlark.NewDict(1)
	require.NoError(t, dict.SetKey(starlark.String("k"), inner))
	freezeDict(dict)
	require.ErrorContains(t, dict.SetKey(starlark.None, starlark.None), "frozen")
	require.NoError(t, inner.Append(starlark.None))

	set := starlark.NewSet(1)
	require.NoError(t, set.Insert(starlark.String("k")))
	freezeSet(set)
	require.ErrorContains(t, set.Insert(starlark.None), "frozen")
}
