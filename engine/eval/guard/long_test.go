package guard_test

import (
	"fmt"
	"runtime"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// TestDifferLong compares with go.starlark.net where operands are so long that the
// package goes its own way.
func TestDifferLong(t *testing.T) {
	const n = 4200
	numbers := func(from, by int64) *starlark.List {
		v, err := builtin("list").CallInternal(nil, starlark.Tuple{rangeOf(from, from+n*by, by)}, nil)
		require.NoError(t, err)
		return v.(*starlark.List)
	}
	call := func(fn *starlark.Builtin, args ...starlark.Value) starlark.Value {
		v, err := fn.CallInternal(new(starlark.Thread), args, nil)
		require.NoError(t, err)
		return v
	}
	a, b := numbers(0, 1), numbers(3000, 2)
	s1, s2 := call(builtin("set"), a), call(builtin("set"), b)
	pairs1, pairs2 := call(builtin("zip"), a, a), call(builtin("zip"), b, a)
	d1, d2 := call(builtin("dict"), pairs1), call(builtin("dict"), pairs2)
	mixed := starlark.NewList([]starlark.Value{starlark.None, list(0)})
	for i := range n {
		_ = mixed.Append(starlark.MakeInt(i))
	}
	strs := call(method(starlark.String(strings.Repeat("ab,", n)), "split"), starlark.String(","))
	long := starlark.String(strings.Repeat("éx ", n))
	cutset := starlark.String("é x" + strings.Repeat("日本", 200) + "\xff")

	for _, op := range append(operators, comparisons...) {
		if op == syntax.STAR { // makes too much for the test
			continue
		}
		for _, x := range []starlark.Value{s1, s2, d1, d2, a, strs} {
			for _, y := range []starlark.Value{s2, d2, clone(a), call(builtin("set"), a), starlark.MakeInt(4199)} {
				do := func(binary func(syntax.Token, starlark.Value, starlark.Value) (starlark.Value, error), compare func(syntax.Token, starlark.Value, starlark.Value) (bool, error)) string {
					return outcome(func() (starlark.Value, error) {
						if op >= syntax.EQL && op <= syntax.NEQ || op == syntax.LT || op == syntax.GT || op == syntax.LE || op == syntax.GE {
							return boolean(compare(op, x, y))
						}
						return binary(op, x, y)
					})
				}
				same(t, fmt.Sprint(x.Type(), op, y.Type()), do(starlark.Binary, starlark.Compare), do(plenty().Binary, plenty().Compare))
			}
		}
	}
	for _, c := range []struct {
		x    starlark.Value
		name string
		args starlark.Tuple
	}{
		{nil, "list", starlark.Tuple{a}}, {nil, "list", starlark.Tuple{rangeOf(n)}}, {nil, "list", starlark.Tuple{d1}},
		{nil, "list", starlark.Tuple{call(method(long, "codepoints"))}}, {nil, "tuple", starlark.Tuple{call(method(long, "elems"))}},
		{nil, "sorted", starlark.Tuple{b}}, {nil, "sorted", starlark.Tuple{mixed}}, {nil, "sorted", starlark.Tuple{strs}},
		{nil, "sorted", starlark.Tuple{strs, builtin("len"), starlark.True}}, {nil, "reversed", starlark.Tuple{a}},
		{nil, "enumerate", starlark.Tuple{a, starlark.MakeInt(7)}}, {nil, "zip", starlark.Tuple{a, b, rangeOf(1 << 62)}},
		{nil, "zip", starlark.Tuple{a, call(method(long, "codepoints"))}}, {nil, "zip", starlark.Tuple{rangeOf(1 << 62), starlark.None}},
		{nil, "set", starlark.Tuple{a}}, {nil, "set", starlark.Tuple{mixed}}, {nil, "set", starlark.Tuple{pairs1}}, {nil, "dict", starlark.Tuple{pairs2}},
		{nil, "dict", starlark.Tuple{d1}}, {nil, "dict", starlark.Tuple{a}}, {nil, "bytes", starlark.Tuple{a}}, {nil, "all", starlark.Tuple{a}},
		{nil, "any", starlark.Tuple{a}}, {nil, "max", starlark.Tuple{a}}, {nil, "min", starlark.Tuple{mixed}},
		{a, "index", starlark.Tuple{starlark.MakeInt(4199)}}, {a, "index", starlark.Tuple{starlark.MakeInt(7), starlark.MakeInt(8)}},
		{a, "index", starlark.Tuple{starlark.MakeInt(7), starlark.MakeInt(-4195), starlark.MakeInt(-4190)}},
		{a, "index", starlark.Tuple{starlark.MakeInt(7), starlark.None, starlark.String("x")}}, {a, "remove", starlark.Tuple{starlark.MakeInt(4150)}},
		{a, "remove", starlark.Tuple{starlark.MakeInt(-5)}}, {mixed, "remove", starlark.Tuple{list(0)}}, {mixed, "index", starlark.Tuple{list(0)}},
		{a, "extend", starlark.Tuple{b}}, {a, "extend", starlark.Tuple{rangeOf(n)}}, {a, "extend", starlark.Tuple{starlark.None}},
		{d1, "update", starlark.Tuple{d2}}, {d1, "update", starlark.Tuple{d1}}, {d1, "update", starlark.Tuple{pairs2}}, {d1, "update", starlark.Tuple{a}},
		{s1, "union", starlark.Tuple{a, b}}, {s1, "union", starlark.Tuple{a, starlark.None}}, {s1, "update", starlark.Tuple{s1}},
		{s1, "intersection", starlark.Tuple{b}}, {s1, "difference", starlark.Tuple{b}}, {s1, "symmetric_difference", starlark.Tuple{b}},
		{s1, "issubset", starlark.Tuple{a}}, {s1, "issuperset", starlark.Tuple{a}}, {s1, "issuperset", starlark.Tuple{mixed}},
		{long, "join", starlark.Tuple{strs}}, {long, "join", starlark.Tuple{mixed}}, {starlark.String(","), "join", starlark.Tuple{call(method(long, "elems"))}},
		{long, "strip", starlark.Tuple{cutset}}, {long + "y" + long, "strip", starlark.Tuple{cutset}}, {long + "y" + long, "lstrip", starlark.Tuple{cutset}},
		{"\xff\xf0" + long + "y\xff", "rstrip", starlark.Tuple{cutset}}, {"\xff\xf0\uFFFD" + long + "y\xff", "lstrip", starlark.Tuple{cutset}},
		{long, "split", starlark.Tuple{starlark.None, starlark.MakeInt(4150)}}, {long, "split", starlark.Tuple{starlark.None, starlark.MakeInt(1 << 40)}},
		{long, "rsplit", starlark.Tuple{starlark.None, starlark.MakeInt(4150)}}, {long, "rsplit", starlark.Tuple{starlark.None, starlark.MakeInt(50000)}},
		{long, "split", starlark.Tuple{starlark.String("x"), starlark.MakeInt(4150)}}, {long, "rsplit", starlark.Tuple{starlark.String("x"), starlark.MakeInt(4150)}},
		{long, "rsplit", starlark.Tuple{starlark.String("x"), starlark.MakeInt(50000)}},
		{long, "startswith", starlark.Tuple{starlark.Tuple(append(make([]starlark.Value, 0, 20), strsOf(strs)[:20]...))}},
		{long, "endswith", starlark.Tuple{starlark.Tuple(append(strsOf(strs)[:20:20], long))}},
		{long, "endswith", starlark.Tuple{starlark.Tuple(append(strsOf(strs)[:20:20], starlark.None)), starlark.MakeInt(3), starlark.MakeInt(2)}},
	} {
		fn := func() *starlark.Builtin {
			if c.x == nil {
				return builtin(c.name)
			}
			return method(clone(c.x), c.name)
		}
		f, g := fn(), fn()
		args1, args2 := cloneAll(c.args), cloneAll(c.args)
		want := outcome(func() (starlark.Value, error) { return f.CallInternal(new(starlark.Thread), args1, nil) })
		got := outcome(func() (starlark.Value, error) { return plenty().Call(new(starlark.Thread), g, args2, nil) })
		if want != got || fmt.Sprint(f.Receiver()) != fmt.Sprint(g.Receiver()) {
			t.Errorf("%s(%.60s): got %.200s, want %.200s", c.name, c.args, got, want)
		}
	}
}

func strsOf(x starlark.Value) []starlark.Value {
	var list []starlark.Value
	for v := range x.(*starlark.List).Elements() {
		list = append(list, v)
	}
	return list
}

// sizeOf is about how many bytes of the heap a value takes by itself.
func sizeOf(v starlark.Value) int64 {
	switch v := v.(type) {
	case starlark.String:
		return int64(len(v))
	case starlark.Bytes:
		return int64(len(v))
	case *starlark.List:
		return 16 * int64(v.Len())
	case starlark.Tuple:
		return 16 * int64(len(v))
	case *starlark.Dict:
		return 70 * int64(v.Len())
	case *starlark.Set:
		return 70 * int64(v.Len())
	}
	return 0
}

// differLimits does an operation within a small budget: what is admitted fits, and
// what is refused would have been large.
func differLimits(t *testing.T, seed uint64) {
	m := newMaker(seed)
	b := &guard.Budget{Max: int64(1 + m.IntN(2000))}
	x, y := m.large(), m.large()
	op := operators[m.IntN(len(operators))]
	v, err := b.Binary(op, x, y)
	refused := errorIsLimit(err)
	if !refused && sizeOf(v) > max(b.Max, sizeOf(x), sizeOf(y)) {
		t.Fatalf("%.100s %s %.100s makes %d bytes, limit is %d", x, op, y, sizeOf(v), b.Max)
	}
	if refused && op != syntax.PIPE && op != syntax.CIRCUMFLEX { // of which equal elements are not known
		if v, err := starlark.Binary(op, x, y); err == nil && 3*sizeOf(v) <= b.Max {
			t.Fatalf("%.100s %s %.100s makes %d bytes, limit is %d, but is refused", x, op, y, sizeOf(v), b.Max)
		}
	}
	has, ok := x.(starlark.HasAttrs)
	if !ok || len(has.AttrNames()) == 0 {
		return
	}
	names := has.AttrNames()
	fn := method(x, names[m.IntN(len(names))])
	args := starlark.Tuple{y, m.large(), m.large()}[:m.IntN(4)]
	before := x
	v, err = b.Call(new(starlark.Thread), fn, args, nil)
	if err != nil || strings.Contains("popitem rpartition", fn.Name()) { // they share what is there
		return
	}
	most := max(b.Max, sizeOf(before))
	for _, x := range args {
		most = max(most, sizeOf(x))
	}
	if sizeOf(v) > most {
		t.Fatalf("%.100s.%s%.200s makes %d bytes, limit is %d", before, fn.Name(), args, sizeOf(v), b.Max)
	}
}

func errorIsLimit(err error) bool {
	_, ok := err.(*guard.LimitError)
	return ok
}

// large returns a value whose parts may be large.
func (m maker) large() starlark.Value {
	n := m.IntN(60)
	switch m.IntN(8) {
	case 0:
		return starlark.String(strings.Repeat(m.text(), n))
	case 1:
		return starlark.Bytes(strings.Repeat(m.text(), n))
	case 2:
		return starlark.NewList(repeated(m.flat(), n))
	case 3:
		return starlark.Tuple(repeated(m.value(2), n))
	case 4:
		s := new(starlark.Set)
		for i := range n {
			_ = s.Insert(starlark.MakeInt(i))
		}
		return s
	case 5:
		d := new(starlark.Dict)
		for i := range n {
			_ = d.SetKey(starlark.MakeInt(i), starlark.None)
		}
		return d
	case 6:
		return starlark.String(m.text())
	}
	return starlark.MakeInt(n)
}

func repeated(v starlark.Value, n int) []starlark.Value {
	list := make([]starlark.Value, n)
	for i := range list {
		list[i] = v
	}
	return list
}

func TestLimits(t *testing.T) {
	for seed := range uint64(20_000) {
		differLimits(t, seed)
	}
}

func FuzzLimits(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) { differLimits(t, seed) })
}

