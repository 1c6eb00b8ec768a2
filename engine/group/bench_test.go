package group

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
)

type noop struct{}

func (noop) Call(*Attempt, *Task[int]) (int, error)               { return 0, nil }
func (noop) Again(*Attempt, *Task[int], int, error) (bool, error) { return false, nil }
func (noop) Gates(*Attempt, *Task[int]) ([]*Gate, error)          { return nil, nil }
func (noop) Stop(error)                                           {}
func (noop) Resume()                                              {}
func newNoop(*Attempt) Worker[int]                                { return noop{} }

func startNoops(slots *Slots, tasks []*Task[int]) *Run[int] {
	r := Start(context.Background(), Config[int]{Slots: slots, NewWorker: newNoop})
	r.Add(tasks...)
	r.Close()
	return r
}

func noops(n int, spec *Spec) (list []Task[int], tasks []*Task[int]) {
	list, tasks = make([]Task[int], n), make([]*Task[int], n)
	for i := range list {
		list[i].Spec = spec
		tasks[i] = &list[i]
	}
	return list, tasks
}

// BenchmarkRun measures tasks that do nothing: one iteration is one task.
func BenchmarkRun(b *testing.B) {
	for _, c := range []struct {
		name    string
		workers int
		spec    Spec
	}{
		{"workers=1", 1, Spec{}},
		{fmt.Sprintf("workers=GOMAXPROCS(%d)", runtime.GOMAXPROCS(0)), runtime.GOMAXPROCS(0), Spec{}},
		{"workers=unlimited", 0, Spec{}},
		{"workers=1/timeout", 1, Spec{Timeout: time.Minute}},
		{"workers=1/retry", 1, Spec{Retry: &Retry{Retries: 1}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			_, tasks := noops(b.N, &c.spec)
			b.ReportAllocs()
			b.ResetTimer()
			startNoops(NewBudget(0, &wait.Monitor{}).Slots(c.workers), tasks).Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

// BenchmarkShared measures two runs that take turns on one slot.
func BenchmarkShared(b *testing.B) {
	var spec Spec
	_, one := noops(b.N, &spec)
	_, two := noops(b.N, &spec)
	b.ReportAllocs()
	b.ResetTimer()
	slots := NewBudget(0, &wait.Monitor{}).Slots(1)
	first, second := startNoops(slots, one), startNoops(slots, two)
	first.Wait()
	second.Wait()
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
}
