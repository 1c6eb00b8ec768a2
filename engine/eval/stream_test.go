package eval_test

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

var (
	errBroken = errors.New("the source is broken")
	errOther  = errors.New("stream belongs to another thread")
)

// A stream gives some elements, then fails if it is told to. Only one thread may
// iterate over it, and once.
type stream struct {
	starlark.Value
	elements []starlark.Value
	fails    error
	thread   *starlark.Thread
	opened   int
	done     int
	pulled   int                    // calls of Next
	asked    int                    // calls of Err
	look     func(*starlark.Thread) // called by Next
}

var _ guard.Stream = (*stream)(nil)

func newStream(thread *starlark.Thread, elements ...starlark.Value) *stream {
	return &stream{Value: starlark.None, thread: thread, elements: elements}
}

func (s *stream) Type() string { return "stream" }

func (s *stream) Iterate() starlark.Iterator { panic("iterated over without a thread") }

func (s *stream) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	switch {
	case thread != s.thread:
		return nil, errOther
	case s.opened > 0:
		return nil, errors.New("stream was iterated over before")
	}
	s.opened++
	return &streamIterator{s, 0}, nil
}

// closed checks that every iterator was closed, exactly once.
func (s *stream) closed(t *testing.T) {
	t.Helper()
	require.Equal(t, s.opened, s.done, "iterators closed")
}

type streamIterator struct {
	*stream
	at int
}

var _ guard.Fallible = (*streamIterator)(nil)

func (it *streamIterator) Next(p *starlark.Value) bool {
	it.pulled++
	if it.look != nil {
		it.look(it.thread)
	}
	if it.at == len(it.elements) {
		return false
	}
	*p = it.elements[it.at]
	it.at++
	return true
}

func (it *streamIterator) Err() error {
	if it.asked++; it.at < len(it.elements) || it.done > 0 {
		return errors.New("asked too early or too late")
	}
	return it.fails
}

func (it *streamIterator) Done() { it.done++ }

// shape makes three elements of some kind.
func shape(kind string) []starlark.Value {
	var list []starlark.Value
	for i := range 3 {
		n := starlark.MakeInt(i)
		switch kind {
		case "int":
			list = append(list, n)
		case "pair":
			list = append(list, starlark.Tuple{starlark.String(fmt.Sprint("k", i)), n})
		case "text":
			list = append(list, starlark.String(fmt.Sprint("t", i)))
		case "true":
			list = append(list, starlark.True)
		case "false":
			list = append(list, starlark.False)
		}
	}
	return list
}

