package engine_test

import (
	"strings"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// Publish freezes what a task's function can reach, and nothing else. In these
// scripts "hot" is reached and "cold" is not; f is run as a task.
func TestPublishReach(t *testing.T) {
	for name, src := range map[string]string{
		"a global that the code names": `
def f():
    return hot`,
		"an attribute of a global": `
def f():
    return hot.index`,
		"a global in a condition that is never met": `
def f():
    if False:
        hot.append(1)`,
		"a global by way of a helper": `
def helper():
    return len(hot)
def f():
    return helper()`,
		"a helper of a helper, defined later": `
def f():
    return a()
def a():
    return b()
def b():
    return len(hot)`,
		"helpers that call each other": `
def f(n=0):
    return g() if n else len(hot)
def g():
    return f(1)`,
		"a nested def": `
def f():
    def inner():
        def innermost():
            return hot
        return innermost
    return inner()()`,
		"a lambda in the code": `
def f():
    return (lambda: len(hot))()`,
		"a comprehension in the code": `
def f():
    return [x for x in hot]`,
		"a lambda in a dict": `
table = {"a": [lambda: len(hot)]}
def f():
    return table["a"][0]()`,
		"a default": `
def f(x=hot):
    return len(x)`,
		"a default of a nested function": `
def f():
    def inner(x=hot):
        return len(x)
    return inner()`,
		"a closure": `
def make(captured):
    def inner():
        return len(captured)
    return inner
f = make(hot)`,
		"a closure of a closure": `
def make(captured):
    def inner():
        def innermost():
            return len(captured)
        return innermost
    return inner
f = make(hot)`,
		"a bound method": `
f = hot.index`,
		"a bound method in a global": `
method = hot.index
def f():
    return method`,
		"a decorator's closure": `
def decorator(fn):
    kept = hot
    def wrapper():
        kept
        return fn()
    return wrapper
@decorator
def f():
    return 1`,
		"what a decorated function names": `
def decorator(fn):
    return lambda: fn()
@decorator
def f():
    return len(hot)`,
		"a list in a tuple in a dict": `
outer = {1: (hot,)}
def f():
    return outer`,
		"a loaded function's default is the script's": `
load("lib.star", "keep")
f = keep(hot)`,
		"a function in a function's default": `
def f(g=lambda: len(hot)):
    return g()`,
		"a group": `
g = threadgroup()
g.register(len, hot)
def f():
    return g.name`,
		"a group's own task": `
g = threadgroup()
g.register(lambda: hot)
def f():
    return g.execute`,
		"results": `
results = threadgroup().map(lambda: hot, []) + threaded_execution([lambda: hot])
def f():
    return len(results)`,
		"one result": `
r = attempt(lambda: hot)
def f():
    return r.result`,
		"a function with arguments": `
fn = create_function(len, hot)
def f():
    return fn`,
		"an f-string": `
def f():
    return f"{hot}"`,
		"an assert": `
def f():
    assert hot == []`,
		"an augmented assignment to an element": `
def f():
    attempt(lambda: hot)`,
		"a policy's predicate": `
policy = retry(1, if_error=lambda e: hot)
def f():
    return policy`,
	} {
		t.Run(name, func(t *testing.T) {
			src := "hot = []\ncold = []\nf = None\n" + strings.TrimSpace(src) + "\nthreadgroup(check=False).map(lambda _: f(), [1])\n"
			res, _, err := source(t, src, engine.Options{FS: fstest.MapFS{"lib.star": {Data: []byte(`
def keep(x):
    return lambda: len(x)
`)}}})
			require.NoError(t, err)
			require.ErrorContains(t, res.Globals["hot"].(*starlark.List).Append(starlark.None), "frozen")
			require.NoError(t, res.Globals["cold"].(*starlark.List).Append(starlark.None))
		})
	}
}

// What a task cannot reach stays mutable: in these scripts that is "cold".
func TestPublishLeaves(t *testing.T) {
	for name, src := range map[string]string{
		"a global that no code of the task names": `
def other():
    return cold
threaded_execution([lambda: 1])`,
		"a global that the function's own name hides": `
def f(cold=1):
    return cold
threaded_execution([f])`,
		"a local name": `
def f():
    cold = 5
    return cold
threaded_execution([f])`,
		"a name in a default's expression": `
def f(n=len(cold)):
    return n
threaded_execution([f])`,
		"a name in a string": `
threaded_execution([lambda: "cold"])`,
		"a keyword of a call": `
threaded_execution([lambda: dict(cold=1)])`,
		"an attribute": `
threaded_execution([lambda: attempt(lambda: [].cold)])`,
		"the list that held a map's items": `
cold.extend([[1], [2]])
threadgroup().map(lambda x: x, cold)`,
		"what a task returned": `
cold = threaded_execution([lambda: []])[0].result`,
		"what a task's task returned": `
cold = threaded_execution([lambda: threaded_execution([lambda: []])[0].result])[0].result`,
		"the list of functions": `
cold.append(lambda: 1)
threaded_execution(cold)`,
		"a dict of keyword arguments": `
g = threadgroup()
arguments = {"x": 1}
g.register(lambda x: x, **arguments)
g.execute()
cold.append(arguments.update(y=2))`,
		"what was registered and never run": `
g = threadgroup()
g.register(lambda: cold)
threaded_execution([lambda: 1])`,
		"what the function was given before a rebinding": `
def f():
    return hot
first = cold
hot = first
hot = []
threaded_execution([f])`,
		"an attempt": `
attempt(lambda: cold)`,
		"a decorator that is only called": `
def decorator(fn):
    cold.append(1)
    return fn
@decorator
def f():
    return 1
threaded_execution([f])`,
	} {
		t.Run(name, func(t *testing.T) {
			res, _, err := source(t, "cold = []\n"+strings.TrimSpace(src)+"\ncold.append(1)\n", engine.Options{})
			require.NoError(t, err)
			require.NoError(t, res.Globals["cold"].(*starlark.List).Append(starlark.None))
		})
	}
}

// A structure may be deeper than a goroutine's stack.
func TestPublishDeep(t *testing.T) {
	for name, wrap := range map[string]string{
		"list":     "[deep]",
		"dict":     "{1: deep}",
		"tuple":    "(deep, 1)",
		"closure":  "(lambda x: lambda: x)(deep)",
		"default":  "lambda x=deep: x",
		"function": "create_function(len, deep)",
	} {
		t.Run(name, func(t *testing.T) {
			n := "1000000"
			if raceEnabled {
				n = "200000"
			}
			_, _, err := source(t, `
deep = [1]
bottom = deep
for _ in range(`+n+`):
    deep = `+wrap+`
def f():
    deep
    return 1
threaded_execution([f])
error = attempt(bottom.append, 1).error
assert "frozen" in str(error)
deep = None
`, engine.Options{})
			require.NoError(t, err)
		})
	}
}

// Nested functions name themselves and each other, in circles that go by cells.
func TestPublishCircles(t *testing.T) {
	_, _, err := source(t, `
def make():
    own = []
    def even(n):
        own
        return True if n == 0 else odd(n - 1)
    def odd(n):
        return False if n == 0 else even(n - 1)
    def itself(n):
        return 0 if n == 0 else itself(n - 1)
    table = {}
    table["self"] = lambda: len(table)
    circle = [even, odd, itself, table]
    circle.append(circle)
    def all():
        return even(10), odd(10), itself(10), table["self"](), len(circle)
    return all, own

f, own = make()
assert threaded_execution([f])[0].result == (True, False, 0, 1, 5)
assert "frozen" in attempt(own.append, 1).error.message
`, engine.Options{})
	require.NoError(t, err)
}

// The globals of a loaded file are frozen when it returns, reached or not.
func TestPublishLoaded(t *testing.T) {
	_, _, err := source(t, `
load("lib.star", "open", "change", "peek")
assert peek() == 1
assert "frozen" in attempt(open.append, 1).error.message
assert "frozen" in attempt(change).error.message
assert threaded_execution([peek])[0].result == 1
open.append(1)
`, engine.Options{FS: fstest.MapFS{"lib.star": {Data: []byte(`
open = []
_closed = [0]
_closed.append(1)
def change():
    _closed.append(2)
def peek():
    return _closed[-1]
`)}}})
	require.EqualError(t, err, `cannot append to list "open": it was loaded from another file, so it is frozen; copy it first: open = list(open)`)
}
