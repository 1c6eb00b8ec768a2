package wire_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

const benched = `
rates = {"a": 1.5, "b": 2.5, "c": [1, 2, 3]}
def helper(x): return rates.get(x, 0)
def task(i, name, opts):
    return helper(name) * i + len(opts)
def one_of(i): return lambda x: x + i
lambdas = [one_of(i) for i in range(1000)]
`

func benchArgs() starlark.Tuple {
	opts := starlark.NewDict(2)
	_ = opts.SetKey(starlark.String("verbose"), starlark.True)
	return starlark.Tuple{starlark.MakeInt(12345), starlark.String("alpha"), opts}
}

// A task of a function that was sent before, and three arguments.
func BenchmarkTask(b *testing.B) {
	w := newWorld(b, benched).worker(options())
	fn, args := w.function("task"), benchArgs()
	m, err := w.enc.Task(fn, args, nil)
	require.NoError(b, err)
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(m.Data)))
		for b.Loop() {
			_, _ = w.enc.Task(fn, args, nil)
		}
	})
	w.carry(m)
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		b.SetBytes(int64(len(m.Data)))
		for b.Loop() {
			_, _ = w.dec.Task(m.Data)
		}
	})
}

// A task of another function each time, of a module that is known.
func BenchmarkNewFunction(b *testing.B) {
	w := newWorld(b, benched).worker(options())
	list := w.script.Globals["lambdas"].(*starlark.List)
	fns, data := make([]starlark.Callable, list.Len()), make([][]byte, list.Len())
	for i := range fns {
		fns[i] = list.Index(i).(starlark.Callable)
		m, err := w.enc.Task(fns[i], nil, nil)
		require.NoError(b, err)
		data[i] = w.carry(m)
	}
	i := 0
	b.Run("encode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, _ = w.enc.Task(fns[i%len(fns)], nil, nil)
			i++
		}
	})
	b.Run("decode", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			d := w.newDecoder()
			_, _ = d.Task(data[i%len(data)])
			i++
		}
	})
}

// What a task may return.
func BenchmarkValue(b *testing.B) {
	p := newPlainPair(b)
	ints, words := make([]starlark.Value, 1000), make([]starlark.Value, 1000)
	dict := new(starlark.Dict)
	for i := range ints {
		ints[i] = starlark.MakeInt(i * i)
		words[i] = starlark.String(fmt.Sprintf("word %d", i))
		_ = dict.SetKey(words[i], starlark.Tuple{ints[i], words[i]})
	}
	for _, c := range []struct {
		name string
		v    starlark.Value
	}{{"int", starlark.MakeInt(1)}, {"1000 ints", starlark.NewList(ints)}, {"1000 strings", starlark.NewList(words)}, {"dict of 1000 tuples", dict}} {
		m, err := p.enc.Value(c.v)
		require.NoError(b, err)
		b.Run("encode "+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.enc.Value(c.v)
			}
		})
		b.Run("decode "+c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				_, _ = p.dec.Value(m.Data, false)
			}
		})
	}
}
