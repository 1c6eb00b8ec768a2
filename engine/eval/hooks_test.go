package eval_test

import (
	"fmt"
	"sync/atomic"
	"testing"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

const hooked = `
def f(n):
    total = 0
    for i in range(n):
        total += i
    return total
x = f(3)
if x > 100:
    x = 0
`

// Before is called for each statement that runs; Found knows all there are.
func TestHooks(t *testing.T) {
	found, ran := map[int32]int{}, map[int32]int{}
	var locals string
	hooks := &eval.Hooks{
		Found: func(at syntax.Position) { found[at.Line]++ },
		Before: func(p *eval.Point) {
			ran[p.Position().Line]++
			if p.Position().Line == 6 {
				locals = p.Locals().String()
				require.Equal(t, "f", p.Function().Name())
				require.Len(t, p.CallStack(), 2)
				require.EqualValues(t, 6, p.CallStack()[1].Pos.Line)
			}
		},
	}
	_, err := compile(t, hooked, nil, hooks).Init(&starlark.Thread{}, nil)
	require.NoError(t, err)
	require.Equal(t, map[int32]int{2: 1, 3: 1, 4: 1, 5: 1, 6: 1, 7: 1, 8: 1, 9: 1}, found)
	require.Equal(t, map[int32]int{2: 1, 3: 1, 4: 1, 5: 3, 6: 1, 7: 1, 8: 1}, ran)
	require.Equal(t, "{i: 2, n: 3, total: 3}", locals)
}

// A tick is the innermost statement's that ran when it happened.
func TestSample(t *testing.T) {
	var clock atomic.Int64
	var got []string
	hooks := &eval.Hooks{Clock: &clock, Sample: func(p *eval.Point, ticks int64) {
		got = append(got, fmt.Sprint(p.Function().Name(), " ", p.Position().Line, " ", ticks, " ", len(p.CallStack())))
	}}
	names := starlark.StringDict{"tick": host("tick", func(*starlark.Thread, starlark.Tuple) (starlark.Value, error) {
		clock.Add(2)
		return starlark.None, nil
	})}
	clock.Store(7)
	thread := &starlark.Thread{}
	eval.Prepare(thread, eval.Settings{Hooks: hooks})
	_, err := compile(t, "def f():\n    tick()\n    return 1\nf()\ntick()\n", names, hooks).Init(thread, names)
	require.NoError(t, err)
	require.Equal(t, []string{"f 2 2 2", "<toplevel> 5 2 1"}, got)
}
