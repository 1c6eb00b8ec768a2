package engine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// A hostError is an error of a program that embeds the engine.
type hostError struct{ code int }

func (e *hostError) Error() string { return fmt.Sprintf("host error %d", e.code) }

// faulty is a module whose functions fail.
func faulty() engine.Module {
	builtin := func(name string, fn func() error) starlark.Value {
		return starlark.NewBuiltin(name, func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			return starlark.None, fn()
		})
	}
	return engine.Module{Name: "faulty", Globals: starlark.StringDict{
		"host":   builtin("host", func() error { return fmt.Errorf("wrapped: %w", &hostError{7}) }),
		"absent": builtin("absent", func() error { return &fs.PathError{Op: "open", Path: "x", Err: fs.ErrNotExist} }),
		"panics": builtin("panics", func() error { panic("oh no") }),
		"nilmap": builtin("nilmap", func() error { var m map[string]int; m["x"] = 1; return nil }),
	}}
}

func faultyOptions() engine.Options { return engine.Options{Modules: []engine.Module{faulty()}} }

// A host function's own error is found from every level.
func TestErrorsAs(t *testing.T) {
	for name, src := range map[string]string{
		"top level":     "host()",
		"function":      "def f():\n    host()\nf()",
		"callback":      "sorted([1, 2], key=lambda x: host())",
		"task":          "threadgroup().map(lambda x: host(), [1])",
		"bare task":     "threaded_execution([host])",
		"nested":        "threadgroup().map(lambda x: threadgroup().map(lambda y: host(), [1]), [1])",
		"result":        "threadgroup(check=False).map(lambda x: host(), [1])[0].result",
		"check":         "threadgroup(check=False).map(lambda x: host(), [1]).check()",
		"attempt":       "attempt(host).result",
		"attempt check": "attempt(host).check()",
		"after retries": "threadgroup(retry=retry(2, wait=0)).map(lambda x: host(), [1])",
		"predicate":     "threadgroup(retry=retry(2, wait=0, if_error=lambda e: host())).map(fail, [1])",
		"defer":         "defer(host)",
		"task's defer":  "threadgroup().map(lambda x: defer(host), [1])",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := source(t, src, faultyOptions())
			var e *engine.Error
			require.ErrorAs(t, err, &e)
			var host *hostError
			require.ErrorAs(t, err, &host)
			require.Equal(t, 7, host.code)
		})
	}
	_, _, err := source(t, "threaded_execution([absent])", faultyOptions())
	require.ErrorIs(t, err, fs.ErrNotExist)
}

func TestGroupError(t *testing.T) {
	_, _, err := source(t, `
g = threadgroup("fetch")
g.register(lambda: 1)
g.register(lambda: host())
@g.register
def named():
    fail("named")
g.execute()
`, faultyOptions())
	var group *engine.GroupError
	require.ErrorAs(t, err, &group)
	require.Equal(t, "fetch", group.Group)
	require.Equal(t, 3, group.Tasks)
	require.Len(t, group.Failures, 2)
	require.Equal(t, "lambda", group.Failures[0].Task)
	require.Equal(t, 1, group.Failures[0].Index)
	require.Equal(t, "wrapped: host error 7", group.Failures[0].Err.Msg)
	require.Equal(t, "named", group.Failures[1].Task)
	require.EqualValues(t, 7, group.Failures[1].Err.Pos.Line)
	require.Len(t, group.Unwrap(), 2)
	require.EqualError(t, err, `thread group "fetch": 2 of 3 tasks failed`)
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	require.EqualValues(t, 8, e.Pos.Line, "the error of the script is where it ran the group")
}

func TestExitError(t *testing.T) {
	for name, src := range map[string]string{
		"top level": "exit(3)",
		"function":  "def f():\n    exit(3)\nf()",
		"attempt":   "attempt(exit, 3)",
		"task":      "threadgroup(check=False).map(lambda x: exit(3), [1])",
		"nested":    "threadgroup(check=False).map(lambda x: threadgroup(check=False).map(lambda y: exit(3), [1]), [1])",
		"callback":  "sorted([1], key=lambda x: exit(3))",
		"defer":     "defer(exit, 3)",
		"load":      "load('exits.star', 'x')",
	} {
		t.Run(name, func(t *testing.T) {
			opts := faultyOptions()
			opts.FS = files("exits.star", "exit(3)")
			_, _, err := source(t, src, opts)
			var exit *engine.ExitError
			require.ErrorAs(t, err, &exit)
			require.Equal(t, 3, exit.Code)
		})
	}
}

// A panic in a host function is an error like any other, of kind panic.
func TestPanic(t *testing.T) {
	for name, src := range map[string]string{
		"top level": "panics()",
		"function":  "def f():\n    panics()\nf()",
		"task":      "threadgroup().map(lambda x: panics(), [1])",
		"bare task": "threaded_execution([panics])",
		"attempt":   "attempt(panics).result",
		"callback":  "sorted([1], key=lambda x: panics())",
		"defer":     "defer(panics)",
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := source(t, src, faultyOptions())
			var panicked *engine.PanicError
			require.ErrorAs(t, err, &panicked)
			require.Equal(t, "oh no", panicked.Value)
			require.Contains(t, string(panicked.Stack), "errors_test.go")
		})
	}
	_, _, err := source(t, "def f():\n    g()\ndef g():\n    nilmap()\nf()", faultyOptions())
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "panic", e.Kind)
	require.Contains(t, e.Msg, "nilmap")
	require.NotEmpty(t, e.Hint)
	require.Equal(t, "Traceback (most recent call last):\n  t.star:5:2: in <toplevel>\n  t.star:2:6: in f\n  t.star:4:11: in g\nError: "+e.Msg, e.Traceback())
}

