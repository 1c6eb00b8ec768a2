package convert

import (
	"reflect"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// A list of two, each the same list of two, and so on for 60 levels.
func TestMaxValues(t *testing.T) {
	v := starlark.NewList(nil)
	for range 60 {
		v = starlark.NewList([]starlark.Value{v, v})
	}
	var x any
	w := writer{types: new(types), made: MaxValues - 10_000} // the rest takes seconds
	require.ErrorContains(t, w.store(v, reflect.ValueOf(&x).Elem()), ": too many values, the limit is 10000000")
	require.Nil(t, x)
}
