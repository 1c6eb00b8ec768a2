package eval_test

import (
	"sync"
	"testing"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// handOver hands a function over, freezes as go.starlark.net does, and finds functions
// in containers.
func handOver(thread *starlark.Thread, fn starlark.Value) *eval.Function {
	var h *eval.Handover
	var visit func(v starlark.Value)
	visit = func(v starlark.Value) {
		switch v := v.(type) {
		case *eval.Function:
			h.Function(v)
			return
		case *starlark.Dict:
			for _, e := range v.Entries() {
				visit(e)
			}
		case *starlark.List:
			for i := range v.Len() {
				visit(v.Index(i))
			}
		}
		v.Freeze()
	}
	h = eval.NewHandover(thread, 0, visit)
	defer h.Close()
	return h.Function(fn.(*eval.Function))
}

// A snapshot has the names as they were, also those that functions it reaches use,
// and equals the original.
func TestSnapshot(t *testing.T) {
	const src = `
x = 1
def helper():
    return x
def f():
    return x, helper(), later()
def later():
    return x
views = [view(f)]
x = 2
views.append(view(f))
assert_(views[0] == f and views[1] == f and f == views[0], "a snapshot equals its original")
assert_(views[0] in {f: 1}, "and hashes like it")
assert_(f() == (2, 2, 2), "the script's own name sees live names")
got = [v() for v in views]
same = view(f) == view(f)
`
	var made []*eval.Function
	thread := &starlark.Thread{}
	names := starlark.StringDict{
		"view": host("view", func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			v := handOver(thread, args[0])
			made = append(made, v)
			return v, nil
		}),
		"assert_": host("assert_", func(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			require.True(t, bool(args[0].Truth()), args[1].String())
			return starlark.None, nil
		}),
	}
	globals, err := run(t, thread, src, names)
	require.NoError(t, err)
	require.Equal(t, "[(1, 1, 1), (2, 2, 2)]", globals["got"].String())
	require.Same(t, made[1], made[2], "of unchanged names one snapshot is made")
	require.Same(t, made[1], made[3])
	require.NotSame(t, made[0], made[1])
}

// The main script goes on to assign names, captured variables and elements while
// other threads call what it handed over, in every way a function can be reached.
func TestSnapshotsBesideAssignments(t *testing.T) {
	var wg sync.WaitGroup
	names := starlark.StringDict{
		"start": host("start", func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			fn := handOver(thread, args[0])
			for range 2 {
				wg.Go(func() {
					own := &starlark.Thread{}
					for range 50 {
						v, err := starlark.Call(own, fn, nil, nil)
						if err != nil || v.String() != args[1].String() {
							t.Error(v, err)
						}
					}
				})
			}
			return starlark.None, nil
		}),
	}
	_, err := run(t, &starlark.Thread{}, `
n = 0
def read():
    return n
table = {"f": read, "l": [read]}
def inner(k):
    v = k
    def get():
        return v, n
    start(get, (k, n))
    for i in range(200):
        v = i
    return get
def use():
    return n, read(), table["f"](), table["l"][0](), [f() for f in table["l"]], sorted([1], key=lambda x: read())
for i in range(30):
    n = i
    start(use, (n, n, n, n, [n], [1]))
    inner(i)
    for j in range(100):
        n = j
`, names)
	require.NoError(t, err)
	wg.Wait()
}

// A function that names itself, or its sibling, has a snapshot too.
func TestSnapshotOfCycles(t *testing.T) {
	thread := &starlark.Thread{}
	globals, err := run(t, thread, `
def make():
    def even(n):
        return True if n == 0 else odd(n - 1)
    def odd(n):
        return False if n == 0 else even(n - 1)
    return even
even = make()
chain = None
for i in range(20000):
    def link(next=chain):
        return next
    chain = link
`, nil)
	require.NoError(t, err)
	even := handOver(thread, globals["even"])
	v, err := starlark.Call(&starlark.Thread{}, even, starlark.Tuple{starlark.MakeInt(11)}, nil)
	require.NoError(t, err)
	require.Equal(t, starlark.False, v)
	handOver(thread, globals["chain"]) // with a stack of its own
	globals["even"].Freeze()           // ends, too
}
