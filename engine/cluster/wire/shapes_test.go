package wire_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// shapes has a function of each kind; each "# call:" is one to be made of the function above it.
const shapes = `
def plain(a, b=2, *c, d=4, **e): return (a, b, c, d, e)
def nothing(): pass
def doc(x):
    "What it is for."
    return x * 2
total = 3
names = ["a", "b"]
def uses(): return total + len(names)
def even(n): return n == 0 or odd(n - 1)
def odd(n): return n != 0 and even(n - 1)
def outer(k):
    seen = {"k": k}
    def inner(x, y=[k]):
        return (x, y, seen, k, inner == fns[0])
    fns = [inner]
    return inner
inner = outer(7)
square = lambda x: x * x
adders = [lambda x, i=i: x + i for i in range(3)]
def make(i): return lambda x: x + i
makers = {str(i): make(i) for i in range(3)}
def all_adders(x): return [f(x) for f in adders] + [f(x) for f in makers.values()]
bag = struct(f=square, more=(odd, len, "x".join, names.index))
def in_bag(x): return (bag.f(x), bag.more[0](3), bag.more[1]("abc"), bag.more[2](["1", "2"]), bag.more[3]("b"))
def twice(f):
    def wrapper(*args): return (f(*args), f(*args))
    return wrapper
@twice
def decorated(x): return x + 1
def decoder(s): return json.decode(s)
dec = {"d": json.decode, "m": math, "t": time}
def by_name(s): return (dec["d"](s), dec["m"].floor(1.5), dec["t"].duration if hasattr(dec["t"], "duration") else None, hash("a"))
def fails(n):
    if n == 0:
        return names[99]
    return [fails(n - 1)  for _ in range(1)]
def asserts(x):
    assert x == total, f"x is {x}"
def changes(): names.append("c")
def misspelt(): return names.apend
def bad_args(): return plain()
def deep(n): return deep(n + 1)
def divides(x): return f"{1 // x:>5}|" + str(x)
def unset(): return later
def early():
    def first(): return second()
    fs = [first]
    return first
    second = None
early_one = early()
def prints(x): print("x is", x); return None
ship = vessel("Argo")
def sails(): return (ship, ship.sail(), ship == ship)
move = ship.sail
def moves(): return move()
ranges = (range(3), range(1, 9, 3), range(0, -5, -2), "ab".elems(), "äb".codepoints(), b"ab".elems(), "ab".elem_ords())
def ranged(): return [list(r) if type(r) != "string.elems" else r for r in ranges] + [ranges]
when = time.parse_time("2026-03-01T10:00:00+01:00")
zoned = time.from_timestamp(1700000000).in_location("Europe/Berlin")
def times(): return (when, zoned, zoned.format("15:04 MST"), zoned + time.parse_duration("4400h"), time.hour * 3)
loop = []
loop.append({"loop": loop, "t": (loop,)})
def loops(): return (loop[0]["loop"] == None, loop, loop[0]["t"][0][0]["t"])
shared = [1]
pair = (shared, shared, {"a": shared})
def is_shared(a, b): return [a, b]
pattern = re.compile("(a+)b", re.I)
def matches(s): return (pattern.search(s), pattern)
def host_given(): return (given, args)
def recursive_lambda(n): return (lambda f, n: f(f, n))(lambda f, n: 1 if n < 2 else n * f(f, n - 1), n)
def nested():
    def a():
        def b():
            def c(): return total + len(names)
            return c
        return b
    return a()()()
def returns_function(x): return lambda y: x + y
def kinds(f): return [type(f), str(f), f == square]
def attempts():
    r = attempt(fails, 0)
    return (r.ok, r.error.kind, r.error.message, r.error.traceback)
def group_inside(n):
    g = threadgroup(name="g")
    return g.map(square, range(n)).values()
def group_fails(n):
    g = threadgroup(name="g")
    return g.map(fails, range(n)).values()
def exits(): exit(3)
def fails_with(x): fail("no", x)
later = 1
`

var calls = []struct {
	fn   string
	args string
}{
	{"plain", `(1,)`}, {"plain", `(1, 2, 3, 4)`}, {"plain", `()`}, {"nothing", `()`}, {"nothing", `(1,)`}, {"doc", `(4,)`}, {"uses", `()`},
	{"even", `(10,)`}, {"odd", `(7,)`}, {"inner", `(1,)`}, {"square", `(5,)`}, {"square", `("a",)`}, {"all_adders", `(10,)`},
	{"in_bag", `(3,)`}, {"decorated", `(1,)`}, {"decorated", `()`}, {"decoder", `('{"a": [1]}',)`}, {"decoder", `('{',)`}, {"by_name", `("[1]",)`},
	{"fails", `(0,)`}, {"fails", `(3,)`}, {"asserts", `(3,)`}, {"asserts", `(4,)`}, {"changes", `()`}, {"misspelt", `()`}, {"bad_args", `()`},
	{"deep", `(0,)`}, {"divides", `(3,)`}, {"divides", `(0,)`}, {"unset", `()`}, {"early_one", `()`}, {"prints", `([1],)`}, {"sails", `()`},
	{"moves", `()`}, {"ranged", `()`}, {"times", `()`}, {"loops", `()`}, {"is_shared", `(1, 2)`}, {"matches", `("xaab",)`}, {"host_given", `()`},
	{"recursive_lambda", `(10,)`}, {"nested", `()`}, {"returns_function", `(1,)`}, {"attempts", `()`}, {"group_inside", `(4,)`},
	{"group_fails", `(4,)`}, {"exits", `()`}, {"fails_with", `(1,)`},
}

// Calls on a worker come to what they come to here: values, output, errors and where they are.
func TestShapes(t *testing.T) {
	w := newWorld(t, shapes).worker(options())
	for _, c := range calls {
		args, err := starlark.Eval(new(starlark.Thread), "", c.args, nil)
		require.NoError(t, err)
		o := w.same(w.function(c.fn), args.(starlark.Tuple), nil)
		t.Logf("%s%s = %s%s", c.fn, c.args, o.Value, o.Error)
	}
	kwargs := []starlark.Tuple{{starlark.String("z"), starlark.Float(1)}, {starlark.String("d"), starlark.MakeInt(5)}}
	w.same(w.function("plain"), starlark.Tuple{starlark.None}, kwargs)
}
