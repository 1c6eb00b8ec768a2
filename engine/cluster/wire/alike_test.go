package wire_test

import (
	"math"
	"time"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// twins compares values by walking both: types, contents, and what is the same as what. It
// does not recurse.
type twins struct {
	t    require.TestingT
	pair map[any]any // of what has an identity
	todo [][2]starlark.Value
}

func alike(t require.TestingT, x, y starlark.Value) {
	w := twins{t: t, pair: map[any]any{}, todo: [][2]starlark.Value{{x, y}}}
	for len(w.todo) > 0 {
		last := w.todo[len(w.todo)-1]
		w.todo = w.todo[:len(w.todo)-1]
		w.compare(last[0], last[1])
	}
}

// first notes that two objects stand for each other, and reports whether it is new.
func (w *twins) first(x, y any) bool {
	known, ok := w.pair[x]
	if !ok {
		w.pair[x] = y
		back, taken := w.pair[[1]any{y}]
		require.False(w.t, taken, "%v stands for two", back)
		w.pair[[1]any{y}] = x
		return true
	}
	require.True(w.t, known == y, "one thing has become two")
	return false
}

func (w *twins) add(x, y starlark.Value) { w.todo = append(w.todo, [2]starlark.Value{x, y}) }

func (w *twins) compare(x, y starlark.Value) {
	require.IsType(w.t, x, y)
	switch x := x.(type) {
	case starlark.Float:
		require.Equal(w.t, math.Float64bits(float64(x)), math.Float64bits(float64(y.(starlark.Float))))
	case startime.Time:
		require.True(w.t, time.Time(x).Equal(time.Time(y.(startime.Time))))
		require.Equal(w.t, x.String(), y.String())
	case starlark.Tuple:
		y := y.(starlark.Tuple)
		require.Len(w.t, y, len(x))
		if len(x) > 0 && w.first(&x[0], &y[0]) {
			for i := range x {
				w.add(x[i], y[i])
			}
		}
	case *starlark.List:
		y := y.(*starlark.List)
		require.Equal(w.t, x.Len(), y.Len())
		if w.first(x, y) {
			for i := range x.Len() {
				w.add(x.Index(i), y.Index(i))
			}
		}
	case *starlark.Dict:
		y := y.(*starlark.Dict)
		require.Equal(w.t, x.Len(), y.Len())
		if w.first(x, y) {
			a, b := x.Items(), y.Items()
			for i := range a {
				w.add(a[i][0], b[i][0])
				w.add(a[i][1], b[i][1])
			}
		}
	case *starlark.Set:
		y := y.(*starlark.Set)
		require.Equal(w.t, x.Len(), y.Len())
		if w.first(x, y) {
			var a, b []starlark.Value
			for e := range starlark.Elements(x) {
				a = append(a, e)
			}
			for e := range starlark.Elements(y) {
				b = append(b, e)
			}
			for i := range a {
				w.add(a[i], b[i])
			}
		}
	case *starlarkstruct.Struct:
		y := y.(*starlarkstruct.Struct)
		require.Equal(w.t, x.AttrNames(), y.AttrNames())
		if w.first(x, y) {
			w.add(x.Constructor(), y.Constructor())
			for i := range x.Len() {
				_, a := x.AttrAt(i)
				_, b := y.AttrAt(i)
				w.add(a, b)
			}
		}
	case *starlark.Builtin:
		y := y.(*starlark.Builtin)
		require.Equal(w.t, x.Name(), y.Name())
		require.Equal(w.t, x.Receiver() == nil, y.Receiver() == nil)
		if w.first(x, y) && x.Receiver() != nil {
			w.add(x.Receiver(), y.Receiver())
		}
	case *eval.Function:
		y := y.(*eval.Function)
		require.Equal(w.t, x.Position(), y.Position())
		if w.first(x, y) {
			w.functions(x, y)
		}
	default:
		require.Equal(w.t, x.String(), y.String())
	}
}

func (w *twins) functions(x, y *eval.Function) {
	var a, b []eval.Carried
	for c := range x.Carries {
		a = append(a, c)
	}
	for c := range y.Carries {
		b = append(b, c)
	}
	require.Len(w.t, b, len(a))
	for i := range a {
		require.Equal(w.t, a[i].Name, b[i].Name)
		require.Equal(w.t, a[i].Part, b[i].Part)
		require.Equal(w.t, a[i].Value == nil, b[i].Value == nil)
		if a[i].Value != nil {
			w.add(a[i].Value, b[i].Value)
		}
	}
}
