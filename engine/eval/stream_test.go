package eval_test

import (
	"errors"
	"fmt"
	"maps"
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
