package group

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

// An edge is one row of the table of phases: a task is brought into a phase, then
// something happens, and this is what comes of it.
type edge struct {
	name   string
	spec   Spec
	into   func(l *lab, t *Task[int]) // makes the task stand where the edge begins, one second after the start
	phase  phase                      // that it must be in then
	then   func(r *Run[int], t *Task[int])
	status Status // in the end
	text   string // of its error
	calls  int    // attempts in all
}

// blocker is a task that takes ten seconds and then ends like that.
func (l *lab) blocker(err error) *Task[int] {
	first := newTasks(1, Spec{Name: "first"})[0]
	l.Tasks = append([]*Task[int]{first}, l.Tasks...)
	inner := l.call
	l.call = func(a *Attempt, i int) (int, error) {
		if i == 0 {
			if sleep(a, 10*s) != nil {
				return 0, errStopped
			}
			return 0, err
		}
		return inner(a, i)
	}
	return first
}

func isBlocked(err error) func(*lab, *Task[int]) {
	return func(l *lab, t *Task[int]) { t.After(l.blocker(err)) }
}

func isReady(l *lab, _ *Task[int]) {
	l.Slots = l.Slots.b.Slots(1)
	l.blocker(nil)
}

func isRunning(*lab, *Task[int]) {}

// isDelayed fails the first attempt at once; the next one follows after ten seconds.
func isDelayed(l *lab, _ *Task[int]) {
	inner := l.call
	l.call = func(a *Attempt, i int) (int, error) {
		if a.Number == 1 {
			return 0, errBoom
		}
		return inner(a, i)
	}
}

// isLimited lets one task in every ten seconds, and another was the first.
func isLimited(l *lab, t *Task[int]) {
	limiter := NewLimiter(l.Slots.b.waits, Limits{Rate: 0.1, Burst: 1})
	l.gates = func(*Attempt, int) ([]*Gate, error) { return []*Gate{limiter.Gate("")}, nil }
	taken := NewTicket(func() {}, limiter.Gate(""))
	taken.Pass()
	taken.Close()
}

var (
	again    = Spec{Name: "t", Retry: &Retry{Retries: 1, Wait: 10 * s, Multiplier: 1, MaxWait: time.Minute}}
	once     = Spec{Name: "t"}
	bounded  = Spec{Name: "t", Limited: true}
	errGiven = errors.New("enough")
)

func nothing(*Run[int], *Task[int])      {}
func stop(r *Run[int], _ *Task[int])     { r.Stop(errGiven) }
func cancel(_ *Run[int], t *Task[int])   { t.Cancel(errGiven) }
func deadline(r *Run[int], _ *Task[int]) { r.Stop(deadlineStop(s)) }

var edges = []edge{
	{"blocked, then they end well", once, isBlocked(nil), blocked, nothing, OK, "", 1},
	{"blocked, then one fails", once, isBlocked(errBoom), blocked, nothing, Skipped, `skipped: "first" failed`, 0},
	{"blocked, stop", once, isBlocked(nil), blocked, stop, Skipped, "skipped: enough", 0},
	{"blocked, cancel", once, isBlocked(nil), blocked, cancel, Skipped, "skipped: enough", 0},
	{"blocked, deadline", once, isBlocked(nil), blocked, deadline, TimedOut, "deadline of 1s passed", 0},

	{"ready, then a worker is free", once, isReady, ready, nothing, OK, "", 1},
	{"ready, stop", once, isReady, ready, stop, Skipped, "skipped: enough", 0},
	{"ready, cancel", once, isReady, ready, cancel, Skipped, "skipped: enough", 0},
	{"ready, deadline", once, isReady, ready, deadline, TimedOut, "deadline of 1s passed", 0},

	{"limited, then its turn", bounded, isLimited, limited, nothing, OK, "", 1},
	{"limited, stop", bounded, isLimited, limited, stop, Skipped, "skipped: enough", 0},
	{"limited, cancel", bounded, isLimited, limited, cancel, Skipped, "skipped: enough", 0},
	{"limited, deadline", bounded, isLimited, limited, deadline, TimedOut, "deadline of 1s passed", 0},

	{"running, then it ends", once, isRunning, running, nothing, OK, "", 1},
	{"running, stop", once, isRunning, running, stop, Cancelled, "cancelled: enough", 1},
	{"running, cancel", again, isRunning, running, cancel, Cancelled, "cancelled: enough", 1},
	{"running, deadline", again, isRunning, running, deadline, TimedOut, "deadline of 1s passed", 1},

	{"delayed, then its next attempt", again, isDelayed, delayed, nothing, OK, "", 2},
	{"delayed, stop", again, isDelayed, delayed, stop, Cancelled, "cancelled: enough", 1},
	{"delayed, cancel", again, isDelayed, delayed, cancel, Cancelled, "cancelled: enough", 1},
	{"delayed, deadline", again, isDelayed, delayed, deadline, TimedOut, "deadline of 1s passed", 1},
}

