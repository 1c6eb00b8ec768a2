package remote_test

import (
	"testing"

	"github.com/stretchr/testify/require"
)

// What a script prints, and how it ends, does not depend on where its tasks run.
func TestSame(t *testing.T) {
	for name, script := range map[string]string{
		"results": `
g = threadgroup()
factor = 3
@g.register
def one(): return [1, {"a": (2, "ä")}]
@g.register(4, by=factor)
def times(n, by=1): return n * by * factor
print(g.execute())
print(g.results[0].result)
g.results[0].result.append("mine")
print(g.results.asdict(), g.results[0].fn_name, g.results[1].args, g.results[1].kwargs)
`,
		"failures": `
g = threadgroup(check=False)
@g.register
def bad(): return inner(1)
def inner(x): return x / 0
@g.register
def ugly(): fail("boom", 3)
@g.register
def good(): return 7
r = g.execute()
print(r)
for e in r.errors: print(e.kind, e.message, e.traceback, e.task)
print(r.ok, [x.status for x in r])
`,
		"stops": `
g = threadgroup()
@g.register
def bad(): return {}["x"]
@g.register
def good(): return 7
g.execute()
`,
		"map": `
g = threadgroup()
print(g.map(lambda x, y, z=0: (x * x + y, z), range(50), range(100, 150), z=9).values())
`,
		"imap": `
g = threadgroup(check=False)
def f(x):
    if x % 7 == 3: fail("no %d" % x)
    return x + 1
print([r.get(None) for r in g.imap(f, range(100))])
print(sorted([r.result for r in g.imap_unordered(lambda x: -x, range(100))]))
`,
		"frozen": `
g = threadgroup(check=False)
seen = []
@g.register
def f(): seen.append(1)
print(g.execute()[0].error.message)
`,
		"task": `
g = threadgroup("named", retry=retry(2, wait=0.001))
@g.task(name="who", timeout=30)
def f():
    t = current_task()
    if t.attempt < 3: fail("again")
    return t.name, t.group, t.attempt, t.max_attempts, t.cancelled, 20 < t.remaining
r = g.execute()[0]
print(r, r.attempts, len(r.error.attempts) if r.error else None)
`,
		"timeout": `
g = threadgroup(check=False, timeout=0.05)
@g.register
def busy():
    for i in range(1000000000): pass
@g.register
def sleepy(): time.sleep(60)
for r in g.execute(): print(r.status, r.error.kind, r.error.message)
`,
		"deadline": `
g = threadgroup(check=False, deadline=0.1)
@g.register
def busy():
    for i in range(1000000000): pass
for r in g.execute(): print(r.status, r.error.kind, r.error.message)
`,
		"dependencies": `
g = threadgroup(check=False)
@g.register
def a(): return 1
@g.task(after=[a])
def b(): return 2
@g.register
def c(): fail("c")
@g.task(after=[c])
def d(): return 4
print(g.execute())
g2 = threadgroup()
x = g2.submit(a)
y = g2.submit(lambda p, q: p + q, x, 10)
print(g2.wait(), y.result)
`,
		"max_failures": `
g = threadgroup(check=False, max_failures=1, max_workers=1)
def f(x): fail("x%d" % x)
print([r.status for r in g.map(f, range(3))])
`,
		"race": `
g = threadgroup()
def f(s):
    time.sleep(s)
    return s
print(g.race(f, [30, 0.01, 20]).result)
`,
		"exit": `
g = threadgroup()
@g.register
def f(): exit(7)
@g.register
def h(): time.sleep(60)
g.execute()
`,
		"defer": `
g = threadgroup(max_workers=1)
@g.register
def f():
    defer(print, "deferred")
    print("first")
@g.register
def h():
    defer(lambda: fail("late"))
g.execute()
`,
		"nested": `
def child(n): return n * 10
def parent(n):
    inner = threadgroup("inner")
    return inner.map(child, range(n)).values()
g = threadgroup("outer")
print(g.map(parent, [1, 2, 3]).values())
inner = threadgroup("global")
@inner.register
def leaf(): return "leaf"
outer = threadgroup("outest")
@outer.register
def use(): return inner.execute()[0].result + " " + inner.name
print(outer.execute())
print(inner.executed, inner.results)
print(outer.submit(inner).wait().result)
`,
		"flow": `
ring = keyring(orders=list, total=int)
v = create_vault(ring, "v")
g = threadgroup()
@g.register
@v.manual(input=ring.orders, output=ring.total)
def add_up(orders): return len(orders)
@g.register
@v.manual(output=ring.orders)
def load_orders(): return [1, 2, 3]
print(g.plan())
print(g.execute())
print(v.asdict())
`,
		"vault": `
ring = keyring(a=int, b=key(str, can_be_none=True), c=list)
v = create_vault(ring, "v")
v.insert("a", 1)
g = threadgroup(check=False)
def f(n):
    v.insert(ring.b, "text %d" % n)
    return v.get("a"), ring.b in v, "c" in v, v.get("c", default=None), v["b"], len(v), str(v), v.name, sorted(v.asdict().items())
print(g.submit(f, 1).wait())
r = g.submit(f, 2).wait()
print(r.error.message)
print(g.submit(lambda: v.insert("a", "no")).wait().error.message)
print(v.asdict())
`,
		"counter": `
c = counter()
g = threadgroup()
def f(x):
    c.add("k%d" % (x % 3), x)
    return c.add("all")
got = g.map(f, range(30)).values()
print(sorted(got) == list(range(1, 31)), sorted(dict(c).items()), c.total())
def look(): return "k1" in c, c["k1"], len(c), sorted(list(c)), c.most_common(1), type(c), bool(c)
print(g.submit(look).wait().result)
`,
		"groups inside": `
g = threadgroup("g")
def tree(depth):
    if depth == 0: return 1
    l, r = g.submit(tree, depth - 1), g.submit(tree, depth - 1)
    return l.wait().result + r.wait().result
print(g.submit(tree, 4).wait().result)
`,
		"attempt": `
g = threadgroup()
@g.register
def f():
    r = attempt(lambda: fail("x"))
    return r.error.message, r.status
print(g.execute()[0].result)
`,
		"large": `
inner = threadgroup()
def big(n): return "x" * n
@threadgroup("g").register
def unused(): pass
g = threadgroup()
def outer(): return [len(s) for s in inner.map(big, [1000000, 2, 600000]).values()]
print(g.submit(outer).wait().result)
`,
		"args": `
g = threadgroup()
@g.register
def f(): return args
print(g.execute()[0].result)
`,
		"cache": `
@cache
def slow(x): return x * 2
g = threadgroup()
print(g.map(lambda x: slow(x % 3), range(9)).values())
`,
		"modules": `
pattern = re.compile("a+")
g = threadgroup()
@g.register
def f(): return pattern.findall("aab"), json.encode({"a": 1}), math.floor(2.5), hashlib.sha256("x").hexdigest()[:8]
print(g.execute()[0].result)
`,
	} {
		t.Run(name, func(t *testing.T) {
			h, _ := same(t, script)
			require.NotZero(t, h.started.Load())
		})
	}
}
