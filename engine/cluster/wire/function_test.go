package wire_test

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// What is one thing here is one there: within the function, among the arguments, and between
// the two.
func TestIdentity(t *testing.T) {
	w := newWorld(t, `
data = [1]
def f(a, b, fn, *, k):
    return [fn == f, fn == g, a == b, a == data, k[0] == fn]
def g(): return data
fns = [f, g, f]
def all(): return fns
`).worker(options())
	f := w.function("f")
	task, err := w.ship(f, starlark.Tuple{w.script.Globals["data"], w.script.Globals["data"], f},
		[]starlark.Tuple{{starlark.String("k"), starlark.Tuple{w.function("g")}}})
	require.NoError(t, err)
	require.Same(t, task.Args[0], task.Args[1])
	require.Equal(t, task.Fn, task.Args[2])
	data, err := do(t.Context(), w.host, engine.Outputs{}, task.Kwargs[0][1].(starlark.Tuple)[0].(starlark.Callable), nil, nil)
	require.NoError(t, err)
	require.Same(t, task.Args[0], data)

	again, err := w.ship(f, starlark.Tuple{starlark.None, starlark.None, f}, nil)
	require.NoError(t, err)
	require.Equal(t, task.Fn, again.Fn, "a function that is known is not made again")

	all, err := w.ship(w.function("all"), nil, nil)
	require.NoError(t, err)
	fns, err := do(t.Context(), w.host, engine.Outputs{}, all.Fn, nil, nil)
	require.NoError(t, err)
	list := fns.(*starlark.List)
	require.Equal(t, list.Index(0), list.Index(2))
	require.NotEqual(t, list.Index(0), list.Index(1))
}

// A function has the names as they were when it was handed over.
func TestSnapshots(t *testing.T) {
	w := newWorld(t, `
n = 1
def f(): return n
seen = []
def keep(fn): seen.append(fn)
g = threadgroup(name="g")
g.submit(f)
first = g.wait()[0].function
n = 2
g.submit(f)
second = g.wait()[0].function
both = [first, second]
def call(fns): return ([f() for f in fns], fns[0] == fns[1], f())
n = 3
`).worker(options())
	o := w.same(w.function("call"), starlark.Tuple{w.script.Globals["both"]}, nil)
	require.Equal(t, "([1, 2], True, 3)", o.Value)
}

// Functions of loaded files come with the source of these, and no top level runs.
func TestLoaded(t *testing.T) {
	files := fstest.MapFS{
		"lib/a.star": {Data: []byte("load(\"b.star\", \"half\")\nprint(\"a runs\")\ncount = [0]\ndef twice(x):\n    return half(x) * 4 + len(count)\ndef worse(x): return half(x, x)\n")},
		"lib/b.star": {Data: []byte("print(\"b runs\")\ndef half(x):\n    return x // 2\n")},
	}
	w := newWorldWith(t, options(), "main.star", "load(\"lib/a.star\", \"twice\", bad=\"worse\")\ndef f(x): return twice(x)\ndef g(x): return bad(x)\n", files)
	require.NoError(t, w.err)
	w.worker(options())
	m, err := w.enc.Task(w.function("f"), nil, nil)
	require.NoError(t, err)
	require.Len(t, m.Blobs, 3)
	o := w.same(w.function("f"), starlark.Tuple{starlark.MakeInt(10)}, nil)
	require.Equal(t, outcome{Value: "21"}, o)
	o = w.same(w.function("g"), starlark.Tuple{starlark.MakeInt(10)}, nil)
	require.Contains(t, o.Traceback, "lib/a.star:6:26: in worse\n  lib/b.star:3:12: in half")
}

