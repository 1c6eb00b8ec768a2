package group

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// A gauge counts how many are inside, and how many there ever were.
type gauge struct {
	mu        sync.Mutex
	now, most int
}

func (g *gauge) enter() (leave func()) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.now++
	g.most = max(g.most, g.now)
	return func() {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.now--
	}
}

func TestNeverMoreTasksThanSlots(t *testing.T) {
	for _, n := range []int{1, 2, 7} {
		synctest.Test(t, func(t *testing.T) {
			var all gauge
			slots := NewBudget(0, &wait.Monitor{}).Slots(n)
			var labs []*lab
			var runs []*Run[int]
			for range 4 {
				l := &lab{Tasks: newTasks(50, Spec{}), Config: Config[int]{Slots: slots}}
				l.call = func(a *Attempt, i int) (int, error) {
					defer all.enter()()
					return i, sleep(a, time.Duration(i%4)*ms)
				}
				labs, runs = append(labs, l), append(runs, l.start(context.Background()))
			}
			for i, r := range runs {
				r.Wait()
				for _, task := range labs[i].Tasks {
					require.Equal(t, OK, task.Status())
				}
			}
			labs[0].idle(t)
			require.Equal(t, n, all.most)
		})
	}
}

func TestCeilingOverSeveralSlots(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var all gauge
		b := NewBudget(5, &wait.Monitor{})
		require.Equal(t, 5, b.Ceiling())
		var runs []*Run[int]
		var gauges [3]gauge
		for k, n := range []int{0, 2, 4} {
			l := &lab{Tasks: newTasks(30, Spec{}), Config: Config[int]{Slots: b.Slots(n)}}
			l.call = func(a *Attempt, _ int) (int, error) {
				defer all.enter()()
				defer gauges[k].enter()()
				return 0, sleep(a, s)
			}
			runs = append(runs, l.start(context.Background()))
		}
		for _, r := range runs {
			r.Wait()
		}
		b.Wait()
		idle(t, b)
		require.Equal(t, 5, all.most)
		require.LessOrEqual(t, gauges[1].most, 2)
		require.LessOrEqual(t, gauges[2].most, 4)
		longest := max(runs[0].Duration(), runs[1].Duration(), runs[2].Duration())
		require.LessOrEqual(t, longest, 21*s, "90 tasks, five at a time, and in the end only two of one run")
	})
}

func TestRunsThatShareSlotsTakeTurns(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := NewBudget(0, &wait.Monitor{}).Slots(1)
		first := &lab{Tasks: newTasks(1, Spec{}), Config: Config[int]{Slots: slots}}
		first.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, s) }
		runs := []*Run[int]{first.start(context.Background())} // has the slot while the others come
		var order []string
		for _, name := range []string{"a", "b", "c"} {
			l := &lab{Tasks: newTasks(4, Spec{}), Config: Config[int]{Slots: slots}}
			l.call = func(a *Attempt, _ int) (int, error) {
				order = append(order, name)
				return 0, sleep(a, s)
			}
			runs = append(runs, l.start(context.Background()))
		}
		for _, r := range runs {
			r.Wait()
		}
		slots.b.Wait()
		require.Equal(t, []string{"a", "b", "c", "a", "b", "c", "a", "b", "c", "a", "b", "c"}, order)
	})
}

// Short tasks have several of them to a turn: a new worker for each would cost
// more than they do.
func TestTurnsAreNotShorterThanAMillisecond(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		slots := NewBudget(0, &wait.Monitor{}).Slots(1)
		var order strings.Builder
		var labs [2]*lab
		var runs [2]*Run[int]
		for k := range labs {
			l := &lab{Tasks: newTasks(10, Spec{}), Config: Config[int]{Slots: slots}}
			l.call = func(a *Attempt, _ int) (int, error) {
				order.WriteByte("ab"[k])
				return 0, sleep(a, ms/4)
			}
			labs[k], runs[k] = l, l.start(context.Background())
		}
		runs[0].Wait()
		runs[1].Wait()
		slots.b.Wait()
		require.Equal(t, "aaaabbbbaaaabbbbaabb", order.String())
		require.EqualValues(t, 1, labs[0].made.Load(), "it comes back")
	})
}

// Who waits for slots of another group does not make a worker leave: it could
// not use the one that it gives back, and each task would pay for a new worker.
func TestWorkersStayWhenLeavingHelpsNobody(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(10, &wait.Monitor{})
		full := &lab{Tasks: newTasks(2, Spec{}), Config: Config[int]{Slots: b.Slots(1)}}
		full.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, time.Hour) }
		r := full.start(context.Background())
		synctest.Wait()
		l := &lab{Tasks: newTasks(100, Spec{}), Config: Config[int]{Slots: b.Slots(2)}}
		l.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, s) }
		l.start(context.Background()).Wait()
		require.EqualValues(t, 2, l.made.Load())
		r.Stop(errBoom)
		full.idle(t)
	})
}

func TestWorkerNumbers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(200, 7, Spec{Retry: steady(1, s)})
		live := map[int]bool{}
		var mu sync.Mutex
		most := 0
		gate := make(chan struct{})
		l.call = func(a *Attempt, i int) (int, error) {
			mu.Lock()
			require.False(t, live[a.Worker], "worker %d is there twice", a.Worker)
			live[a.Worker] = true
			most = max(most, a.Worker)
			mu.Unlock()
			err := sleep(a, time.Duration(i%11)*ms)
			if i%50 == 0 && a.Number == 1 {
				err = errBoom
			}
			if i == 3 {
				close(gate)
			}
			if i == 2 {
				l.await(a, gate)
			}
			mu.Lock()
			delete(live, a.Worker)
			mu.Unlock()
			return 0, err
		}
		l.run(t)
		require.Less(t, most, 8, "seven, and one for the task that waited")
	})
}

// A run that ends while it waits for a slot must not stay in the queue: the slot
// may be busy for hours, and a run holds all its tasks.
func TestEndedRunWantsNoSlot(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{})
		l.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, time.Hour) }
		busy := l.start(context.Background())
		synctest.Wait()
		late := &lab{Tasks: newTasks(2, Spec{}), Config: Config[int]{Slots: l.Slots, Deadline: s}}
		r := late.start(context.Background())
		require.EqualValues(t, 1, l.Slots.b.waiting.Load())
		r.Wait()
		require.Equal(t, []Status{TimedOut, TimedOut}, statuses(late.Tasks))
		require.Equal(t, s, r.Duration())
		require.Zero(t, l.Slots.b.waiting.Load())
		require.Zero(t, late.made.Load())
		busy.Stop(errors.New("enough"))
		l.idle(t)
	})
}

func TestBudgetWaitsForWorkersAndRetries(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 0, Spec{Retry: steady(3, s)})
		l.call = func(*Attempt, int) (int, error) { return 0, errBoom }
		r := l.start(context.Background())
		l.Slots.b.Wait() // between the tries no worker is there
		require.True(t, l.Tasks[0].Status().Done())
		require.Equal(t, 3*s, r.Duration())
		r.mu.Lock()
		require.Empty(t, r.workers)
		r.mu.Unlock()
	})
}
