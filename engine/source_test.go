package engine_test

import (
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// A file is compiled again to the same functions, from what SourceOf says of it.
func TestSource(t *testing.T) {
	eng, err := engine.New(engine.Options{})
	require.NoError(t, err)
	s, err := eng.Compile("lib/a.star", []byte("def f(): return v\n"), "v")
	require.NoError(t, err)
	res, err := eng.Run(t.Context(), s, engine.Input{Vars: map[string]any{"v": 1}})
	require.NoError(t, err)
	fn := res.Globals["f"].(*eval.Function)
	src, ok := engine.SourceOf(fn)
	require.True(t, ok)
	require.Equal(t, engine.Source{Name: "lib/a.star", Text: []byte("def f(): return v\n"), Vars: []string{"args", "v"}}, src)

	again, err := eng.CompileSource(src)
	require.NoError(t, err)
	host, err := eng.NewHost(t.Context(), "host")
	require.NoError(t, err)
	prog, err := host.Adopt(again)
	require.NoError(t, err)
	known, err := res.Run().Adopt(again)
	require.NoError(t, err)
	require.Same(t, fn.Program(), known, "the run has the file already")
	require.NotSame(t, known, prog)

	src.Text = []byte("def f(): return 2\n")
	other, err := eng.CompileSource(src)
	require.NoError(t, err)
	_, err = host.Adopt(other)
	require.EqualError(t, err, "there are two files lib/a.star, and they differ")

	src.Text = []byte("def f(: return 2\n")
	_, err = eng.CompileSource(src)
	require.ErrorAs(t, err, new(*engine.SyntaxError))
	src.Vars = []string{"not a name"}
	_, err = eng.CompileSource(src)
	require.EqualError(t, err, `engine: "not a name" cannot be the name of a variable`)

	elsewhere, err := engine.New(engine.Options{})
	require.NoError(t, err)
	foreign, err := elsewhere.NewHost(t.Context(), "host")
	require.NoError(t, err)
	_, err = foreign.Adopt(again)
	require.EqualError(t, err, "engine: the file was compiled by another engine")
}

// Every run finds the values of modules under their names; what belongs to a run too.
func TestNamed(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
	require.NoError(t, err)
	one, err := eng.NewHost(t.Context(), "one")
	require.NoError(t, err)
	two, err := eng.NewHost(t.Context(), "two")
	require.NoError(t, err)
	for _, name := range []string{"len", "json", "json.decode", "time.now", "threadgroup", "create_function", "sum", "cache", "os", "os.getenv", "os.environ"} {
		v, ok := one.Named(name)
		require.True(t, ok, name)
		again, ok := one.NameOf(v)
		require.True(t, ok, name)
		require.Equal(t, name, again)
		require.Contains(t, eng.Names(), name)
	}
	a, _ := one.Named("os.environ")
	b, _ := two.Named("os.environ")
	require.NotEqual(t, a, b)
	_, ok := two.NameOf(a)
	require.False(t, ok, "it is the other run's")
	for _, v := range []starlark.Value{starlark.None, starlark.Tuple{}, starlark.String("len"), starlark.NewList(nil)} {
		_, ok = one.NameOf(v)
		require.False(t, ok)
	}
	_, ok = one.Named("math.pi")
	require.False(t, ok, "what is plain needs no name")
	_, ok = one.Predeclared("args")
	require.False(t, ok, "each run has its own")
}
