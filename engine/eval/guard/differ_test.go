package guard_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// These tests and fuzzers hold the package against go.starlark.net: where nothing is
// big, nothing is different.

func plenty() *guard.Budget { return &guard.Budget{Max: 1 << 30} }

// outcome is what an operation gave, as text; a panic of go.starlark.net is one, too.
func outcome(f func() (starlark.Value, error)) (s string) {
	defer func() {
		if v := recover(); v != nil {
			s = fmt.Sprint("panic: ", v)
		}
	}()
	v, err := f()
	if err != nil {
		return "error: " + err.Error()
	}
	return fmt.Sprintf("%s %s", v.Type(), v)
}

var comparisons = []syntax.Token{syntax.EQL, syntax.NEQ, syntax.LT, syntax.LE, syntax.GT, syntax.GE}

var operators = []syntax.Token{
	syntax.PLUS, syntax.MINUS, syntax.STAR, syntax.SLASH, syntax.SLASHSLASH, syntax.PERCENT, syntax.AMP, syntax.PIPE,
	syntax.CIRCUMFLEX, syntax.LTLT, syntax.GTGT, syntax.IN, syntax.NOT_IN,
}

func same(t *testing.T, what string, want, got string) {
	t.Helper()
	if got != want {
		t.Fatalf("%s\n got %s\nwant %s", what, got, want)
	}
}

func boolean(b bool, err error) (starlark.Value, error) { return starlark.Bool(b), err }

func differOperators(t *testing.T, seed uint64) {
	m := newMaker(seed)
	x, y := m.value(3), m.value(3)
	if m.IntN(3) == 0 {
		y = clone(x)
	}
	for _, op := range comparisons {
		same(t, fmt.Sprintf("%s %s %s", x, op, y),
			outcome(func() (starlark.Value, error) { return boolean(starlark.Compare(op, x, y)) }),
			outcome(func() (starlark.Value, error) { return boolean(plenty().Compare(op, x, y)) }))
	}
	for _, op := range operators {
		same(t, fmt.Sprintf("%s %s %s", x, op, y),
			outcome(func() (starlark.Value, error) { return starlark.Binary(op, x, y) }),
			outcome(func() (starlark.Value, error) { return plenty().Binary(op, x, y) }))
	}
	s := starlark.String(m.text())
	same(t, fmt.Sprintf("%s %% %s", s, y),
		outcome(func() (starlark.Value, error) { return starlark.Binary(syntax.PERCENT, s, y) }),
		outcome(func() (starlark.Value, error) { return plenty().Binary(syntax.PERCENT, s, y) }))
	text, err := plenty().Text(x)
	if text != x.String() || err != nil {
		t.Fatalf("Text(%s) = %s, %v", x, text, err)
	}
	if err := plenty().Printable(x, y); err != nil {
		t.Fatal(err)
	}
}

var functionNames = []string{
	"all", "any", "bytes", "dict", "enumerate", "fail", "int", "list", "max", "min", "repr", "reversed", "set", "sorted", "str", "tuple", "zip",
}

// differCalls calls a function, or a method, with arguments that mostly do not fit.
func differCalls(t *testing.T, seed uint64) {
	m := newMaker(seed)
	fn, ok := starlark.Universe[functionNames[m.IntN(len(functionNames))]].(*starlark.Builtin)
	if !ok {
		t.Fatal("no such function")
	}
	var x starlark.Value
	if m.IntN(4) > 0 {
		x = []starlark.Value{
			starlark.String(m.text()), starlark.String(m.text()), starlark.NewList(m.values(2)), m.value(1), new(starlark.Set), new(starlark.Dict),
		}[m.IntN(6)]
		if has, ok := x.(starlark.HasAttrs); ok && len(has.AttrNames()) > 0 {
			names := has.AttrNames()
			v, _ := has.Attr(names[m.IntN(len(names))])
			if b, ok := v.(*starlark.Builtin); ok {
				fn = b
			}
		}
	}
	var args starlark.Tuple
	for range []int{0, 1, 1, 1, 2, 2, 3}[m.IntN(7)] {
		args = append(args, m.value(3))
	}
	var kwargs []starlark.Tuple
	if m.IntN(4) == 0 {
		name := []string{"key", "reverse", "base", "sep", "a", "iterable"}[m.IntN(6)]
		v := []starlark.Value{starlark.Universe["len"], starlark.Universe["str"], starlark.True, m.value(1)}[m.IntN(4)]
		kwargs = append(kwargs, starlark.Tuple{starlark.String(name), v})
	}
	what := fmt.Sprint(fn, fn.Receiver(), args, kwargs)
	type call func(*starlark.Builtin, starlark.Tuple) (starlark.Value, error)
	// Both get copies, and what becomes of the receiver counts, too.
	run := func(f call) string {
		b, args := fn, cloneAll(args)
		if x := fn.Receiver(); x != nil {
			b = b.BindReceiver(clone(x))
		}
		s := outcome(func() (starlark.Value, error) { return f(b, args) })
		return fmt.Sprint(s, " of ", b.Receiver(), args)
	}
	thread := new(starlark.Thread)
	want := run(func(b *starlark.Builtin, args starlark.Tuple) (starlark.Value, error) {
		return b.CallInternal(thread, args, kwargs)
	})
	got := run(func(b *starlark.Builtin, args starlark.Tuple) (starlark.Value, error) {
		return plenty().Call(thread, b, args, kwargs)
	})
	if strings.HasPrefix(want, "panic: ") {
		want = "error: " + fn.Name() + ": got 0 arguments, want 1" + want[strings.Index(want, " of "):]
	}
	same(t, what, want, got)
}

func TestDiffer(t *testing.T) {
	for seed := range uint64(5_000) {
		differOperators(t, seed)
		differCalls(t, seed)
	}
}

func FuzzDiffer(f *testing.F) {
	f.Fuzz(func(t *testing.T, seed uint64) {
		differOperators(t, seed)
		differCalls(t, seed)
	})
}
