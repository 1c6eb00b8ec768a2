package threadgroup_test

import (
	"strings"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// rules are scripts that would race, or go wrong, without the rule above each.
// They are to be run with the race detector.
var rules = map[string]string{
	// What a task can reach is frozen: even to iterate a list that is not frozen
	// writes to it.
	"readers of one list": `
l = [1, 2, 3]
d = {"a": 1}
s = set([1])
def f(x):
    n = 0
    for _ in range(50):
        n += len([y for y in l]) + len([k for k in d]) + len([y for y in s]) + len(sorted(l)) + len(str(d))
    return n
assert len(set(threadgroup(max_workers=8).map(f, range(16)).values())) == 1
`,
	"writers of one list": `
l = [1]
d = {}
def f(x):
    for _ in range(50):
        attempt(l.append, x)
        attempt(d.update, {x: x})
    l.append(x)
results = threadgroup(max_workers=8, check=False).map(f, range(16))
assert l == [1] and d == {}
assert all(["frozen" in e.message for e in results.errors]) and len(results.errors) == 16
`,
	// So are globals that its code names, by way of other functions too.
	"writers by way of a helper": `
l = []
def helper(x):
    l.append(x)
table = {"f": [lambda x: helper(x)]}
def f(x):
    table["f"][0](x)
results = threadgroup(max_workers=8, check=False).map(f, range(16))
assert len(results.errors) == 16 and l == []
`,
	// And what a task hands to others while it goes on.
	"an owner that goes on": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8)
@main.register
def owner():
    own = [1]
    shared.register(lambda: len([x for x in own]))
    failed = 0
    for i in range(200):
        failed += 0 if attempt(own.append, i).ok else 1
    return failed
for _ in range(4):
    @main.register
    def other():
        for _ in range(50):
            attempt(shared.execute)
assert main.execute()[0].result == 200
assert shared.execute().values() == [1]
`,
	"an owner of arguments": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8)
@main.register
def owner():
    own = [1]
    shared.register(len, own)
    shared.task(len, args=[own])
    shared.update_fn_args(len, own)
    shared.register(sorted, [3, 1], key=lambda x: len(own))
    return len([i for i in range(200) if attempt(own.append, i).ok])
for _ in range(4):
    @main.register
    def other():
        for _ in range(50):
            attempt(shared.execute)
assert main.execute()[0].result == 0
assert shared.execute().values() == [1, 1, [3, 1]]
`,
	// What a shared group's tasks return is frozen before anyone can see it.
	"results of a shared group": `
shared = threadgroup(max_workers=2)
shared.register(lambda: [1, 2])
main = threadgroup(max_workers=8)
@main.register
def owner():
    appended = 0
    for i in range(50):
        r = attempt(shared.execute).get()
        if r:
            appended += 1 if attempt(r[0].result.append, 1).ok else 0
    return appended
for _ in range(3):
    @main.register
    def other():
        for _ in range(100):
            for r in shared.results:
                len([x for x in r.result])
assert main.execute()[0].result == 0
`,
	// A slot of a captured variable is two machine words: others see a snapshot, and
	// its owner may go on to assign it.
	"a captured variable that is assigned": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8, check=False)
@main.register
def owner():
    x = [0]
    shared.register(lambda: len(x))
    for i in range(200):
        x = [i, i]
@main.register
def sooner():
    shared.register(lambda: len(y))
    y = [1]
@main.register
def loops():
    for z in range(10):
        shared.register(lambda: z)
for _ in range(4):
    @main.register
    def other():
        for _ in range(50):
            attempt(shared.execute)
            [attempt(f.fn) for f in shared.functions]
