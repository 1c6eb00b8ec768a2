package group_test

import (
	"context"
	"fmt"
	"runtime"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/group"
)

type noop struct{}

func (noop) Call(*group.Attempt, int) (int, error)               { return 0, nil }
func (noop) Again(*group.Attempt, int, int, error) (bool, error) { return false, nil }
func (noop) Stop(error)                                          {}
func (noop) Resume()                                             {}
func newNoop(*group.Attempt) group.Worker[int]                   { return noop{} }
func noops(n int, spec *group.Spec) (list []group.Task[int], tasks []*group.Task[int]) {
	list, tasks = make([]group.Task[int], n), make([]*group.Task[int], n)
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
		spec    group.Spec
	}{
		{"workers=1", 1, group.Spec{}},
		{fmt.Sprintf("workers=GOMAXPROCS(%d)", runtime.GOMAXPROCS(0)), runtime.GOMAXPROCS(0), group.Spec{}},
		{"workers=unlimited", 0, group.Spec{}},
		{"workers=1/timeout", 1, group.Spec{Timeout: time.Minute}},
		{"workers=1/retry", 1, group.Spec{Retry: &group.Retry{Retries: 1}}},
	} {
		b.Run(c.name, func(b *testing.B) {
			_, tasks := noops(b.N, &c.spec)
			b.ReportAllocs()
			b.ResetTimer()
			group.Start(context.Background(), group.Config[int]{
				Tasks: tasks, Slots: group.NewBudget(0).Slots(c.workers), NewWorker: newNoop,
			}).Wait()
			b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
		})
	}
}

// BenchmarkShared measures two runs that take turns on one slot.
func BenchmarkShared(b *testing.B) {
	var spec group.Spec
	_, one := noops(b.N, &spec)
	_, two := noops(b.N, &spec)
	b.ReportAllocs()
	b.ResetTimer()
	slots := group.NewBudget(0).Slots(1)
	start := func(tasks []*group.Task[int]) *group.Run[int] {
		return group.Start(context.Background(), group.Config[int]{Tasks: tasks, Slots: slots, NewWorker: newNoop})
	}
	first, second := start(one), start(two)
	first.Wait()
	second.Wait()
	b.ReportMetric(2*float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
}