// Functions that were typed in travel as well.
func TestSession(t *testing.T) {
	eng, err := engine.New(options())
	require.NoError(t, err)
	defer eng.Close()
	s, err := eng.NewSession(t.Context(), nil, engine.Input{Vars: map[string]any{"v": 7}})
	require.NoError(t, err)
	for _, piece := range []string{"x = 1", "def f(a): return (x, a, v)", "x = 2\ny = 3", "def g(a):\n    return f(a) + (y,) + a\n", "g"} {
		_, err := s.Exec(t.Context(), piece)
		require.NoError(t, err)
	}
	w := &world{t: t}
	other, err := engine.New(options())
	require.NoError(t, err)
	defer other.Close()
	host, err := other.NewHost(t.Context(), "worker")
	require.NoError(t, err)
	w.blobs, w.host = map[wire.Hash][]byte{}, host
	enc := wire.NewEncoder(s.Run(), wire.EncoderOptions{})
	m, err := enc.Task(s.Lookup("g").(starlark.Callable), starlark.Tuple{starlark.Tuple{}}, nil)
	require.NoError(t, err)
	task, err := w.newDecoder().Task(w.carry(m))
	require.NoError(t, err)
	v, err := do(t.Context(), host, engine.Outputs{}, task.Fn, task.Args, nil)
	require.NoError(t, err)
	require.Equal(t, "(2, (), 7, 3)", v.String())
	_, err = do(t.Context(), host, engine.Outputs{}, task.Fn, starlark.Tuple{starlark.None}, nil)
	require.Equal(t, "Traceback (most recent call last):\n  <4>:2:24: in g\nError: unknown binary op: tuple + NoneType", traceback(err))
	require.NoError(t, s.Close())
}

// A function that is large goes by its hash.
func TestLargeFunction(t *testing.T) {
	w := newWorld(t, "table = {i: str(i) for i in range(10000)}\ndef f(i): return table[i]\n").worker(options())
	m, err := w.enc.Task(w.function("f"), starlark.Tuple{starlark.MakeInt(7)}, nil)
	require.NoError(t, err)
	require.Len(t, m.Blobs, 2)
	require.Less(t, len(m.Data), 100)
	require.Equal(t, `"7"`, w.same(w.function("f"), starlark.Tuple{starlark.MakeInt(7)}, nil).Value)
}

// What a task returns may be changed by who gets it; what it was given may not.
func TestFrozen(t *testing.T) {
	w := newWorld(t, "def f(x): return [x]\n").worker(options())
	list := starlark.NewList([]starlark.Value{starlark.NewList(nil)})
	task, err := w.ship(w.function("f"), starlark.Tuple{list}, nil)
	require.NoError(t, err)
	require.ErrorContains(t, task.Args[0].(*starlark.List).Append(starlark.None), "frozen")
	v, err := w.remote(engine.Outputs{}, task)
	require.NoError(t, err)
	require.NoError(t, v.(*starlark.List).Index(0).(*starlark.List).Append(starlark.None))
}

// A blob that is not there or is another one is an error; it may be there later.
func TestBlobs(t *testing.T) {
	w := newWorld(t, "def f(): return 1\n").worker(options())
	m, err := w.enc.Task(w.function("f"), nil, nil)
	require.NoError(t, err)
	_, err = w.dec.Task(m.Data)
	require.EqualError(t, err, "not found")
	w.blobs[m.Blobs[0].Hash] = []byte("something else")
	_, err = w.dec.Task(m.Data)
	require.ErrorContains(t, err, "is something else")
	w.carry(m)
	_, err = w.dec.Task(m.Data)
	require.NoError(t, err)
	_, err = wire.NewDecoder(w.host, wire.DecoderOptions{}).Task(m.Data)
	require.ErrorContains(t, err, "is not known")
}

// Functions that are of no script's file go by name or not at all.
func TestBuiltins(t *testing.T) {
	w := newWorld(t, "x = 1\n").worker(options())
	join, err := starlark.String("-").Attr("join")
	require.NoError(t, err)
	args := starlark.Tuple{starlark.NewList([]starlark.Value{starlark.String("a"), starlark.String("b")})}
	require.Equal(t, `"a-b"`, w.same(join.(starlark.Callable), args, nil).Value)
	length, _ := w.script.Run().Named("len")
	require.Equal(t, "2", w.same(length.(starlark.Callable), args, nil).Value)
	decode, ok := w.script.Run().Named("json.decode")
	require.True(t, ok)
	require.Equal(t, "json.decode: at offset 1, unexpected character 'x'", w.same(decode.(starlark.Callable), starlark.Tuple{starlark.String("[x")}, nil).Error)

	plain, err := engine.New(engine.Options{})
	require.NoError(t, err)
	host, err := plain.NewHost(t.Context(), "worker")
	require.NoError(t, err)
	m, err := w.enc.Task(decode.(starlark.Callable), nil, nil)
	require.NoError(t, err)
	_, err = wire.NewDecoder(host, wire.DecoderOptions{}).Task(m.Data)
	require.EqualError(t, err, "message from another process: there is no json.decode here")
	require.NotEqual(t, wire.ABI(plain), wire.ABI(w.host.Engine()))
	require.Equal(t, wire.ABI(w.script.Run().Engine()), wire.ABI(w.host.Engine()))
}

