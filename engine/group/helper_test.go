package group

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	errBoom    = errors.New("boom")
	errStopped = errors.New("stopped in line 7")
)

// A fake is a Worker made of functions. It notes when the run breaks its word
// about Stop and Resume.
type fake struct {
	call    func(a *Attempt, i int) (int, error)
	ask     func(a *Attempt, i, v int, err error) (bool, error) // nil: yes to every error, no to every value
	gates   func(a *Attempt, i int) ([]*Gate, error)
	stopped atomic.Bool
	broken  *atomic.Int32
}

func (f *fake) Call(a *Attempt, t *Task[int]) (int, error) { return f.call(a, t.Index) }

func (f *fake) Again(a *Attempt, t *Task[int], v int, err error) (bool, error) {
	if f.ask == nil {
		return err != nil, nil
	}
	return f.ask(a, t.Index, v, err)
}

func (f *fake) Gates(a *Attempt, t *Task[int]) ([]*Gate, error) { return f.gates(a, t.Index) }

func (f *fake) Stop(error) { f.set(true) }
func (f *fake) Resume()    { f.set(false) }

func (f *fake) set(to bool) {
	if !f.stopped.CompareAndSwap(!to, to) {
		f.broken.Add(1) // stopped twice, or resumed without a stop
	}
}

// A lab starts runs of one list of functions and checks the rules for workers.
type lab struct {
	Config[int]
	Tasks []*Task[int]
	call  func(a *Attempt, i int) (int, error)
	ask   func(a *Attempt, i, v int, err error) (bool, error)
	gates func(a *Attempt, i int) ([]*Gate, error)

	made   atomic.Int32 // workers
	broken atomic.Int32
}

// newLab returns a lab with n tasks, free slots workers (0: no bound) and one Spec.
func newLab(n, slots int, spec Spec) *lab {
	return &lab{Tasks: newTasks(n, spec), Config: Config[int]{Slots: NewBudget(0, &wait.Monitor{}).Slots(slots)}}
}

func newTasks(n int, spec Spec) []*Task[int] {
	list, tasks := make([]Task[int], n), make([]*Task[int], n)
	for i := range list {
		list[i].Spec = &spec
		tasks[i] = &list[i]
	}
	return tasks
}

func (l *lab) start(ctx context.Context) *Run[int] {
	l.NewWorker = func(*Attempt) Worker[int] {
		l.made.Add(1)
		return &fake{call: l.call, ask: l.ask, gates: l.gates, broken: &l.broken}
	}
	return l.startWith(ctx)
}

// startWith is start with the NewWorker of Config.
func (l *lab) startWith(ctx context.Context) *Run[int] {
	r := Start(ctx, l.Config)
	r.Add(l.Tasks...)
	r.Close()
	return r
}

// run waits for the tasks and their workers, and checks that nothing is left.
func (l *lab) run(t testing.TB) *Run[int] {
	t.Helper()
	r := l.start(context.Background())
	r.Wait()
	l.idle(t)
	return r
}

func (l *lab) idle(t testing.TB) {
	t.Helper()
	b := l.Slots.b
	b.Wait()
	idle(t, b)
	if n := l.broken.Load(); n > 0 {
		t.Errorf("%d wrong calls of Stop or Resume", n)
	}
}

// idle checks that all slots are free and nobody waits for one.
func idle(t testing.TB, b *Budget) {
	t.Helper()
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.used != 0 || b.back.Len() != 0 || b.want.Len() != 0 || b.waiting.Load() != 0 {
		t.Errorf("slots used: %d, waiters: %d back, %d want, %d counted", b.used, b.back.Len(), b.want.Len(), b.waiting.Load())
	}
}

// held returns how many of the slots are held.
func held(s *Slots) int {
	s.b.mu.Lock()
	defer s.b.mu.Unlock()
	return s.used
}

// sleep is a task that takes d unless it is stopped.
func sleep(a *Attempt, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-a.Context().Done():
		return errStopped
	}
}

func statuses(tasks []*Task[int]) []Status {
	var list []Status
	for _, t := range tasks {
		list = append(list, t.Status())
	}
	return list
}

func messages(tasks []*Task[int]) []string {
	var list []string
	for _, t := range tasks {
		text := ""
		if t.Err != nil {
			text = t.Err.Error()
		}
		list = append(list, text)
	}
	return list
}

const (
	ms = time.Millisecond
	s  = time.Second
)
