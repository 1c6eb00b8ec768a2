package eval_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// What is left before a stream's end closes it, and does not ask why it ended.
func TestStreamLeft(t *testing.T) {
	for src, want := range map[string]string{
		"for x in s:\n    break":                                                      "",
		"def f():\n    for x in s:\n        return x\nf()":                            "",
		"def f():\n    for x in s:\n        for y in [1]:\n            return x\nf()": "",
		"for x in s:\n    fail('no')":                                                 "fail: no",
		"for x in s:\n    y = 1 // x":                                                 "floored division by zero",
		"for a, b in s: pass":                                                         "got int in sequence assignment",
		"[1 // x for x in s]":                                                         "floored division by zero",
		"{[]: x for x in s}":                                                          "unhashable type: list",
		"for x in s:\n    panics()":                                                   "panic in built-in panics: no!",
		"a, b = s":                                                                    "too many values to unpack (want 2)",
		"any(s)":                                                                      "",
		"set([8]).issuperset(s)":                                                      "",
		"max(s, key=lambda x: x[0])":                                                  "unhandled index operation int[int]",
		"zip([1], s)":                                                                 "",
		"'-'.join(s)":                                                                 "join: in list, want string, got int",
		"zip(s, 1)":                                                                   "zip: argument #2 is not iterable: int",
		"dict(s)":                                                                     "dict: dictionary update sequence element #0 is not iterable (int)",
		"for x in s:\n    for y in s: pass":                                           "stream was iterated over before",
		"zip(s, s)":                                                                   "stream was iterated over before",
	} {
		t.Run(src, func(t *testing.T) {
			thread := new(starlark.Thread)
			s := newStream(thread, shape("int")...)
			if src == "any(s)" {
				s.elements = shape("true")
			}
			_, err := run(t, thread, src, withUniverse(starlark.StringDict{
				"s":      s,
				"panics": host("panics", func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) { panic("no!") }),
			}))
			if want == "" {
				require.NoError(t, err)
			} else {
				require.EqualError(t, err, want)
			}
			require.LessOrEqual(t, s.opened, 1)
			s.closed(t)
			require.Zero(t, s.asked)
		})
	}
}

// A stream before an argument that is none of it is still the thread's.
func TestStreamBeforeMisfit(t *testing.T) {
	thread := new(starlark.Thread)
	s := newStream(thread, shape("int")...)
	_, err := run(t, thread, "set([1]).union(s, 1)", starlark.StringDict{"s": s})
	require.EqualError(t, err, "union: argument #2 is not iterable: int")
	require.Equal(t, 1, s.opened)
	s.closed(t)
}

// A call that does not fit, or a list that cannot be changed, leaves the stream alone.
func TestStreamUntouched(t *testing.T) {
	for src, want := range map[string]string{
		"sorted(s, bogus=1)":               "sorted: unexpected keyword argument \"bogus\"",
		"list(s, 1)":                       "list: got 2 arguments, want at most 1",
		"l = [1]\nfor x in l: l += s":      "cannot apply += to list during iteration",
		"l = [1]\nfor x in l: l.extend(s)": "extend: cannot extend list during iteration",
		"len(s)":                           "len: value of type stream has no len",
	} {
		thread := new(starlark.Thread)
		s := newStream(thread, shape("int")...)
		_, err := run(t, thread, src, withUniverse(starlark.StringDict{"s": s}))
		require.EqualError(t, err, want)
		require.Zero(t, s.opened, src)
	}
}

// A failure is reported where other errors of the iteration are, with its stack.
func TestStreamTraceback(t *testing.T) {
	boom := func(src, position, in string) {
		t.Helper()
		thread := new(starlark.Thread)
		s := newStream(thread, shape("int")...)
		s.fails = errBroken
		_, err := run(t, thread, src, withUniverse(starlark.StringDict{"s": s}))
		var e *starlark.EvalError
		require.ErrorAs(t, err, &e)
		require.ErrorIs(t, err, errBroken)
		require.Equal(t, "Traceback (most recent call last):\n  t.star:6:2: in <toplevel>\n  t.star:"+position+": in f\nError"+in+": the source is broken", e.Backtrace(), src)
		s.closed(t)
	}
	boom("def f():\n  total = 0\n  for x in s:\n    total += x\n  return total\nf()", "3:3", "")
	boom("def f():\n\n  return [\n    x for x in s]\n\nf()", "4:7", "")
	boom("def f():\n  a, b, c = s\n\n\n\nf()", "2:11", "")
	boom("def f():\n  l = []\n  l += s\n\n\nf()", "3:5", "")
	boom("def f():\n\n  print(*s)\n\n\nf()", "3:8", "")
	boom("def f():\n\n\n  return list(s)\n\nf()", "4:14", " in list")
}

// While a stream is waited for, the thread's stack says where.
func TestStreamPosition(t *testing.T) {
	var seen []string
	for _, src := range []string{
		"\ndef f():\n    for x in s:\n        [y for y in [1]]\nf()",
		"\ndef f():\n    g(*s)\ndef g(*args): pass\nf()",
		"\ndef f():\n    l = []\n    l += s\nf()",
		"\ndef f():\n    [a] = s\nf()",
	} {
		thread := new(starlark.Thread)
		s := newStream(thread, starlark.None)
		seen = nil
		s.look = func(thread *starlark.Thread) {
			c := thread.CallStack().At(0)
			seen = append(seen, fmt.Sprintf("%s %d:%d", c.Name, c.Pos.Line, c.Pos.Col))
		}
		_, err := run(t, thread, src, withUniverse(starlark.StringDict{"s": s}))
		require.NoError(t, err)
		require.Len(t, seen, 2)
		require.Equal(t, seen[0], seen[1])
		seen = slices.Compact(seen)
		require.Regexp(t, `^f [34]:\d+$`, seen[0])
	}
}

// A cancelled thread leaves the loop; what waits in Next must see to itself.
func TestStreamCancelled(t *testing.T) {
	thread := new(starlark.Thread)
	s := newStream(thread, shape("int")...)
	s.look = func(thread *starlark.Thread) { thread.Cancel("enough") }
	_, err := run(t, thread, "for x in s: pass", starlark.StringDict{"s": s})
	require.EqualError(t, err, "Starlark computation cancelled: enough")
	require.Equal(t, 1, s.pulled)
	s.closed(t)
}

// A stream's Next may call the script back, and pass its failure on as it is.
func TestStreamCallsBack(t *testing.T) {
	thread := new(starlark.Thread)
	var failure error
	s := newStream(thread)
	back := starlark.NewBuiltin("lazily", func(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		s.look = func(thread *starlark.Thread) {
			_, s.fails = starlark.Call(thread, args[0], nil, nil)
			failure = s.fails
		}
		return s, nil
	})
	_, err := run(t, thread, "def f():\n    fail('no')\nfor x in lazily(f):\n    pass\n", starlark.StringDict{"lazily": back})
	require.Same(t, failure, err)
	var e *starlark.EvalError
	require.ErrorAs(t, err, &e)
	require.Equal(t, "Traceback (most recent call last):\n  t.star:3:1: in <toplevel>\n  t.star:2:9: in f\nError in fail: fail: no", e.Backtrace())
	s.closed(t)
}
