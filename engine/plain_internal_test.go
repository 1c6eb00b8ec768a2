package engine

import (
	"context"
	"runtime"
	"testing"
	"weak"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// table is a list of n lists, and of more.
func table(n int, more ...starlark.Value) *starlark.List {
	var rows []starlark.Value
	for i := range n {
		rows = append(rows, starlark.NewList([]starlark.Value{starlark.MakeInt(i)}))
	}
	return starlark.NewList(append(rows, more...))
}

func newTestThread(t testing.TB) *Thread {
	eng, err := New(Options{})
	require.NoError(t, err)
	script, err := eng.Compile("t.star", []byte("def f(): return f"))
	require.NoError(t, err)
	res, err := eng.Run(context.Background(), script, Input{})
	require.NoError(t, err)
	return res.run.newThread("test", ctxLife{context.Background()})
}

// Large values are passed over the next time if there is nothing in them but data, however
// they hang together.
func TestPlainValues(t *testing.T) {
	thread := newTestThread(t)
	script := thread.run.script
	fn, err := thread.run.engine.Run(context.Background(), script, Input{})
	require.NoError(t, err)
	known := func(l *starlark.List) bool { return thread.run.shared.plain.has(weak.Make(l)) }

	data, small := table(large), table(large-1)
	mixed := table(large, fn.Globals["f"])
	outer := table(large, mixed)
	around := table(large, data)
	circle := table(large)
	require.NoError(t, circle.Append(circle))
	first, second := table(large), table(large) // each has the other, and one a function
	require.NoError(t, first.Append(second))
	require.NoError(t, second.Append(first))
	require.NoError(t, first.Append(fn.Globals["f"]))

	thread.Publish(starlark.Tuple{data, small, mixed, outer, around, circle, first})
	for name, want := range map[string]struct {
		list  *starlark.List
		known bool
	}{
		"data": {data, true}, "too small": {small, false}, "a function in it": {mixed, false}, "a function deep in it": {outer, false},
		"another one in it": {around, true}, "itself in it": {circle, true},
		"a circle": {first, false}, "the other way round": {second, false},
	} {
		require.Equal(t, want.known, known(want.list), name)
	}
	for i := range data.Len() {
		require.Error(t, data.Index(i).(*starlark.List).Append(starlark.None), "frozen")
	}
}

// Not more are remembered than fit, and they do not keep what they name alive.
func TestPlainValuesForgets(t *testing.T) {
	thread := newTestThread(t)
	vs := &thread.run.shared.plain
	first := table(large)
	thread.Publish(first)
	key := weak.Make(first)
	require.True(t, vs.has(key))
	for range len(vs.list) {
		thread.Publish(table(large))
	}
	require.Len(t, vs.known, len(vs.list))
	require.False(t, vs.has(key))
	runtime.GC()
	live := 0
	for _, k := range vs.list {
		if k.(weak.Pointer[starlark.List]).Value() != nil {
			live++
		}
	}
	require.Less(t, live, len(vs.list))
	runtime.KeepAlive(first)
}

// BenchmarkPublishTable measures handing over a table of 10,000 rows, the first time and
// again.
func BenchmarkPublishTable(b *testing.B) {
	thread := newTestThread(b)
	b.Run("first", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			t := table(10_000)
			b.StartTimer()
			thread.Publish(t)
		}
	})
	t := table(10_000)
	b.Run("again", func(b *testing.B) {
		for b.Loop() {
			thread.Publish(t)
		}
	})
}
