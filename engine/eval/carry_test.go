package eval_test

import (
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const carried = `
n = 1
def outer(k):
    late = None
    def f(a, b=[k], *, c, d=len): return (a, b, c, d(b), k, n, given)
    return f
f = outer(7)
`

func carrier(t *testing.T) *eval.Program {
	f, problems := dialect.Parse("c.star", []byte(carried))
	require.Empty(t, problems)
	p, err := eval.Compile(f.Syntax, func(name string) bool { return name == "given" })
	require.NoError(t, err)
	p.SetFile("its file", func(name string) bool { return name == "given" })
	return p
}

// A function that was taken apart is put together again from another compilation.
func TestCarry(t *testing.T) {
	globals, err := carrier(t).Init(new(starlark.Thread), starlark.StringDict{"given": starlark.String("g")})
	require.NoError(t, err)
	fn := globals["f"].(*eval.Function)
	require.Equal(t, "its file", fn.Program().File())
	require.False(t, fn.Settled())
	var names []string
	var values []starlark.Value
	for c := range fn.Carries {
		names, values = append(names, c.Name), append(values, c.Value)
	}
	require.Equal(t, []string{"b", "d", "k", "n", "given"}, names)

	p := carrier(t)
	_, err = p.NewScope(func(string) (starlark.Value, bool) { return nil, false })
	require.EqualError(t, err, "len is not predeclared")
	scope, err := p.NewScope(func(name string) (starlark.Value, bool) { return starlark.Universe[name], starlark.Universe.Has(name) })
	require.NoError(t, err)
	line, col := fn.Place()
	_, err = p.NewFunction(line, col+1, scope, nil)
	require.EqualError(t, err, "no function is defined at line 5, column 6")

	made := func(missing int) (*eval.Function, error) {
		fn, err := p.NewFunction(line, col, scope.Another(), nil)
		require.NoError(t, err)
		i := -1
		return fn, fn.Load(func() (starlark.Value, error) {
			if i++; i == missing {
				return nil, nil
			}
			return values[i], nil
		})
	}
	again, err := made(-1)
	require.NoError(t, err)
	require.True(t, again.Settled())
	v, err := starlark.Call(new(starlark.Thread), again, starlark.Tuple{starlark.MakeInt(0)}, []starlark.Tuple{{starlark.String("c"), starlark.None}})
	require.NoError(t, err)
	require.Equal(t, `(0, [7], None, 1, 7, 1, "g")`, v.String())
	for i, name := range names { // variables may be unset, others not
		_, err := made(i)
		require.Equal(t, name == "k" || name == "n", err == nil, name)
	}
	same, err := p.NewFunction(line, col, scope, again)
	require.NoError(t, err)
	equal, err := starlark.Equal(again, same)
	require.NoError(t, err)
	require.True(t, equal)
}
