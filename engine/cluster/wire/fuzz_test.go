package wire_test

import (
	"runtime"
	"slices"
	"strconv"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// FuzzDecode: whatever the bytes, they are a message that can be written again, and comes
// back equal, or an error; and they take no more memory than the Decoder promises.
func FuzzDecode(f *testing.F) {
	w := newWorld(f, shapes).worker(options())
	for _, c := range calls {
		m, err := w.enc.Task(w.function(c.fn), starlark.Tuple{starlark.MakeInt(1), w.script.Globals["bag"], w.function("square")}, nil)
		require.NoError(f, err)
		f.Add(w.carry(m))
		if v, ok := w.script.Globals[c.fn]; ok {
			m, err := w.enc.Value(v)
			require.NoError(f, err)
			f.Add(w.carry(m))
		}
	}
	for _, name := range []string{"loop", "pair", "ranges", "when", "zoned", "makers", "pattern"} {
		m, err := w.enc.Value(w.script.Globals[name])
		require.NoError(f, err)
		f.Add(w.carry(m))
	}
	f.Add(wire.Failure(failure(f, w)))
	f.Fuzz(func(t *testing.T, data []byte) {
		w.modestly(t, data)
		if task, err := w.dec.Task(data); err == nil {
			m, err := w.back.Task(task.Fn, task.Args, task.Kwargs)
			require.NoError(t, err)
			again, err := w.dec.Task(w.carry(m))
			require.NoError(t, err)
			alike(t, whole(task), whole(again))
		}
		if v, err := w.dec.Value(data, false); err == nil {
			m, err := w.back.Value(v)
			require.NoError(t, err)
			again, err := w.dec.Value(w.carry(m), true)
			require.NoError(t, err)
			alike(t, v, again)
		}
		if e, err := wire.ReadFailure(data); err == nil {
			again, err := wire.ReadFailure(wire.Failure(e))
			require.NoError(t, err)
			require.Equal(t, e.Traceback(), again.Traceback())
		}
	})
}

// whole returns a task as one value.
func whole(t *wire.Task) starlark.Value {
	v := starlark.Tuple{t.Fn, t.Args}
	for _, kv := range t.Kwargs {
		v = append(v, kv[0], kv[1])
	}
	return v
}

// failure returns an error of a group within a task.
func failure(t testing.TB, w *world) *engine.Error {
	_, err := do(t.Context(), w.script.Run(), engine.Outputs{}, w.function("group_fails"), starlark.Tuple{starlark.MakeInt(2)}, nil)
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	return e
}

// modestly checks what decoding allocates. Compiled modules and patterns are kept, and not counted.
func (w *world) modestly(t testing.TB, data []byte) {
	var before, after runtime.MemStats
	decode := func() {
		_, _ = w.newDecoder().Task(data)
		_, _ = w.newDecoder().Value(data, true)
		_, _ = wire.ReadFailure(data)
	}
	runtime.ReadMemStats(&before)
	decode()
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(3*64*len(data)+32<<20))
}

// varint is a number as messages have it.
func varint(b []byte, n uint64) []byte {
	for ; n >= 0x80; n >>= 7 {
		b = append(b, byte(n)|0x80)
	}
	return append(b, byte(n))
}

// graph is a value's message with numbers of shells and nodes, and what follows.
func graph(shells, nodes int, rest ...[]byte) []byte {
	b := []byte{1, 4}
	for _, n := range []int{shells, nodes, 0, 0} {
		b = varint(b, uint64(n))
	}
	return append(b, slices.Concat(rest...)...)
}

func long(n int) []byte {
	return []byte{byte(n), byte(n >> 8), byte(n >> 16), byte(n >> 24), 0, 0, 0, 0}
}