func TestErrorPosition(t *testing.T) {
	_, _, err := source(t, "def f(x):\n    return 1 // x\n\ny = f(\n    0)\n", engine.Options{})
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "error", e.Kind)
	require.Contains(t, e.Msg, "division by zero")
	require.Equal(t, "t.star:2:14", e.Pos.String())
	require.Len(t, e.Stack, 2)

	top, inner := e.Stack[0], e.Stack[1]
	require.Equal(t, "<toplevel>", top.Name)
	require.Equal(t, "f", inner.Name)
	require.Equal(t, "    return 1 // x", inner.Line)
	require.Equal(t, []int32{2, 12, 2, 18}, []int32{inner.Start.Line, inner.Start.Col, inner.End.Line, inner.End.Col})
	require.Equal(t, []int32{4, 5, 5, 7}, []int32{top.Start.Line, top.Start.Col, top.End.Line, top.End.Col})
	require.Equal(t, "Traceback (most recent call last):\n  t.star:4:6: in <toplevel>\n  t.star:2:14: in f\nError: "+e.Msg, e.Traceback())
}

// The columns count characters, and what the language rewrites keeps its place.
func TestErrorPositionRewritten(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"f-string":            {"x = f\"é{1 // 0}\"", "t.star:1:11"},
		"decorator":           {"@fail('no')\ndef f():\n    pass", "t.star:1:6"},
		"decorator's bracket": {"@fail(\n    [][1])\ndef f():\n    pass", "t.star:2:7"},
		"assert":              {"if True:\n    assert 1 == 2", "t.star:2:5"},
		"assert's operand":    {"assert 1 // 0 == 2", "t.star:1:10"},
		"second line":         {"x = [\n  1,\n  1 // 0]", "t.star:3:5"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := source(t, c.src, engine.Options{})
			var e *engine.Error
			require.ErrorAs(t, err, &e)
			require.Equal(t, c.want, e.Pos.String(), e.Traceback())
		})
	}
}

// A syntax error has every problem of the file, by position, with its line and,
// where there is something to say, a hint.
func TestSyntaxError(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
	require.NoError(t, err)
	_, err = eng.Compile("t.star", []byte("import time\nx = treadgroup()\ny = 1 +\n"))
	var syntax *engine.SyntaxError
	require.ErrorAs(t, err, &syntax)
	require.GreaterOrEqual(t, len(syntax.Problems), 2)
	require.Equal(t, "t.star:1:1", syntax.Problems[0].Pos.String())
	require.Equal(t, "import time", syntax.Problems[0].Line)
	require.Contains(t, syntax.Problems[0].Hint, "time")
	last := 0
	for _, p := range syntax.Problems {
		require.GreaterOrEqual(t, int(p.Pos.Line), last)
		last = int(p.Pos.Line)
	}
	require.True(t, strings.HasPrefix(err.Error(), "t.star:1:1: "))

	_, err = eng.Compile("t.star", []byte("x = treadgroup()\ny = unheard_of\n"))
	require.ErrorAs(t, err, &syntax)
	require.Len(t, syntax.Problems, 2)
	require.Equal(t, "undefined: treadgroup", syntax.Problems[0].Msg)
	require.Equal(t, "did you mean threadgroup?", syntax.Problems[0].Hint)
	require.Equal(t, "undefined: unheard_of", syntax.Problems[1].Msg)
}

// A task's error has the stack of its own thread; the script's goes on where it
// looked at the result.
func TestErrorJoinsStacks(t *testing.T) {
	_, _, err := source(t, `
def task():
    deep()
def deep():
    fail("down")
def look():
    return threaded_execution([task], check=False)[0].result
look()
`, engine.Options{})
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	var names []string
	for _, f := range e.Stack {
		names = append(names, fmt.Sprintf("%s:%d", f.Name, f.Pos.Line))
	}
	require.Equal(t, []string{"<toplevel>:8", "look:7", "task:3", "deep:5"}, names)
	require.EqualError(t, err, "fail: down")
}

// A stopped task's error says where it was.
func TestErrorOfStop(t *testing.T) {
	_, _, err := source(t, "def f():\n    while True:\n        pass\nthreaded_execution([f], timeout=0.05)", engine.Options{})
	var group *engine.GroupError
	require.ErrorAs(t, err, &group)
	e := group.Failures[0].Err
	require.Equal(t, "timeout", e.Kind)
	require.Equal(t, "timed out after 0.05s", e.Msg)
	require.NotEmpty(t, e.Stack)
	require.Equal(t, "f", e.Stack[0].Name)
}

// Errors of this package are told apart.
func TestErrorsAreDistinct(t *testing.T) {
	_, _, err := source(t, "fail('x')", engine.Options{})
	var exit *engine.ExitError
	var group *engine.GroupError
	require.False(t, errors.As(err, &exit))
	require.False(t, errors.As(err, &group))
}
