package group

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// under starts children on the same slots from within an attempt, and waits.
func (l *lab) under(a *Attempt, n int, call func(a *Attempt, i int) (int, error)) *lab {
	child := &lab{Tasks: newTasks(n, Spec{}), Config: Config[int]{Slots: l.Slots}, call: call}
	r := child.start(a.Context())
	l.await(a, r.Done())
	l.broken.Add(child.broken.Load())
	return child
}

// await has the task wait until done is closed, without its worker.
func (l *lab) await(a *Attempt, done <-chan struct{}) {
	a.Wait(func() { <-done }, func() *wait.Wait {
		return &wait.Wait{Monitor: l.Slots.b.waits, Kind: wait.Slot}
	})
}

func TestNestingDeeperThanTheSlots(t *testing.T) {
	for _, slots := range []int{0, 1, 2} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(1, slots, Spec{})
			var level func(depth int) func(a *Attempt, _ int) (int, error)
			level = func(depth int) func(a *Attempt, _ int) (int, error) {
				return func(a *Attempt, _ int) (int, error) {
					if depth == 50 {
						return 1, sleep(a, s)
					}
					child := l.under(a, 1, level(depth+1))
					require.Equal(t, OK, child.Tasks[0].Status())
					return child.Tasks[0].Value + 1, nil
				}
			}
			l.call = level(1)
			r := l.run(t)
			require.Equal(t, 50, l.Tasks[0].Value)
			require.Equal(t, s, r.Duration())
		})
	}
}

func TestNestingFansOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(3, 2, Spec{})
		var busy gauge
		var level func(depth int) func(a *Attempt, _ int) (int, error)
		level = func(depth int) func(a *Attempt, _ int) (int, error) {
			return func(a *Attempt, i int) (int, error) {
				if depth == 5 {
					defer busy.enter()()
					return 1, sleep(a, s)
				}
				sum := 0
				for _, c := range l.under(a, 3, level(depth+1)).Tasks {
					defer busy.enter()()
					sum += c.Value
				}
				return sum, nil
			}
		}
		l.call = level(1)
		r := l.run(t)
		require.Equal(t, 81, l.Tasks[0].Value)
		require.Equal(t, 122*s, r.Duration(), "243 leaves, two at a time")
	})
}

func TestWaitGivesTheSlotToOthers(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(4, 1, Spec{})
		var order []int
		gate := make(chan struct{})
		l.call = func(a *Attempt, i int) (int, error) {
			order = append(order, i)
			if i < 3 {
				l.await(a, gate)
				require.Equal(t, 1, held(l.Slots))
				order = append(order, 10+i)
				return 0, sleep(a, s)
			}
			close(gate)
			return 0, sleep(a, s)
		}
		r := l.run(t)
		require.Equal(t, []int{0, 1, 2, 3}, order[:4])
		require.ElementsMatch(t, []int{10, 11, 12}, order[4:])
		require.Equal(t, 4*s, r.Duration())
	})
}

// Task 0 waits for children and wants its slot back, which task 1 keeps.
func TestStopWhileTheSlotIsWantedBack(t *testing.T) {
	for _, c := range []struct {
		name    string
		timeout time.Duration
		want    string
	}{
		{"timeout", 5 * s, "timed out after 5s"},
		{"run stopped", 0, "cancelled: Ctrl-C"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(3, 1, Spec{Timeout: c.timeout})
				own := Spec{}
				l.Tasks[1].Spec, l.Tasks[2].Spec = &own, &own
				gate := make(chan struct{})
				l.call = func(a *Attempt, i int) (int, error) {
					switch i {
					case 0:
						l.await(a, gate)
						return 0, a.Cause()
					case 1:
						close(gate)
						time.Sleep(10 * s) // heeds no stop
					}
					require.Equal(t, 1, held(l.Slots))
					return i, nil
				}
				r := l.start(context.Background())
				time.Sleep(5 * s)
				if c.timeout == 0 {
					r.Stop(errors.New("Ctrl-C"))
				}
				synctest.Wait()
				r.mu.Lock()
				require.Equal(t, 5*s, l.Tasks[0].Duration)
				require.EqualError(t, l.Tasks[0].Err, c.want)
				r.mu.Unlock()
				require.Equal(t, 1, held(l.Slots), "task 1 has it")
				r.Wait()
				l.idle(t)
				require.Equal(t, OK, l.Tasks[1].Status(), "its value was there in time")
				require.Equal(t, 10*s, r.Duration())
			})
		})
	}
}

// What stops a task stops its children, and the task ends after them.
func TestChildrenAreStoppedWithTheirParent(t *testing.T) {
	for _, c := range []struct {
		name        string
		prepare     func(l *lab)
		parent      string
		child, next string
	}{
		{"timeout", func(l *lab) { l.Tasks[0].Spec.Timeout = s }, "timed out after 1s",
			"cancelled: the task that started it timed out after 1s", "skipped: the task that started it timed out after 1s"},
		{"deadline", func(l *lab) { l.Deadline = s }, "deadline of 1s passed", "deadline of 1s passed", "deadline of 1s passed"},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(1, 1, Spec{})
				c.prepare(l)
				var child *lab
				l.call = func(a *Attempt, _ int) (int, error) {
					child = l.under(a, 2, func(a *Attempt, _ int) (int, error) { return 0, sleep(a, time.Hour) })
					for _, task := range child.Tasks {
						require.True(t, task.Status().Done())
					}
					return 0, a.Cause()
				}
				r := l.run(t)
				require.Equal(t, []string{c.parent}, messages(l.Tasks))
				require.Equal(t, []string{c.child, c.next}, messages(child.Tasks))
				require.Equal(t, s, r.Duration())
			})
		})
	}
}

func TestChildrenMayHaveSlotsOfTheirOwnUnderTheCeiling(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := NewBudget(1, &wait.Monitor{})
		l := &lab{Tasks: newTasks(3, Spec{}), Config: Config[int]{Slots: b.Slots(0)}}
		l.call = func(a *Attempt, i int) (int, error) {
			own := &lab{Config: Config[int]{Slots: b.Slots(2)}}
			child := own.under(a, 4, func(a *Attempt, i int) (int, error) { return i, sleep(a, s) })
			require.Equal(t, []Status{OK, OK, OK, OK}, statuses(child.Tasks))
			return i, nil
		}
		r := l.run(t)
		require.Equal(t, []Status{OK, OK, OK}, statuses(l.Tasks))
		require.Equal(t, 12*s, r.Duration())
	})
}