// Messages that nobody means well with are errors, soon.
func TestHostile(t *testing.T) {
	p := newPlainPair(t)
	const n = 200_000
	collide := func(count int, key func(b []byte, i int) []byte) []byte {
		b := graph(1, 0, []byte{1}, long(count))
		for i := range count {
			b = append(key(b, i), 0)
		}
		return append(b, 10, 0)
	}
	intKey := func(shift uint) func(b []byte, i int) []byte {
		return func(b []byte, i int) []byte { return varint(append(b, 3), uint64(i)<<(shift+1)) }
	}
	doubling := graph(1, 60, []byte{2}, long(1))
	doubling = append(doubling, 0, 1, 0)
	for i := range 59 {
		doubling = append(doubling, 0, 2, 11, byte(i), 11, byte(i))
	}
	doubling = append(doubling, 11, 59, 10, 0)
	deep := graph(1, n, []byte{2}, long(1), []byte{0, 1, 0})
	for i := range n - 1 {
		deep = varint(append(deep, 0, 1, 11), uint64(i))
	}
	deep = append(varint(append(deep, 11), n-1), 10, 0)
	for name, data := range map[string][]byte{
		"nothing":              {},
		"another version":      {9, 4, 0},
		"no root":              graph(0, 0),
		"more than a root":     graph(0, 0, []byte{0, 0}),
		"many shells":          {1, 4, 0xff, 0xff, 0xff, 0xff, 0x0f},
		"a huge list":          graph(1, 0, []byte{0}, varint(nil, 1<<40), []byte{10, 0}),
		"a huge dict":          graph(1, 0, []byte{1}, []byte{255, 255, 255, 255, 255, 255, 255, 255}, []byte{10, 0}),
		"a list of unset":      graph(1, 0, []byte{0, 1, 9, 10, 0}),
		"a tuple in itself":    graph(0, 1, []byte{0, 1, 11, 0, 11, 0}),
		"a node further on":    graph(0, 2, []byte{0, 1, 11, 1, 0, 1, 0, 11, 0}),
		"a list as key":        graph(2, 0, []byte{0, 0, 2}, long(1), []byte{10, 0, 10, 1}),
		"a key twice":          graph(1, 0, []byte{2}, long(2), []byte{0, 0, 10, 0}),
		"equal keys":           graph(1, 0, []byte{2}, long(2), []byte{3, 2, 5, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 10, 0}),
		"ints that collide":    collide(n, intKey(32)),
		"ints in one bucket":   collide(n, intKey(20)),
		"a doubling key":       doubling,
		"a deep key":           deep,
		"a function of no one": {1, 3, 0, 0, 0, 0, 0, 0, 0, 0},
		"nothing to call":      {1, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0},
		"step 0":               graph(0, 0, []byte{16, 0, 2, 0}),
		"an unknown name":      graph(0, 1, []byte{5, 2, 'x', 'y', 11, 0}),
		"an unknown type":      graph(0, 1, []byte{7, 2, 'x', 'y', 0, 11, 0}),
		"a pattern of nothing": graph(0, 1, append(varint([]byte{7}, 10), "re.pattern\x00\x0b\x00"...)),
		"a method of None":     graph(0, 1, []byte{4, 1, 'x', 0, 11, 0}),
		"a field as a method":  graph(0, 2, []byte{1, 0, 1, 1, 'x', 0, 4, 1, 'x', 11, 0, 11, 1}),
		"fields out of order":  graph(0, 1, []byte{1, 0, 2, 1, 'b', 0, 1, 'a', 0, 11, 0}),
	} {
		_, err := p.dec.Value(data, true)
		require.Error(t, err, name)
		var flaw *wire.Flaw
		require.ErrorAs(t, err, &flaw, name)
		t.Logf("%s: %v", name, err)
	}
	_, err := p.dec.Task([]byte{1, 3, 0, 0, 0, 0, 0, 0, 0, 0})
	require.EqualError(t, err, "message from another process: what is to be called is no function")
	for i := range 200 { // numbers of anything without anything behind
		data := append([]byte{1, 4}, varint(nil, uint64(i)<<(i%60))...)
		_, err := p.dec.Value(append(data, strconv.Itoa(i)...), true)
		require.Error(t, err)
	}
}
