//go:build linux && !race

package main

import (
	"bytes"
	"context"
	"fmt"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests try to make tg die, hang, or eat the machine. Each script runs in a
// process of its own whose address space has an end, on Linux, where a process can
// be given one; what is promised holds everywhere.

const (
	// spaceKiB is the address space of a process: what the Go runtime and the small
	// ints of go.starlark.net reserve are almost 6 GiB of it, used or not.
	spaceKiB = 7 << 20

	// tolerance is how much later than promised a process may end on a machine that has
	// other things to do: what hangs takes for ever.
	tolerance = 15 * time.Second
)

// A limited runs scripts with the limits of its flags.
type limited struct {
	tg    string
	flags []string
}

// buildTg builds the program that the tests run: the test program itself may be one
// with the race detector, which needs more address space than there is.
func buildTg(t *testing.T) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), "tg")
	out, err := exec.Command("go", "build", "-o", path, ".").CombinedOutput()
	require.NoError(t, err, string(out))
	return path
}

// An ended is how a process came to its end.
type ended struct {
	status   int
	out, err string
	took     time.Duration
}

// run runs a script, and fails the test if the process dies.
func (l limited) run(t *testing.T, script string, flags ...string) ended {
	t.Helper()
	return l.runFile(t, write(t, "x.star", script), flags...)
}

func (l limited) runFile(t *testing.T, file string, flags ...string) ended {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	defer cancel()
	args := []string{"-c", fmt.Sprintf(`ulimit -v %d && exec "$@"`, spaceKiB), "sh", l.tg, "exec"}
	args = append(append(append(args, l.flags...), flags...), file)
	cmd := exec.CommandContext(ctx, "sh", args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	began := time.Now()
	err := cmd.Run()
	e := ended{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String(), time.Since(began)}
	require.NoError(t, ctx.Err(), "hangs")
	if err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError))
	}
	if died.MatchString(e.err) || e.status < 0 || e.status == 2 {
		t.Fatalf("the process died after %s with status %d:\n%.1000s", e.took, e.status, e.err)
	}
	return e
}

// died finds what the Go runtime says when a process dies, and a Go panic that was caught.
var died = regexp.MustCompile(`(?m)^(fatal error|runtime|panic|goroutine \d+ .*|SIG.*): |panic in built-in`)

// beside is a script in which one task does what follows def big():, and others do
// their work.
func beside(body string, options string) string {
	return fmt.Sprintf(`
group = threadgroup(%s)
@group.register
def big():
%s
@group.register
def small():
    return "small"
for r in group.execute():
    print(r.name, r.status, r.result if r.ok else r.error.kind)
    if not r.ok:
        print(r.error.message)
`, options, indented(body))
}

func indented(body string) string {
	return "    " + strings.ReplaceAll(strings.Trim(body, "\n"), "\n", "\n    ")
}

// room is said where what there is already, and what is to be made, is too much.
const room = `memory limit of 256.0 MiB reached: .* are in use, and .* more are needed at once`

