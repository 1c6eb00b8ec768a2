package eval_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// host makes a built-in of a Go function.
func host(name string, fn func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error)) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return fn(thread, args)
	})
}

func TestSupported(t *testing.T) { require.NoError(t, eval.Supported()) }

// Host code sees every script function on the stack, where it is right now.
func TestCallStack(t *testing.T) {
	var seen []string
	look := host("look", func(thread *starlark.Thread, _ starlark.Tuple) (starlark.Value, error) {
		for _, c := range thread.CallStack() {
			seen = append(seen, fmt.Sprintf("%s %d:%d", c.Name, c.Pos.Line, c.Pos.Col))
		}
		require.Equal(t, len(seen), thread.CallStackDepth())
		require.Equal(t, "g", thread.CallFrame(1).Name)
		return starlark.None, nil
	})
	thread := &starlark.Thread{}
	_, err := run(t, thread, `
def g():
    look()
def f(x):
    return sorted([x], key=lambda y: g())
f(1)
`, starlark.StringDict{"look": look})
	require.NoError(t, err)
	require.Equal(t, []string{"<toplevel> 6:2", "f 5:18", "sorted 0:0", "lambda 5:39", "g 3:9", "look 0:0"}, seen)
	require.Zero(t, thread.CallStackDepth())
}

// An error knows its stack and its cause, also through Go code that calls back.
func TestErrors(t *testing.T) {
	boom := errors.New("boom")
	names := starlark.StringDict{
		"fail_": host("fail_", func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) { return nil, boom }),
		"apply": host("apply", func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
			return starlark.Call(thread, args[0], args[1:], nil)
		}),
	}
	thread := &starlark.Thread{}
	globals, err := run(t, thread, `
done = [1]
def f(x):
    for i in done:
        fail_()
apply(f, 2)
never = 1
`, names)
	var e *starlark.EvalError
	require.ErrorAs(t, err, &e)
	require.ErrorIs(t, err, boom)
	require.Equal(t, "boom", e.Msg)
	require.Equal(t, "Traceback (most recent call last):\n  t.star:6:6: in <toplevel>\n  <builtin>: in apply\n  t.star:5:14: in f\nError in fail_: boom", e.Backtrace())
	require.NotContains(t, globals, "never")
	require.NoError(t, globals["done"].(*starlark.List).Append(starlark.None), "the loop's iterator is closed")
	require.Zero(t, thread.CallStackDepth())
	v, err := starlark.Call(thread, globals["f"], starlark.Tuple{starlark.None}, nil)
	require.Nil(t, v)
	require.EqualError(t, err, "boom")
}

// A panic in host code is an error of kind panic with the script's stack; the thread
// and what was iterated over stay usable.
func TestPanic(t *testing.T) {
	names := starlark.StringDict{
		"oops": host("oops", func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) { panic("no!") }),
	}
	thread := &starlark.Thread{}
	globals, err := run(t, thread, `
l = [1, 2]
def g(x):
    for x in l:
        [oops() for _ in l]
def f():
    g(1)
`, names)
	require.NoError(t, err)
	for range 3 {
		_, err = starlark.Call(thread, globals["f"], nil, nil)
		var p *eval.PanicError
		require.ErrorAs(t, err, &p)
		require.Equal(t, "panic in built-in oops: no!", p.Error())
		require.Contains(t, string(p.Stack), "eval_test.go")
		var e *starlark.EvalError
		require.ErrorAs(t, err, &e)
		require.Equal(t, "Traceback (most recent call last):\n  t.star:7:6: in f\n  t.star:5:14: in g\nError in oops: panic in built-in oops: no!", e.Backtrace())
		require.Zero(t, thread.CallStackDepth())
		require.NoError(t, globals["l"].(*starlark.List).SetIndex(0, starlark.None))
	}
	_, err = eval.Call(thread, names["oops"], nil, nil)
	require.EqualError(t, err, "panic in built-in oops: no!")
}

// A cancel stops loops and calls at once, whoever asks for it.
func TestCancel(t *testing.T) {
	for name, src := range map[string]string{
		"while":         "while True: pass",
		"for":           "for i in range(1 << 30): pass",
		"comprehension": "[None for i in range(1 << 30) if False]",
		"nested":        "def f(n):\n    return 1 if n == 0 else f(n - 1) + f(n - 1)\nf(60)",
		"sort":          "x = sorted([i * 7919 % 1000003 for i in range(3000000)], key=lambda i: (i, i))",
	} {
		t.Run(name, func(t *testing.T) {
			thread := &starlark.Thread{}
			var at time.Time
			stop := time.AfterFunc(50*time.Millisecond, func() {
				at = time.Now()
				thread.Cancel("enough")
			})
			defer stop.Stop()
			_, err := run(t, thread, src, nil)
			require.EqualError(t, err, "Starlark computation cancelled: enough")
			require.Less(t, time.Since(at), 10*time.Second)
		})
	}
}

// Steps grow with the work, are the same each time, and their limit is exact.
func TestSteps(t *testing.T) {
	steps := func(src string, max uint64) (uint64, error) {
		thread := &starlark.Thread{}
		if max > 0 {
			thread.SetMaxExecutionSteps(max)
		}
		_, err := run(t, thread, src, nil)
		return thread.ExecutionSteps(), err
	}
	few, err := steps("for i in range(100): pass", 0)
	require.NoError(t, err)
	many, err := steps("for i in range(10000): pass", 0)
	require.NoError(t, err)
	require.InDelta(t, 100, float64(many)/float64(few), 10)
	again, _ := steps("for i in range(10000): pass", 0)
	require.Equal(t, many, again)
	n, err := steps("for i in range(10000): pass", 5000)
	require.EqualError(t, err, "Starlark computation cancelled: too many steps")
	require.EqualValues(t, 5000, n)
	n, err = steps("x = [0] * 1000000", 0)
	require.NoError(t, err)
	require.Greater(t, n, uint64(1000), "what makes a lot takes steps")
}