// TestEstimates holds what a collection is said to take against what it does.
func TestEstimates(t *testing.T) {
	const n = 200_000
	thread := new(starlark.Thread)
	for _, c := range []struct {
		name string
		size int64
		x    starlark.Value
	}{
		{"list", 16, rangeOf(n)},
		{"list", 80, rangeOf(1<<40, 1<<40+n)},
		{"tuple", 16, rangeOf(n)},
		{"enumerate", 72, rangeOf(n)},
		{"zip", 56, rangeOf(n)},
		{"set", 150, rangeOf(n)},
	} {
		limit := &guard.Budget{Max: n*c.size - 1}
		_, err := limit.Call(thread, builtin(c.name), starlark.Tuple{c.x}, nil)
		require.ErrorContains(t, err, fmt.Sprintf(" of %d elements needs ", n))
		var before, after runtime.MemStats
		runtime.GC()
		runtime.ReadMemStats(&before)
		v, err := plenty().Call(thread, builtin(c.name), starlark.Tuple{c.x}, nil)
		require.NoError(t, err)
		runtime.GC()
		runtime.ReadMemStats(&after)
		used := int64(after.HeapAlloc) - int64(before.HeapAlloc)
		runtime.KeepAlive(v)
		t.Logf("%s: %d bytes an element, estimate %d", c.name, used/n, c.size)
		require.LessOrEqual(t, used, n*c.size+1<<16)
		require.Greater(t, 3*used, n*c.size)
	}
}