// Every edge of the table of phases.
func TestEdges(t *testing.T) {
	for _, e := range edges {
		t.Run(e.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(1, 0, e.spec)
				task := l.Tasks[0]
				l.call = func(a *Attempt, i int) (int, error) { return 7, sleep(a, 5*s) }
				e.into(l, task)
				r := l.start(context.Background())
				time.Sleep(s)
				r.mu.Lock()
				phase := task.phase
				r.mu.Unlock()
				require.Equal(t, e.phase, phase)
				notified := make(chan struct{})
				require.True(t, task.Notify(func() { close(notified) }))

				e.then(r, task)
				r.Wait()
				l.idle(t)
				<-notified
				require.False(t, task.Notify(func() {}))
				require.Equal(t, e.status, task.Status())
				require.Equal(t, e.calls, task.Attempts())
				if e.text == "" {
					require.NoError(t, task.Err)
					require.Equal(t, 7, task.Value)
				} else {
					require.EqualError(t, task.Err, e.text)
				}
				task.Cancel(errBoom) // it has ended: nothing comes of that
				require.Equal(t, e.status, task.Status())
				time.Sleep(time.Minute)
				require.Zero(t, l.Slots.b.waits.Moving(), "nothing is counted that moves by itself")
			})
		})
	}
}

// A task that needs its own limiter and is cancelled while it is asked about.
func TestCancelledWhileGatesAreAsked(t *testing.T) {
	for _, how := range []func(*Run[int], *Task[int]){stop, cancel} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(1, 1, bounded)
			l.call = func(*Attempt, int) (int, error) { return 1, nil }
			limiter := NewLimiter(l.Slots.b.waits, Limits{Concurrency: 1})
			l.gates = func(a *Attempt, _ int) ([]*Gate, error) {
				_ = sleep(a, 2*s)
				return []*Gate{limiter.Gate("")}, nil
			}
			r := l.start(context.Background())
			time.Sleep(s)
			how(r, l.Tasks[0])
			r.Wait()
			l.idle(t)
			require.Equal(t, Skipped, l.Tasks[0].Status())
			require.EqualError(t, l.Tasks[0].Err, "skipped: enough")
			require.Equal(t, s, r.Duration())
		})
	}
}

// Gates that cannot be told end the task as failed, and a panic in asking as well.
func TestGatesFail(t *testing.T) {
	for _, panics := range []bool{false, true} {
		l := newLab(3, 1, bounded)
		l.call = func(*Attempt, int) (int, error) { return 1, nil }
		l.gates = func(*Attempt, int) ([]*Gate, error) {
			if panics {
				panic("boom")
			}
			return nil, errBoom
		}
		l.run(t)
		for _, task := range l.Tasks {
			require.Equal(t, Failed, task.Status())
			require.Equal(t, 1, task.Attempts())
			require.ErrorContains(t, task.Err, "boom")
		}
	}
}
