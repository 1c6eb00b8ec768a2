package group

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// A storm starts random runs of random tasks, some of which start runs.
type storm struct {
	t     *testing.T
	b     *Budget
	slots []*Slots
	limit map[*Slots]int
	busy  map[*Slots]*atomic.Int32
	all   atomic.Int32
	runs  atomic.Int32
	tasks atomic.Int32
}

func newStorm(t *testing.T, ceiling int) *storm {
	st := &storm{t: t, b: NewBudget(ceiling, &wait.Monitor{}), limit: map[*Slots]int{}, busy: map[*Slots]*atomic.Int32{}}
	for _, n := range []int{0, 1, 2, 5} {
		s := st.b.Slots(n)
		st.slots = append(st.slots, s)
		st.limit[s], st.busy[s] = n, new(atomic.Int32)
	}
	return st
}

// enter checks that no more tasks have a worker than may.
func (st *storm) enter(s *Slots, a *Attempt) {
	if !s.bounded() || !a.held {
		return
	}
	if n, most := st.busy[s].Add(1), st.limit[s]; most > 0 && int(n) > most {
		st.t.Errorf("%d tasks at once, %d slots", n, most)
	}
	if n := st.all.Add(1); st.b.max > 0 && int(n) > st.b.max {
		st.t.Errorf("%d tasks at once, the ceiling is %d", n, st.b.max)
	}
}

func (st *storm) leave(s *Slots, a *Attempt) {
	if s.bounded() && a.held {
		st.busy[s].Add(-1)
		st.all.Add(-1)
	}
}

// run runs one random run to its end. wait is how the caller waits.
func (st *storm) run(ctx context.Context, depth int, wait func(<-chan struct{})) {
	spec := Spec{}
	if rand.IntN(3) == 0 {
		spec.Timeout = time.Duration(1+rand.IntN(2000)) * time.Microsecond
	}
	if rand.IntN(3) == 0 {
		spec.Retry = &Retry{Retries: rand.IntN(4), Wait: time.Duration(rand.IntN(1000)) * time.Microsecond, Multiplier: 2, MaxWait: ms, Jitter: true}
	}
	n := rand.IntN(12)
	l := &lab{Tasks: newTasks(n, spec), Config: Config[int]{Slots: st.slots[rand.IntN(len(st.slots))]}}
	if rand.IntN(4) == 0 {
		l.Deadline = time.Duration(1+rand.IntN(5000)) * time.Microsecond
	}
	if rand.IntN(4) == 0 {
		l.MaxFailures = 1 + rand.IntN(4)
	}
	var finals atomic.Int32
	l.Settled = func(_ *Task[int], _ Status, again time.Duration) {
		if again < 0 {
			finals.Add(1)
		}
	}
	l.call = func(a *Attempt, i int) (int, error) { return st.task(l, a, depth) }
	l.ask = func(a *Attempt, _, _ int, err error) (bool, error) { return st.ask(a, err) }
	r := l.start(ctx)
	if rand.IntN(5) == 0 {
		d := time.Duration(rand.IntN(3000)) * time.Microsecond
		defer time.AfterFunc(d, func() { r.Stop(errors.New("stopped by the storm")) }).Stop()
	}
	wait(r.Done())
	st.runs.Add(1)
	st.tasks.Add(int32(n))
	if f := finals.Load(); int(f) != n {
		st.t.Errorf("%d final reports of %d tasks", f, n)
	}
	for _, task := range l.Tasks {
		if !task.Status().Done() || (task.Err == nil) != (task.Status() == OK) || int(task.Attempts()) < len(task.Earlier()) {
			st.t.Errorf("a bad ending: %v %v after %d", task.Status(), task.Err, task.Attempts())
		}
	}
	if l.broken.Load() > 0 {
		st.t.Errorf("%d wrong calls of Stop or Resume", l.broken.Load())
	}
}

func (st *storm) task(l *lab, a *Attempt, depth int) (int, error) {
	st.enter(l.Slots, a)
	defer func() { st.leave(l.Slots, a) }()
	switch k := rand.IntN(14); {
	case k == 0:
		panic("a storm")
	case k == 1:
		a.Close()
		return 0, sleep(a, 100*time.Microsecond)
	case k < 4:
		return 0, errBoom
	case k < 7:
		return 0, sleep(a, time.Duration(rand.IntN(1000))*time.Microsecond)
	case k < 11 && depth > 0:
		st.run(a.Context(), depth-1, func(done <-chan struct{}) {
			st.leave(l.Slots, a)
			l.await(a, done)
			st.enter(l.Slots, a)
		})
		return 0, a.Cause()
	}
	return 1, nil
}

func (st *storm) ask(a *Attempt, err error) (bool, error) {
	switch rand.IntN(6) {
	case 0:
		return false, errBoom
	case 1:
		panic("a storm in Again")
	case 2:
		return true, sleep(a, time.Duration(rand.IntN(500))*time.Microsecond)
	}
	return err != nil, nil
}

func TestHammer(t *testing.T) {
	for _, ceiling := range []int{0, 1, 3} {
		st := newStorm(t, ceiling)
		end := time.Now().Add(700 * ms)
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for time.Now().Before(end) {
					ctx, cancel := context.WithCancelCause(context.Background())
					if rand.IntN(4) == 0 {
						time.AfterFunc(time.Duration(rand.IntN(3000))*time.Microsecond, func() { cancel(errBoom) })
					}
					st.run(ctx, 3, func(done <-chan struct{}) { <-done })
					cancel(nil)
				}
			})
		}
		hung := time.AfterFunc(time.Minute, func() { panic("the storm does not end") })
		wg.Wait()
		st.b.Wait()
		hung.Stop()
		idle(t, st.b)
		for _, s := range st.slots {
			require.Zero(t, held(s))
		}
		require.Zero(t, st.all.Load())
		t.Logf("ceiling %d: %d runs, %d tasks", ceiling, st.runs.Load(), st.tasks.Load())
	}
}