// TestLimitsTooBig: what would not fit is refused before it is made, as an error of
// its task; other tasks have their results.
func TestLimitsTooBig(t *testing.T) {
	tg := limited{buildTg(t), []string{"--max-memory", "256M", "-q"}}
	for _, c := range []struct{ name, body, want string }{
		{"repeat list", `[0] * (1 << 29)`, `list of 536870912 elements needs 8.0 GiB, limit is 256.0 MiB`},
		{"repeat tuple", `(1 << 29) * (0,)`, `tuple of 536870912 elements needs 8.0 GiB, limit is 256.0 MiB`},
		{"repeat string", "s = 'x' * (1 << 20)\ns * 200 + s * 200", room},
		{"list", `list(range(1 << 40))`, `list of 1099511627776 elements needs .* TiB, limit is 256.0 MiB`},
		{"call", "def f(*args): pass\nf(*range(1 << 40))", `.* needs .* TiB, limit is 256.0 MiB`},
		{"call built-in", "max(*range(1 << 40))", `.* needs .* TiB, limit is 256.0 MiB`},
		{"extend range", "x = []\nx += range(1 << 40)", `list of 1099511627776 elements needs .* TiB, limit is 256.0 MiB`},
		{"extend method", "[].extend(range(1 << 40))", `list of 1099511627776 elements needs .* TiB, limit is 256.0 MiB`},
		{"double list", "x = [0] * 1000\nfor _ in range(60):\n    x += x", room},
		{"double list by +", "x = [0] * 1000\nfor _ in range(60):\n    x = x + x", room},
		{"double tuple", "x = (0,)\nfor _ in range(60):\n    x += x", room},
		{"double string", "x = 'x'\nfor _ in range(60):\n    x += x", room},
		{"join", `",".join(["x" * (1 << 20)] * (1 << 20))`, `string of \d+ bytes needs 1.0 TiB, limit is 256.0 MiB`},
		{"replace", `("x" * (1 << 20)).replace("", "y" * (1 << 20))`, `string of \d+ bytes needs 1.0 TiB, limit is 256.0 MiB`},
		{"percent", `("%s" * 1000) % tuple(["x" * (1 << 22)] * 1000)`, `text needs at least .*iB, limit is 256.0 MiB`},
		{"format", `("{0}" * 10000).format("x" * (1 << 20))`, `text needs at least .*iB, limit is 256.0 MiB`},
		{"repr shared", "x = [0]\nfor _ in range(60):\n    x = [x, x]\nrepr(x)", `text needs at least .*iB, limit is 256.0 MiB`},
		{"str shared tuple", "x = (0,)\nfor _ in range(60):\n    x = (x, x)\nstr(x)", `text needs at least .*iB, limit is 256.0 MiB`},
		{"print references", "x = 'x' * (1 << 20)\nprint([x] * 1000000)", `text needs at least .*iB, limit is 256.0 MiB`},
		{"fail references", "x = 'x' * (1 << 20)\nfail([x] * 1000000)", `text needs at least .*iB, limit is 256.0 MiB`},
		{"f-string", "x = 'x' * (100 << 20)\nf'{x}{x}{x}'", `.*needs.*iB, limit is 256.0 MiB`},
		{"json shared", "x = [0]\nfor _ in range(60):\n    x = [x, x]\njson.encode(x)", `text needs at least .*iB, limit is 256.0 MiB`},
		{"slice", `("x" * (1 << 27))[::-1] * 3`, room},
		{"split", `("x," * (1 << 24)).split(",")`, `list of 16777217 elements needs .*iB, limit is 256.0 MiB`},
		{"elems", `list(("x" * (1 << 24)).elems())`, `list of 16777216 elements needs .*iB, limit is 256.0 MiB`},
		{"set", `set(range(1 << 40))`, `set of 1099511627776 elements needs .* TiB, limit is 256.0 MiB`},
		{"set union", `set([1]).union(range(1 << 40))`, `set of 1099511627777 elements needs .* TiB, limit is 256.0 MiB`},
		{"dict", `dict(zip(range(1 << 40), range(1 << 40)))`, `list of 1099511627776 elements needs .* TiB, limit is 256.0 MiB`},
		{"enumerate", `enumerate(range(1 << 62))`, `list of 4611686018427387904 elements needs 8.0 EiB, limit is 256.0 MiB`},
		{"sorted", `sorted(range(1 << 62))`, `list of 4611686018427387904 elements needs 8.0 EiB, limit is 256.0 MiB`},
		{"reversed", `reversed(range(1 << 62))`, `list of 4611686018427387904 elements needs 8.0 EiB, limit is 256.0 MiB`},
		{"huge list", `list(range(1 << 62))`, `list of 4611686018427387904 elements needs 8.0 EiB, limit is 256.0 MiB`},
		{"zip", `zip(range(1 << 62), range(1 << 62))`, `list of 4611686018427387904 elements needs 8.0 EiB, limit is 256.0 MiB`},
		{"bytes", `bytes(range(1 << 62))`, `bytes of 4611686018427387904 bytes needs 4.0 EiB, limit is 256.0 MiB`},
		{"range steps", "x = range(1)\nfor _ in range(10):\n    x = x[::8192]", `range whose step has more than 64 bits`},
		{"square", "x = 3\nwhile True:\n    x *= x", `int of \d+ bits, limit is \d+`},
		{"shift", "x = 1\nwhile True:\n    x <<= 511", `int of \d+ bits, limit is \d+`},
		{"int", `int("9" * 10000000)`, `int of \d+ bits, limit is \d+`},
		{"bound method", "f = ('x' * (1 << 20)).replace\nf('', 'y' * (1 << 20))", `string of \d+ bytes needs 1.0 TiB, limit is 256.0 MiB`},
		{"method as a key", "x = 'y' * (1 << 20)\nsorted([[x] * 1000], key = x.join)", `string of \d+ bytes needs .* GiB, limit is 256.0 MiB`},
		{"method of attempt", "x = 'y' * (1 << 20)\nattempt(x.join, [x] * 1000)", `string of \d+ bytes needs .* GiB, limit is 256.0 MiB`},
		{"method of map", "x = 'y' * (1 << 20)\nthreadgroup().map(x.join, [[x] * 1000])", `thread group "group 1": 1 of 1 tasks failed`},
		{"hash shared", "x = (0,)\nfor _ in range(60):\n    x = (x, x)\n{x: 1}", `hash of more than \d+ values`},
		{"recursion", "def f(n): return f(n + 1)\nf(0)", `maximum recursion depth exceeded.*`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, beside(c.body, "check=False"))
			require.Regexp(t, "^big failed (limit|error)\n"+c.want+"\nsmall ok small\n$", e.out, "%.500s", e.err)
		})
	}
}

