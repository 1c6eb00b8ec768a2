//go:build unix

package main

import (
	"errors"
	"fmt"
	"runtime/pprof"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// goroutines writes where all goroutines are.
func goroutines() string {
	var text strings.Builder
	_ = pprof.Lookup("goroutine").WriteTo(&text, 1)
	return text.String()
}

// riskyModule has functions and values that panic. (A panic in a goroutine that a module
// starts is out of everybody's reach: Go ends the process.)
func riskyModule() engine.Module {
	return engine.Module{Name: "risky", Globals: starlark.StringDict{
		"risky": engine.NewNamespace("risky", starlark.StringDict{
			"call": starlark.NewBuiltin("call", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				var n int
				if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n); err != nil {
					return nil, err
				}
				panics(n)
				return starlark.None, nil
			}),
			"value": starlark.NewBuiltin("value", func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
				n := 0
				return &risky{n}, starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n)
			}),
		}, nil),
	}}
}

// panics with one kind of value or another.
func panics(n int) {
	switch n % 4 {
	case 0:
		panic(fmt.Sprintf("chaos %d", n))
	case 1:
		panic(errors.New("chaos error"))
	case 2:
		panic(struct{ why string }{"chaos struct"})
	default:
		panic(fmt.Errorf("chaos wraps %w", &starlark.EvalError{Msg: "another"}))
	}
}

// A risky is a value all whose methods panic that may do something.
type risky struct{ n int }

func (r *risky) String() string                      { panics(r.n); return "" }
func (r *risky) Type() string                        { return "risky" }
func (r *risky) Freeze()                             {}
func (r *risky) Truth() starlark.Bool                { panics(r.n); return false }
func (r *risky) Hash() (uint32, error)               { panics(r.n); return 0, nil }
func (r *risky) Attr(string) (starlark.Value, error) { panics(r.n); return nil, nil }
func (r *risky) AttrNames() []string                 { panics(r.n); return nil }
func (r *risky) Index(int) starlark.Value            { panics(r.n); return nil }
func (r *risky) Len() int                            { return 3 }
func (r *risky) Iterate() starlark.Iterator          { panics(r.n); return nil }
func (r *risky) Binary(syntax.Token, starlark.Value, starlark.Side) (starlark.Value, error) {
	panics(r.n)
	return nil, nil
}
func (r *risky) CompareSameType(syntax.Token, starlark.Value, int) (bool, error) {
	panics(r.n)
	return false, nil
}

var (
	_ starlark.HasAttrs   = (*risky)(nil)
	_ starlark.Indexable  = (*risky)(nil)
	_ starlark.Iterable   = (*risky)(nil)
	_ starlark.HasBinary  = (*risky)(nil)
	_ starlark.Comparable = (*risky)(nil)
)
