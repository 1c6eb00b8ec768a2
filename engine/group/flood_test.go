package group

import (
	"context"
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestFloodOfShortTasksUsesFewWorkers(t *testing.T) {
	const n = 100_000
	l := newLab(n, 0, Spec{})
	var ran atomic.Int32
	l.call = func(*Attempt, int) (int, error) { ran.Add(1); return 0, nil }
	l.run(t)
	require.EqualValues(t, n, ran.Load())
	t.Logf("%d workers", l.made.Load())
	require.Less(t, l.made.Load(), int32(n/20))
}

func TestTasksThatBlockAllRunAtOnce(t *testing.T) {
	for _, slots := range []int{0, 1000} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(1000, slots, Spec{})
			var running atomic.Int32
			all := make(chan struct{})
			l.call = func(a *Attempt, i int) (int, error) {
				if running.Add(1) == 1000 {
					close(all)
				}
				<-all
				return 0, sleep(a, s)
			}
			r := l.run(t)
			require.Equal(t, s, r.Duration())
			require.EqualValues(t, 1000, l.made.Load())
		})
	}
}

// Tasks that come back from a retry wait find workers too.
func TestTasksThatBlockAfterARetryAllRunAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(500, 0, Spec{Retry: steady(1, s)})
		l.call = func(a *Attempt, _ int) (int, error) {
			if a.Number == 1 {
				return 0, errBoom
			}
			return 0, sleep(a, s)
		}
		r := l.run(t)
		require.Equal(t, 2*s, r.Duration())
	})
}

func TestWaitWithoutBoundHoldsNothing(t *testing.T) {
	l := newLab(1, 0, Spec{})
	l.call = func(a *Attempt, _ int) (int, error) {
		done := make(chan struct{})
		close(done)
		l.await(a, done)
		return held(l.Slots), nil
	}
	l.start(context.Background()).Wait()
	require.Zero(t, l.Tasks[0].Value)
	l.idle(t)
}

// Script code has one birthplace: the go statement of Run.spawn.
func TestOneGoStatement(t *testing.T) {
	files, err := os.ReadDir(".")
	require.NoError(t, err)
	fset := token.NewFileSet()
	var found []string
	for _, f := range files {
		if !strings.HasSuffix(f.Name(), ".go") || strings.HasSuffix(f.Name(), "_test.go") {
			continue
		}
		tree, err := parser.ParseFile(fset, f.Name(), nil, 0)
		require.NoError(t, err)
		ast.Inspect(tree, func(n ast.Node) bool {
			if g, ok := n.(*ast.GoStmt); ok {
				found = append(found, fset.Position(g.Pos()).Filename)
			}
			if sel, ok := n.(*ast.SelectorExpr); ok && sel.Sel.Name == "Go" {
				found = append(found, fset.Position(sel.Pos()).String()+": a method Go, such as WaitGroup's")
			}
			return true
		})
	}
	require.Equal(t, []string{"grow.go"}, found)
}