// TestLimitsGrowth: what grows by and by is met when it is too much.
func TestLimitsGrowth(t *testing.T) {
	tg := limited{buildTg(t), []string{"--max-memory", "128M", "-q"}}
	for name, body := range map[string]string{
		"append":        "x = []\nwhile True:\n    x.append('x' * 1000 + str(len(x)))",
		"comprehension": "[str(i) * 100 for i in range(1 << 40)]",
		"dict":          "x = {}\nfor i in range(1 << 40):\n    x[i] = [i]",
		"set":           "x = set()\nfor i in range(1 << 40):\n    x.add(str(i))",
		"closures":      "x = []\nfor i in range(1 << 40):\n    x.append(lambda: i)",
		"strings":       "x = []\nwhile True:\n    x.append('x' * (4 << 20) + str(len(x)))",
		"extend":        "x = []\nwhile True:\n    x += [0] * 100000",
		"deep list":     "x = []\nwhile True:\n    x = [x]",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, beside(body, "check=False"))
			t.Logf("took %s", e.took)
			if e.status == 0 {
				require.Regexp(t, "^big failed limit\n.*\nsmall ok small\n$", e.out)
				return
			}
			require.Equal(t, 1, e.status, "%.500s", e.err)
			require.Contains(t, e.err, "memory limit of 128.0 MiB reached", "%.500s", e.err)
		})
	}
}