func TestDepth(t *testing.T) {
	thread := &starlark.Thread{}
	eval.Prepare(thread, eval.Settings{MaxDepth: 100})
	globals, err := run(t, thread, "def f(n):\n    return n if n == 0 else f(n - 1)\nf(97)\n", nil)
	require.NoError(t, err)
	_, err = starlark.Call(thread, globals["f"], starlark.Tuple{starlark.MakeInt(100)}, nil)
	require.EqualError(t, err, "maximum recursion depth exceeded (100 calls)")
	var kind interface{ Kind() string }
	require.ErrorAs(t, err, &kind)
	require.Equal(t, "limit", kind.Kind())
	// Through host code too, and far below what a goroutine's stack can hold.
	thread = &starlark.Thread{}
	eval.Prepare(thread, eval.Settings{MaxDepth: 1 << 40})
	_, err = run(t, thread, "def f(n):\n    return sorted([n], key=lambda x: f(x + 1))\nf(0)\n", nil)
	require.ErrorContains(t, err, "maximum recursion depth exceeded")
	deep := strings.Repeat("[", 60) + "f()" + strings.Repeat("]", 60)
	_, err = run(t, thread, "def f():\n    return "+deep+"\nf()\n", nil)
	require.ErrorContains(t, err, "maximum recursion depth exceeded")
}

// A failed unpacking leaves the list as it was.
func TestUnpackingLeavesNothingBehind(t *testing.T) {
	thread := &starlark.Thread{}
	globals, err := run(t, thread, "l = [1, 2, 3]\ndef f(n):\n    a, b = l\n", nil)
	require.NoError(t, err)
	_, err = starlark.Call(thread, globals["f"], starlark.Tuple{starlark.None}, nil)
	require.EqualError(t, err, "too many values to unpack (got 3, want 2)")
	require.NoError(t, globals["l"].(*starlark.List).Append(starlark.None))
}

// A program is compiled once and runs on many threads; so does a function whose
// module has ended.
func TestManyThreads(t *testing.T) {
	p := compile(t, `
def make(n):
    total = 0
    def add(x):
        return n + x
    for i in range(100):
        total = add(total)
    return total, add
def use(n):
    t, add = make(n)
    return t == 100 * n and add(1) == n + 1 and sorted([3, 1, n])[0] == 1 and {n: n}[n] == n
ok = all([use(n) for n in range(1, 20)])
`, nil, nil)
	globals, err := p.Init(&starlark.Thread{}, nil)
	require.NoError(t, err)
	globals.Freeze()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			thread := &starlark.Thread{}
			for n := range 50 {
				v, err := starlark.Call(thread, globals["use"], starlark.Tuple{starlark.MakeInt(n + 2)}, nil)
				if err != nil || v != starlark.True {
					t.Error(i, n, v, err)
				}
			}
			if g, err := p.Init(&starlark.Thread{}, nil); err != nil || g["ok"] != starlark.True {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

// A function looks to Go code as go.starlark.net's does.
func TestFunction(t *testing.T) {
	const src = `
def outer(free):
    def f(a, b=2, *args, c, d=4, **kwargs):
        "doc"
        return free
    return f
f = outer(1)
`
	tree, err := options.Parse("t.star", src, 0)
	require.NoError(t, err)
	p, err := starlark.FileProgram(tree, func(string) bool { return false })
	require.NoError(t, err)
	theirs, err := p.Init(&starlark.Thread{}, nil)
	require.NoError(t, err)
	ours, err := run(t, &starlark.Thread{}, src, nil)
	require.NoError(t, err)
	a, b := theirs["f"].(*starlark.Function), ours["f"].(*eval.Function)
	require.Equal(t, a.String(), b.String())
	require.Equal(t, a.Type(), b.Type())
	require.Equal(t, a.Doc(), b.Doc())
	require.Equal(t, a.Position(), b.Position())
	require.Equal(t, a.NumParams(), b.NumParams())
	require.Equal(t, a.NumKwonlyParams(), b.NumKwonlyParams())
	require.Equal(t, a.HasVarargs(), b.HasVarargs())
	require.Equal(t, a.HasKwargs(), b.HasKwargs())
	for i := range a.NumParams() {
		name, pos := a.Param(i)
		n, q := b.Param(i)
		require.Equal(t, name, n)
		require.Equal(t, pos, q)
		require.Equal(t, a.ParamDefault(i), b.ParamDefault(i))
	}
	require.Equal(t, a.NumFreeVars(), b.NumFreeVars())
	bind, v := a.FreeVar(0)
	name, pos, w := b.FreeVar(0)
	require.Equal(t, bind.Name, name)
	require.Equal(t, bind.Pos, pos)
	require.Equal(t, v, w)
	h, _ := a.Hash()
	k, _ := b.Hash()
	require.Equal(t, h, k)
	eq, err := starlark.Equal(b, ours["f"])
	require.True(t, eq && err == nil)
	eq, err = starlark.Equal(b, ours["outer"])
	require.False(t, eq || err != nil)
	_, err = starlark.Compare(syntax.LT, b, b)
	require.EqualError(t, err, "function < function not implemented")
}
