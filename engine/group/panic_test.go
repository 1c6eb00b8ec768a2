package group

import (
	"context"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"

	"github.com/stretchr/testify/require"
)

func TestPanicIsTheTasksError(t *testing.T) {
	for _, where := range []string{"Call", "Again"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(3, 1, Spec{Retry: steady(0, s)})
			dies := func(name string, i int) {
				if name == where && i == 1 {
					panic(errBoom)
				}
			}
			l.call = func(_ *Attempt, i int) (int, error) { dies("Call", i); return i, nil }
			l.ask = func(_ *Attempt, i, _ int, _ error) (bool, error) { dies("Again", i); return false, nil }
			l.run(t)
			require.Equal(t, []Status{OK, Failed, OK}, statuses(l.Tasks))
			require.EqualError(t, l.Tasks[1].Err, "panic: boom")
			p := l.Tasks[1].Err.(*Panic)
			require.Equal(t, errBoom, p.Value)
			require.Contains(t, string(p.Stack), "panic_test.go")
			require.EqualValues(t, 1, l.made.Load())
		})
	}
}

func TestPanicIsRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 0, Spec{Retry: steady(1, s)})
		l.call = func(a *Attempt, _ int) (int, error) {
			if a.Number == 1 {
				panic("once")
			}
			return 2, nil
		}
		l.run(t)
		require.Equal(t, 2, l.Tasks[0].Value)
		require.EqualError(t, l.Tasks[0].Earlier()[0], "panic: once")
	})
}

func TestPanicInNewWorker(t *testing.T) {
	for _, slots := range []int{0, 1, 3} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(6, slots, Spec{})
			l.call = func(_ *Attempt, i int) (int, error) { return i, nil }
			var made atomic.Int32
			l.NewWorker = func(*Attempt) Worker[int] {
				if made.Add(1) == 2 {
					return &fake{call: l.call, broken: &l.broken}
				}
				panic("no thread left")
			}
			r := l.startWith(context.Background())
			r.Wait()
			l.idle(t)
			failed := 0
			for _, task := range l.Tasks {
				require.True(t, task.Status().Done())
				if task.Status() == Failed {
					failed++
					require.EqualError(t, task.Err, "panic: no thread left")
					require.Contains(t, string(task.Err.(*Panic).Stack), "panic_test.go")
				}
			}
			require.NotZero(t, failed)
		})
	}
}

func TestPanicInNewWorkerIsNotRetried(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Retry: steady(2, s)})
		l.NewWorker = func(*Attempt) Worker[int] { panic("no thread left") }
		r := l.startWith(context.Background())
		r.Wait()
		l.idle(t)
		require.Equal(t, Failed, l.Tasks[0].Status())
		require.EqualValues(t, 1, l.Tasks[0].Attempts())
	})
}

// testing's FailNow is a runtime.Goexit: without care the run would never end.
func TestGoexitFailsTheTask(t *testing.T) {
	for _, where := range []string{"Call", "Again"} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(4, 1, Spec{Retry: steady(0, s)})
			exits := func(name string, i int) {
				if name == where && i%2 == 1 {
					runtime.Goexit()
				}
			}
			l.call = func(_ *Attempt, i int) (int, error) { exits("Call", i); return i, nil }
			l.ask = func(_ *Attempt, i, _ int, _ error) (bool, error) { exits("Again", i); return false, nil }
			l.run(t)
			require.Equal(t, []Status{OK, Failed, OK, Failed}, statuses(l.Tasks))
			require.Same(t, errExited, l.Tasks[1].Err)
		})
	}
}