// TestLimitsWork: what would be the end of the process, but can be done, is done.
func TestLimitsWork(t *testing.T) {
	tg := limited{buildTg(t), []string{"--max-memory", "2G", "-q"}}
	for _, c := range []struct{ name, script, want string }{
		{"function that names itself", `
def outer():
    def f(n): return 0 if n == 0 else f(n - 1)
    return f
f = outer()
print(threadgroup().map(lambda n: f(n), [1, 2]).values())
print(threadgroup().map(f, [1, 2]).values())
`, "[0, 0]\n[0, 0]\n"},
		{"siblings", `
def outer():
    def even(n): return True if n == 0 else odd(n - 1)
    def odd(n): return False if n == 0 else even(n - 1)
    return [even, odd]
fs = outer()
print(threadgroup().map(lambda n: fs[0](n), [4, 5]).values())
`, "[True, False]\n"},
		{"freeze a deep list", `
x = []
for _ in range(2000000):
    x = [x]
print(threadgroup().map(lambda i: len(x) + i, [1, 2]).values())
`, "[2, 3]\n"},
		{"freeze a deep tuple", `
x = ()
for _ in range(2000000):
    x = (x,)
print(threadgroup().map(lambda i: len(x) + i, [1, 2]).values())
`, "[2, 3]\n"},
		{"freeze a shared tuple", `
x = ()
for _ in range(60):
    x = (x, x)
print(threadgroup().map(lambda i: len(x) + i, [1, 2]).values())
`, "[3, 4]\n"},
		{"freeze a deep dict", `
x = {}
for _ in range(1000000):
    x = {1: x}
print(threadgroup().map(lambda i: len(x) + i, [1, 2]).values())
`, "[2, 3]\n"},
		{"functions that hold functions", `
def wrap(f): return lambda: f
f = None
for _ in range(300000):
    f = wrap(f)
print(threadgroup().map(lambda i: type(f), [1]).values())
`, "[\"function\"]\n"},
		{"a deep value as argument and result", `
def deep(x):
    for _ in range(1000000):
        x = [x]
    return x
x = threadgroup().map(deep, [[]]).values()[0]
print(len(threadgroup().map(lambda v: v, [x]).values()))
`, "1\n"},
		{"failed unpacking", `
l = [1, 2, 3]
def bad():
    a, b = l
print(attempt(bad).ok)
l.append(4)
def worse():
    for a, b in [l]: pass
print(attempt(worse).ok)
l.append(5)
def nested():
    [a, (b, c)] = [1, l]
print(attempt(nested).ok)
l.append(6)
print(l)
`, "False\nFalse\nFalse\n[1, 2, 3, 4, 5, 6]\n"},
		{"a failed loop", `
l = [1, 2, 3]
def bad():
    for x in l:
        fail("no")
print(attempt(bad).ok)
print(attempt(lambda: [1 // 0 for x in l]).ok)
print(attempt(lambda: sorted(l, key = lambda x: 1 // 0)).ok)
print(attempt(lambda: max(l, key = lambda x: 1 // 0)).ok)
l.append(4)
print(l)
`, "False\nFalse\nFalse\nFalse\n[1, 2, 3, 4]\n"},
		{"recursion", `
def f(n): return 0 if n == 0 else 1 + f(n - 1)
print(f(9000))
`, "9000\n"},
		{"rsplit", `print("a b c".rsplit(None, 1 << 40), "a b".rsplit(None, (1 << 63) - 1))`, "[\"a\", \"b\", \"c\"] [\"a\", \"b\"]\n"},
		{"zip ends with the shorter", `print(zip(range(1 << 62), [1, 2]))`, "[(0, 1), (1, 2)]\n"},
		{"set methods without an argument", `
s = set([1])
print([attempt(f).error.message for f in [s.issubset, s.issuperset, s.difference, s.intersection, s.symmetric_difference]][0])
`, "issubset: got 0 arguments, want 1\n"},
		{"a list in itself", "x = [1]\nx.append(x)\nprint(x, '%s' % [x], attempt(lambda: x == x).ok)", "[1, [...]] [[1, [...]]] False\n"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, c.script)
			require.Equal(t, c.want, e.out, "%.500s", e.err)
			require.Zero(t, e.status)
		})
	}
}

// TestLimitsDeep: a structure millions deep is handled, or refused.
func TestLimitsDeep(t *testing.T) {
	tg := limited{buildTg(t), []string{"--max-memory", "2G", "-q"}}
	for name, c := range map[string]struct{ make, use string }{
		"hash":            {"x = (x,)", "{x: 1}"},
		"hash in a set":   {"x = (x,)", "set([x])"},
		"compare lists":   {"x = [x]", "x == [x]"},
		"compare tuples":  {"x = (x,)", "x < (x,)"},
		"json.encode":     {"x = [x]", "json.encode(x)"},
		"repr":            {"x = [x]", "len(repr(x))"},
		"str of a tuple":  {"x = (x,)", "len(str(x))"},
		"print":           {"x = [x]", "print(x)"},
		"percent":         {"x = [x]", "len('%s' % [x])"},
		"format":          {"x = [x]", "len('{}'.format(x))"},
		"fail":            {"x = [x]", "fail(x)"},
		"dict":            {"x = {1: x}", "len(str(x))"},
		"in":              {"x = [x]", "x in [1, [x]]"},
		"index":           {"x = [x]", "[1, x].index([x])"},
		"task's result":   {"x = [x]", "print(threadgroup().map(lambda i: x, [1]))"},
		"error's text":    {"x = [x]", "{}[(x,)]"},
		"missing key":     {"x = (x,)", "{}[x]"},
		"attempt":         {"x = [x]", "print(attempt(lambda: fail(x)))"},
		"queue of events": {"x = [x]", "print(threadgroup(check=False).map(lambda v: fail(v), [x]))"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, fmt.Sprintf("x = ()\nfor _ in range(2000000):\n    %s\n%s\nprint('done')\n", c.make, c.use), "--timeout", "20")
			t.Logf("status %d after %s: %.200s", e.status, e.took, firstLine(e.err))
			require.Contains(t, []int{0, 1}, e.status, "%.500s", e.err)
			if e.status == 0 {
				require.True(t, strings.HasSuffix(e.out, "done\n"))
			}
		})
	}
	t.Run("json.decode", func(t *testing.T) {
		e := tg.run(t, `
def bad(text): return attempt(json.decode, text).ok
print([bad(c * 2000000) for c in ["[", "{\"a\":"]], json.decode("[1]"))
`)
		require.Equal(t, "[False, False] [1]\n", e.out, e.err)
	})
}