// users are scripts that go through all of the stream s, and what they make of it.
var users = []struct{ kind, src, want string }{
	{"int", "r = []\nfor x in s:\n    r.append(x)", "[0, 1, 2]"},
	{"int", "r = []\nfor x in s:\n    if x == 1: continue\n    r.append(x)", "[0, 2]"},
	{"pair", "r = []\nfor k, x in s:\n    r += [x]", "[0, 1, 2]"},
	{"int", "r = [x for x in s]", "[0, 1, 2]"},
	{"int", "r = [(x, y) for y in 'a'.elems() for x in s if x]", `[(1, "a"), (2, "a")]`},
	{"int", "r = {x: 1 for x in s}", "{0: 1, 1: 1, 2: 1}"},
	{"int", "a, b, c = s\nr = (a, b, c)", "(0, 1, 2)"},
	{"int", "[a, b, c] = s\nr = (a, b, c)", "(0, 1, 2)"},
	{"int", "r = []\nfor a, b, c in [s]: r += [a, b, c]", "[0, 1, 2]"},
	{"int", "def f(*args): return args\nr = f(7, *s)", "(7, 0, 1, 2)"},
	{"int", "r = max(*s)", "2"},
	{"int", "r = [7]\nr += s", "[7, 0, 1, 2]"},
	{"int", "r = [7]\nd = {1: r}\nd[1] += s", "[7, 0, 1, 2]"},
	{"int", "r = [7]\nr.extend(s)", "[7, 0, 1, 2]"},
	{"int", "r = [7]\next = r.extend\next(s)", "[7, 0, 1, 2]"},
	{"int", "r = [7]\ngetattr(r, 'extend')(s)", "[7, 0, 1, 2]"},
	{"int", "r = list(s)", "[0, 1, 2]"},
	{"int", "r = tuple(s)", "(0, 1, 2)"},
	{"int", "r = set(s)", "set([0, 1, 2])"},
	{"pair", "r = dict(s)", `{"k0": 0, "k1": 1, "k2": 2}`},
	{"pair", "r = dict(s, x=3)", `{"k0": 0, "k1": 1, "k2": 2, "x": 3}`},
	{"int", "r = sorted(s)", "[0, 1, 2]"},
	{"int", "r = sorted(s, key=lambda x: -x)", "[2, 1, 0]"},
	{"int", "r = sorted(s, reverse=True)", "[2, 1, 0]"},
	{"int", "r = reversed(s)", "[2, 1, 0]"},
	{"int", "r = enumerate(s, 5)", "[(5, 0), (6, 1), (7, 2)]"},
	{"int", "r = [i + x for i, x in enumerate(s)]", "[0, 2, 4]"},
	{"int", "r = zip(s)", "[(0,), (1,), (2,)]"},
	{"int", "r = zip(s, 'abcd'.elems())", `[(0, "a"), (1, "b"), (2, "c")]`},
	{"true", "r = all(s)", "True"},
	{"false", "r = any(s)", "False"},
	{"int", "r = min(s)", "0"},
	{"int", "r = max(s)", "2"},
	{"int", "r = max(s, key=lambda x: -x)", "0"},
	{"int", "r = bytes(s)", `b"\x00\x01\x02"`},
	{"text", "r = '-'.join(s)", `"t0-t1-t2"`},
	{"pair", "r = {'a': 1}\nr.update(s)", `{"a": 1, "k0": 0, "k1": 1, "k2": 2}`},
	{"int", "r = set([9]).union(s)", "set([9, 0, 1, 2])"},
	{"int", "r = set([9]).union([8], s)", "set([9, 8, 0, 1, 2])"},
	{"int", "r = set([9])\nr.update(s)", "set([9, 0, 1, 2])"},
	{"int", "r = set([0, 9]).difference(s)", "set([9])"},
	{"int", "r = set([0, 9]).intersection(s)", "set([0])"},
	{"int", "r = set([0, 9]).symmetric_difference(s)", "set([9, 1, 2])"},
	{"int", "r = set([8]).issubset(s)", "False"},
	{"int", "r = set([0, 1, 2, 3]).issuperset(s)", "True"},
	{"int", "def f(s):\n    return apply(list, s)\nr = f(s)", "[0, 1, 2]"},
}

var applying = host("apply", func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return starlark.Call(thread, args[0], args[1:], nil)
})

// withUniverse adds the evaluator's own functions: go.starlark.net's know of no streams.
func withUniverse(names starlark.StringDict) starlark.StringDict {
	all := eval.Universe()
	maps.Copy(all, names)
	return all
}

// Whatever goes through a stream gets its elements on the thread, learns of its
// failure, and closes it.
func TestStream(t *testing.T) {
	for _, u := range users {
		t.Run(u.src, func(t *testing.T) {
			thread := new(starlark.Thread)
			s := newStream(thread, shape(u.kind)...)
			names := withUniverse(starlark.StringDict{"s": s, "apply": applying})
			globals, err := run(t, thread, u.src, names)
			require.NoError(t, err)
			require.Equal(t, u.want, globals["r"].String())
			require.Equal(t, 1, s.opened)
			require.Equal(t, 1, s.asked)
			s.closed(t)

			_, err = run(t, thread, u.src, names)
			require.EqualError(t, err, "stream was iterated over before")
			s.closed(t)

			for k := range 4 {
				s := newStream(thread, shape(u.kind)[:k]...)
				s.fails = errBroken
				names["s"] = s
				globals, err := run(t, thread, u.src, names)
				require.ErrorIs(t, err, errBroken, "after %d", k)
				require.EqualError(t, err, errBroken.Error())
				require.ErrorAs(t, err, new(*starlark.EvalError))
				require.Equal(t, 1, s.opened)
				s.closed(t)
				if r, ok := globals["r"].(*starlark.List); ok {
					require.NoError(t, r.Append(starlark.None), "what was being extended can be changed")
				}
			}

			s = newStream(new(starlark.Thread))
			names["s"] = s
			_, err = run(t, thread, u.src, names)
			require.ErrorIs(t, err, errOther)
			require.Zero(t, s.opened)
		})
	}
}

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