// Portable values of modules come to what they were.
func TestPortable(t *testing.T) {
	w := newWorld(t, `
failed = attempt(lambda: fail("no"))
error = failed.error
found = re.search("(?P<x>b+)", "abbc" * 20)
call = create_function(max, 1, 2)
@cache
def fib(n): return n if n < 2 else fib(n - 1) + fib(n - 2)
def f(): return (error, error.kind, error.message, error.traceback, error.task, error.attempts, found, found.group("x"), found.re, call, call.fn(*call.args), fib(60), fib.info().misses)
`).worker(options())
	o := w.same(w.function("f"), nil, nil)
	require.Contains(t, o.Value, "1548008755920")
	require.Equal(t, "832040", w.same(w.function("fib"), starlark.Tuple{starlark.MakeInt(30)}, nil).Value)
}

// So do those that tell of the world and of groups.
func TestPortableAnswers(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Add("X-Twice", "a")
		w.Header().Add("X-Twice", "b")
		w.WriteHeader(404)
		_, _ = w.Write([]byte(`{"a": 1}`))
	}))
	defer server.Close()
	o := options()
	o.Allow = permit.Set{All: true}
	w := newWorldWith(t, o, "main.star", `
done = subprocess.run(["sh", "-c", "echo out; exit 3"], check=False)
info = fs.stat(".")
place = url.urlsplit("https://user@host:8080/a%20b?x=1#frag")
answer = http.get("`+server.URL+`")
group = threadgroup(name="g", check=False)
def half(x): return 10 // x
results = group.map(half, [1, 2, 0])
def program(): return (done, done.args, done.returncode, done.stdout, done.stderr, attempt(done.check_returncode).error)
def file(): return (info, info.size, info.mtime, info.mode, info.is_dir)
def link(): return (place, [getattr(place, name) for name in dir(place) if type(getattr(place, name)) in ("string", "int")])
def page(): return (answer, answer.json(), answer.headers["X-Twice"], answer.url, answer.ok, answer.encoding, attempt(answer.raise_for_status).error.code)
def batch():
    return (results, results.ok, results.values(default=-1), results[1].name, results[1].args, results[0].status,
        results[2].error.traceback, results[1].attempts, results[1].duration, results.duration, results.get("half") == None, len(results.failed))
def returns(): return (done, info, place, answer, answer.headers, results, results[0])
`, nil)
	require.NoError(t, w.err, traceback(w.err))
	w.worker(o)
	for _, name := range []string{"program", "file", "link", "page", "batch", "returns"} {
		require.Empty(t, w.same(w.function(name), nil, nil).Traceback, name)
	}
	m, err := w.enc.Value(w.script.Globals["results"])
	require.NoError(t, err)
	back, err := w.home.Value(w.carry(m), false)
	require.NoError(t, err)
	require.Equal(t, w.script.Globals["results"].String(), back.String())
}

// Many goroutines use one encoder and one decoder.
func TestHammer(t *testing.T) {
	w := newWorld(t, shapes).worker(options())
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for j := range 40 {
				c := calls[(i*7+j)%len(calls)]
				if c.fn == "deep" {
					continue
				}
				m, err := w.enc.Task(w.function(c.fn), starlark.Tuple{starlark.MakeInt(j), w.script.Globals["loop"]}, nil)
				if err != nil {
					t.Error(err)
					return
				}
				data := w.carry(m)
				if j%5 == 0 {
					_, err = w.newDecoder().Task(data)
				}
				task, err2 := w.dec.Task(data)
				if err := errors.Join(err, err2); err != nil {
					t.Error(err)
					return
				}
				_, _ = do(t.Context(), w.host, engine.Outputs{}, task.Fn, task.Args, nil)
			}
		})
	}
	wg.Wait()
}