func firstLine(s string) string {
	line, _, _ := strings.Cut(s, "\n")
	return line
}

// TestLimitsStop: a stop ends what would take for ever, whether it is the script's or
// a task's. An error of kind limit is as good an end.
func TestLimitsStop(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it runs dozens of processes, for a minute")
	}
	tg := limited{buildTg(t), []string{"--max-memory", "2G", "-q"}}
	shared := "x = (0,)\ny = (0,)\nfor _ in range(60):\n    x = (x, x)\n    y = (y, y)\n"
	wide := "x = 0\ny = 0\nfor _ in range(8):\n    x = [x] * 1000\n    y = [y] * 1000\n"
	for _, c := range []struct{ name, body string }{
		{"all", "all(range(1, 1 << 40))"},
		{"any", "any([0] + [i for i in [0]])\nany(range(0, 1 << 40, 1 << 40))\nfor _ in range(1 << 40): any([0] * 1000000)"},
		{"max", "max(range(1 << 40))"},
		{"min", "min(range(1 << 40))"},
		{"min of key", "min(range(1 << 40), key = lambda x: -x)"},
		{"sum", "sum(range(1 << 40))"},
		{"hash", shared + "{x: 1}"},
		{"look a key up", shared + "x in {}"},
		{"in a set", shared + "x in set([1])"},
		{"int of text", `int("9" * 10000000)`},
		{"int of much text", "s = '9' * 600000\nwhile True: int(s)"},
		{"str of ints", "x = 7\nfor _ in range(19): x *= x\nwhile True: str(x)"},
		{"multiply", "x = 7\nfor _ in range(18): x *= x\nwhile True: x * x"},
		{"list of long ints", "x = 7\nfor _ in range(18): x *= x\nstr([x] * 5000)"},
		{"compare wide lists", wide + "x == y"},
		{"order wide lists", wide + "x < y"},
		{"in", wide + "y in [x]"},
		{"index", wide + "[x].index(y)"},
		{"remove", wide + "[x].remove(y)"},
		{"sort", wide + "sorted([x, y])"},
		{"max of wide lists", wide + "max(x, y)"},
		{"sort many", "x = [str((i * 7919) % 1000003) for i in range(300000)]\nwhile True: sorted(x)"},
		{"sort mixed", "x = [(i * 7919) % 1000003 for i in range(300000)]\nwhile True: sorted([(v, None) for v in x])"},
		{"issuperset", "set(range(1000000)).issuperset(range(1 << 40, 1 << 41))\nwhile True: set([0]).issuperset([0] * 1000000)"},
		{"intersection", "set([0]).intersection(range(1 << 40))"},
		{"difference", "set([0]).difference(range(1 << 40))"},
		{"strip", "s = 'é' * 1000000\ns.strip('xyz' * 1000000 + 'é')"},
		{"startswith", "s = 'x' * (32 << 20)\nt = 'x' * (32 << 20 - 1) + 'y'\ns.startswith((t,) * 10000000)"},
		{"format with many names", "d = {'k%d' % i: i for i in range(100000)}\n('{k99999}' * 100000).format(**d)"},
		{"pow", "x = pow(7, 100000)\nwhile True: pow(x, 5)"},
		{"range in range", "x = (1 << 40) in range(1 << 41)\nwhile True: x"},
		{"colliding ints", "d = {}\nfor i in range(1 << 40):\n    d[i << 32] = i"},
		{"comprehension", "len([0 for i in range(1 << 40) if i < 0])"},
		{"nested comprehension", "[0 for i in range(1 << 20) for j in range(1 << 20) if j < 0]"},
		{"endless", "while True: pass"},
		{"endless recursion", "def f(n):\n    if n > 0:\n        f(n - 1)\n        f(n - 1)\nf(60)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, c.body+"\nprint('done')\n", "--timeout", "0.5")
			t.Logf("--timeout 0.5: status %d after %s", e.status, e.took)
			if e.status == 1 {
				require.Regexp(t, `int of \d+ bits|hash of more than`, e.err, "%.500s", e.out)
			}
			require.Less(t, e.took, 500*time.Millisecond+tolerance)

			e = tg.run(t, beside(c.body, "check=False, timeout=0.5"))
			t.Logf("timeout=0.5: status %d after %s", e.status, e.took)
			require.Regexp(t, "^big (timed_out timeout\ntimed out after 0.5s|failed limit\n.*|ok None)\nsmall ok small\n$", e.out, "%.500s", e.err)
			require.Less(t, e.took, 500*time.Millisecond+tolerance)
		})
	}
	t.Run("steps", func(t *testing.T) {
		t.Parallel()
		e := tg.run(t, beside("d = {}\nfor i in range(1 << 40):\n    d[i << 32] = i", "check=False"), "--max-steps", "3000")
		require.Regexp(t, "^big failed limit\nmore than 3000 steps\nsmall ok small\n$", e.out, "%.500s", e.err)
		require.Less(t, e.took, tolerance)
	})
}

