package guard_test

import (
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// What the common small case costs; "plain" is go.starlark.net alone.
func BenchmarkSmall(b *testing.B) {
	budget := &guard.Budget{Max: 64 << 30, Stop: func() error { return nil }}
	thread := new(starlark.Thread)
	one, two := starlark.MakeInt(1), starlark.MakeInt(2)
	big := starlark.MakeInt64(1 << 40)
	s, key := starlark.String("some text"), starlark.Value(starlark.Tuple{one, starlark.String("x")})
	list := starlark.NewList([]starlark.Value{one, two, one, s})
	words := starlark.NewList([]starlark.Value{s, s, s, s})
	args := starlark.Tuple{one, s}
	arg := starlark.Value(args)
	for _, c := range []struct {
		name string
		f    func() error
	}{
		{"Concat", func() error { return budget.Concat(s, s) }},
		{"Repeat", func() error { return budget.Repeat(list, two) }},
		{"Slice", func() error { return budget.Slice(list, 0, 2, 1) }},
		{"Int", func() error { return budget.Int(syntax.STAR, one, two) }},
		{"Int/64", func() error { return budget.Int(syntax.STAR, big, big) }},
		{"Hashable", func() error { return budget.Hashable(s) }},
		{"Hashable/tuple", func() error { return budget.Hashable(key) }},
		{"Interpolate", func() error { return budget.Interpolate("%d %s", arg) }},
		{"Printable", func() error { return budget.Printable(s, list) }},
		{"Admit", func() error { return budget.Admit(syntax.PLUS, list, list) }},
	} {
		b.Run(c.name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if err := c.f(); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
	fn := func(name string, args ...starlark.Value) (plain, own func() (starlark.Value, error)) {
		f := builtin(name)
		return func() (starlark.Value, error) { return f.CallInternal(thread, args, nil) },
			func() (starlark.Value, error) { return budget.Call(thread, f, args, nil) }
	}
	m := func(x starlark.Value, name string, args ...starlark.Value) (plain, own func() (starlark.Value, error)) {
		f := method(x, name)
		return func() (starlark.Value, error) { return f.CallInternal(thread, args, nil) },
			func() (starlark.Value, error) { return budget.Call(thread, f, args, nil) }
	}
	op := func(op syntax.Token, x, y starlark.Value) (plain, own func() (starlark.Value, error)) {
		return func() (starlark.Value, error) { return starlark.Binary(op, x, y) },
			func() (starlark.Value, error) { return budget.Binary(op, x, y) }
	}
	compare := func(op syntax.Token, x, y starlark.Value) (plain, own func() (starlark.Value, error)) {
		return func() (starlark.Value, error) { return boolean(starlark.Compare(op, x, y)) },
			func() (starlark.Value, error) { return boolean(budget.Compare(op, x, y)) }
	}
	run := func(name string) func(plain, own func() (starlark.Value, error)) {
		return func(plain, own func() (starlark.Value, error)) {
			for i, f := range []func() (starlark.Value, error){plain, own} {
				b.Run(name+[]string{"/plain", "/guard"}[i], func(b *testing.B) {
					b.ReportAllocs()
					for b.Loop() {
						if _, err := f(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
		}
	}
	run("compare")(compare(syntax.EQL, one, two))
	run("compare-lists")(compare(syntax.LT, list, list))
	run("in")(op(syntax.IN, s, list))
	run("percent")(op(syntax.PERCENT, starlark.String("%d and %s"), arg))
	run("union")(op(syntax.PIPE, new(starlark.Set), new(starlark.Set)))
	run("str")(fn("str", one))
	run("repr")(fn("repr", list))
	run("list")(fn("list", list))
	run("sorted")(fn("sorted", words))
	run("max")(fn("max", one, two))
	run("set")(fn("set", list))
	run("zip")(fn("zip", list, list))
	run("int")(fn("int", starlark.String("12345")))
	run("join")(m(s, "join", words))
	run("format")(m(starlark.String("{} and {}"), "format", args...))
	run("replace")(m(s, "replace", starlark.String("e"), starlark.String("ee")))
	run("split")(m(s, "split"))
	run("index")(m(list, "index", two))
}