assert main.execute().ok
assert len(shared.functions) == 12
results = shared.execute()
assert sorted([r.result for r in results if r.ok]) == [0, 1] + list(range(1, 10)) # as they were handed over
assert ["local variable y" in e.message for e in results.errors] == [True]
`,
	"a value with such a function": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8, check=False)
@main.register
def owner():
    x = [0]
    nested = {"k": (1, [lambda: x])}
    a = attempt(shared.register, len, nested)
    b = attempt(shared.register, len, threadgroup().map(lambda f: 1, [nested]))
    inner = threadgroup()
    inner.register(lambda: x)
    c = attempt(shared.register, inner)
    for i in range(200):
        x = [i]
    return a.ok, b.ok, c.ok
for _ in range(2):
    @main.register
    def other():
        for _ in range(50):
            attempt(shared.execute)
            str(shared.results)
assert main.execute()[0].result == (True, True, True)
`,
	// Groups have a lock: many tasks register, look and run at once.
	"one group for all": `
shared = threadgroup(check=False, max_workers=3)
def leaf(n=0):
    return [n]
shared.register(leaf)
def f(n):
    for i in range(20):
        shared.register(leaf, n)
        attempt(shared.update_fn_args, leaf, i)
        attempt(shared.execute)
        shared.map(leaf, range(3))
        len(str(shared.results)), len(shared.functions), shared.running, shared.executed, shared.get_results().asdict()
    return len(shared.functions) > 20
assert all(threadgroup(max_workers=8).map(f, range(8)).values())
assert len(shared.functions) == 161
`,
	// Results are handed back, not copied: only the owner sees them, so they stay mutable.
	"results handed back": `
def leaf(n):
    return [n]
def f(n):
    values = threadgroup(max_workers=2).map(leaf, range(5)).values()
    for v in values:
        v.append(n)
    return values
for values in threadgroup(max_workers=8).map(f, range(20)).values():
    values.append(1)
    values[0].append(2)
`,
	// Functions of helpers are handed over as well.
	"predicates and deferred calls": `
seen = []
def again(e):
    len([x for x in seen])
    return True
def f(n):
    defer(lambda: len([x for x in seen]))
    fail("no")
g = threadgroup(max_workers=8, check=False, retry=retry(2, wait=0, if_error=again))
g.map(f, range(16))
g.map(f, range(16))
assert [r.attempts for r in g.results] == [3] * 16
`,
	"a policy's predicate": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8)
@main.register
def owner():
    own = [1]
    shared.task(lambda: fail("x"), retry=retry(1, wait=0, if_error=lambda e: len([x for x in own]) < 0))
    return len([i for i in range(2000) if attempt(own.append, i).ok])
for _ in range(4):
    @main.register
    def other():
        for _ in range(100):
            attempt(shared.execute)
assert main.execute()[0].result == 0
`,
	"a decorator's predicate": `
shared = threadgroup(check=False)
main = threadgroup(max_workers=8)
@main.register
def owner():
    own = [1]
    decorate = threadgroup().task(retry=retry(1, wait=0, if_error=lambda e: len([x for x in own]) < 0))
    shared.register(lambda: decorate(fail))
    return len([i for i in range(2000) if attempt(own.append, i).ok])
for _ in range(4):
    @main.register
    def other():
        for _ in range(100):
            attempt(shared.execute)
assert main.execute()[0].result == 0
`,
	"the function of a shared group's results": `
shared = threadgroup(max_workers=2, check=False)
main = threadgroup(check=False)
@main.register
def owner():
    x = 0
    def f(y):
        return x
    attempt(shared.map, f, [1])
    for i in range(20000):
        x = [i]
@main.register
def other():
    for _ in range(3000):
        for r in shared.results:
            r.function(1)
main.execute()
`,
}

// Functions of a script that Go calls at once are threads beside each other.
func TestRulesOfCalls(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
	require.NoError(t, err)
	script, err := eng.Compile("rule.star", []byte(`
g = threadgroup("g", check=False)
def owner():
    own = [1]
    g.register(lambda: len(own))
    return len([i for i in range(20000) if attempt(own.append, i).ok])
def other():
    n = 0
    for _ in range(500):
        n += len(attempt(g.execute).get([]))
    return n
`))
	require.NoError(t, err)
	res, err := eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	var wg sync.WaitGroup
	for _, name := range []string{"owner", "other", "owner", "other"} {
		wg.Go(func() {
			if _, err := res.Call(t.Context(), name); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
}

func TestRules(t *testing.T) {
	for name, src := range rules {
		t.Run(name, func(t *testing.T) {
			eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
			require.NoError(t, err)
			script, err := eng.Compile("rule.star", []byte(strings.TrimSpace(src)))
			require.NoError(t, err)
			for range 3 {
				_, err = eng.Run(t.Context(), script, engine.Input{})
				require.NoError(t, err)
			}
		})
	}
}