// TestLimitsSource: no source makes the compiler die or hang. It compiles, or there
// is an error.
func TestLimitsSource(t *testing.T) {
	if testing.Short() {
		t.Skip("-short: it runs dozens of processes, for a minute")
	}
	tg := limited{buildTg(t), []string{"--max-memory", "4G", "--timeout", "5", "-q"}}
	times := strings.Repeat
	steps := func(open string, n int, body string) string { // one level deeper with each line
		var b strings.Builder
		for i := range n {
			b.WriteString(times(" ", i) + open + "\n")
		}
		return b.String() + times(" ", n) + body + "\n"
	}
	each := func(n int, line func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(line(i))
		}
		return b.String()
	}
	for name, source := range map[string]string{
		"sum":            "x = 1" + times("+1", 1_000_000),
		"sum of strings": "x = 'a'" + times("+'a'", 300_000),
		"sum of names":   "a = 1\nx = a" + times("+a", 300_000),
		"sum of lists":   "x = []" + times("+[]", 300_000),
		"product":        "x = 1" + times("*1", 300_000),
		"and":            "x = 1" + times(" and 1", 300_000),
		"or":             "x = 0" + times(" or 0", 300_000),
		"not":            "x = " + times("not ", 300_000) + "1",
		"minus":          "x = " + times("-", 300_000) + "1",
		"tilde":          "x = " + times("~", 300_000) + "1",
		"parentheses":    "x = " + times("(", 300_000) + "1" + times(")", 300_000),
		"tuples":         "x = " + times("(", 200_000) + "1" + times(",)", 200_000),
		"brackets":       "x = " + times("[", 300_000) + times("]", 300_000),
		"braces":         "x = " + times("{1:", 200_000) + "1" + times("}", 200_000),
		"open":           "x = " + times("([{", 300_000),
		"calls":          "def f(x): return x\nx = " + times("f(", 200_000) + "1" + times(")", 200_000),
		"call chain":     "def f(): return f\nx = f" + times("()", 300_000),
		"index":          "x = [0]\ny = " + times("x[", 200_000) + "0" + times("]", 200_000),
		"index chain":    "x = [0]\ndef f():\n return x" + times("[0]", 300_000),
		"slice chain":    "x = [0]\ny = x" + times("[:]", 200_000),
		"attributes":     "def f(x):\n return x" + times(".y", 300_000),
		"lambda":         "x = " + times("lambda:", 200_000) + "1",
		"defaults":       "x = " + times("lambda a=(", 100_000) + "1" + times("): a", 100_000),
		"ternary":        "x = " + times("1 if 0 else ", 200_000) + "2",
		"ternary left":   "x = " + times("(", 100_000) + "1" + times(" if 1 else 0)", 100_000),
		"comprehensions": "x = " + times("[y for y in ", 100_000) + "[]" + times("]", 100_000),
		"clauses":        "x = [0" + times(" for y in [1]", 100_000) + "]",
		"ifs in clauses": "x = [0 for y in [1]" + times(" if y", 200_000) + "]",
		"f-strings":      "x = " + times("f\"{", 5_000) + "1" + times("}\"", 5_000),
		"f-string":       "y = 1\nx = f\"" + times("{y}", 200_000) + "\"",
		"elif":           "x = 5\nif x == 0: pass\n" + times("elif x == 0: pass\n", 100_000),
		"if":             steps("if True:", 3000, "x = 1"),
		"else":           each(2500, func(i int) string { return times(" ", i) + "if 0: pass\n" + times(" ", i) + "else:\n" }) + times(" ", 2500) + "pass\n",
		"for":            steps("for i in [1]:", 3000, "x = 1"),
		"while":          steps("while False:", 3000, "pass"),
		"def":            steps("def f():", 2000, "pass"),
		"statements":     times("x = 1\n", 300_000),
		"one line":       times("x = 1; ", 300_000),
		"globals":        each(200_000, func(i int) string { return fmt.Sprintf("x%d = %d\n", i, i) }),
		"locals":         "def f():\n" + each(200_000, func(i int) string { return fmt.Sprintf(" x%d = %d\n", i, i) }) + "f()\n",
		"functions":      each(100_000, func(i int) string { return fmt.Sprintf("def f%d(): pass\n", i) }),
		"parameters":     "def f(" + each(100_000, func(i int) string { return fmt.Sprintf("x%d=0,", i) }) + "): pass\nf()\n",
		"arguments":      "def f(*a): pass\nf(" + times("1,", 300_000) + ")\n",
		"names":          "def f(**k): pass\nf(" + each(100_000, func(i int) string { return fmt.Sprintf("x%d=0,", i) }) + ")\n",
		"list":           "x = [" + times("1,", 500_000) + "]\n",
		"dict":           "x = {" + each(200_000, func(i int) string { return fmt.Sprintf("%d:1,", i) }) + "}\n",
		"targets":        "def f(x):\n " + times("[", 200_000) + "a" + times("]", 200_000) + " = x\n",
		"many targets":   "def f(x):\n " + times("a,", 300_000) + " = x\n",
		"decorators":     "def f(g): return g\n" + times("@f\n", 200_000) + "def g(): pass\n",
		"assert":         times("assert 1, 'x'\n", 300_000),
		"digits":         "x = " + times("9", 4_000_000),
		"hex digits":     "x = 0x" + times("f", 4_000_000),
		"float":          "x = 1." + times("9", 4_000_000),
		"string":         "x = '" + times("x", 4_000_000) + "'",
		"escapes":        "x = '" + times(`\n`, 2_000_000) + "'",
		"dedents":        times("if 1:\n  pass\n", 200_000),
		"tabs":           "if 1:\n" + times(" ", 4_000_000) + "pass\n",
		"comments":       times("#\n", 2_000_000),
		"blank":          times("\n", 4_000_000),
		"backslashes":    "x = 1" + times("\\\n", 2_000_000),
		"errors":         times("x = = 1\n", 200_000),
		"undefined":      each(300_000, func(i int) string { return fmt.Sprintf("print(y%d)\n", i) }),
		"loads":          times("load('x.star', 'y')\n", 100_000),
		"wrong bytes":    times("\xff", 4_000_000),
		"hints":          "def f(x: " + times("list[", 300_000) + "int" + times("]", 300_000) + "): pass\n",
		"too long":       times("#", 17<<20),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			e := tg.run(t, source+"\nprint('done')\n")
			t.Logf("status %d after %s: %.300s", e.status, e.took, regexp.MustCompile(`(?s)\n.*`).ReplaceAllString(e.err, ""))
			require.Less(t, e.took, 5*time.Second+tolerance)
			require.Less(t, len(e.err), 1<<20, "the error is too long to be read")
			if e.status == 0 {
				require.Equal(t, "done\n", e.out)
			}
		})
	}
}
