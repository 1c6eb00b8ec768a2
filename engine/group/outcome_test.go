package group

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func TestOutcomesStayInOrder(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(5, 5, Spec{})
		l.call = func(a *Attempt, i int) (int, error) { return i * i, sleep(a, time.Duration(5-i)*s) }
		r := l.run(t)
		for i, task := range l.Tasks {
			require.Equal(t, OK, task.Status())
			require.Equal(t, i*i, task.Value)
			require.NoError(t, task.Err)
			require.EqualValues(t, 1, task.Attempts())
			require.Equal(t, time.Duration(5-i)*s, task.Duration)
		}
		require.Equal(t, 5*s, r.Duration())
	})
}

func TestFailuresLetTheOthersGoOn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(3, 1, Spec{})
		l.call = func(_ *Attempt, i int) (int, error) {
			if i == 1 {
				return 5, errBoom
			}
			return i, nil
		}
		l.run(t)
		require.Equal(t, []Status{OK, Failed, OK}, statuses(l.Tasks))
		require.Same(t, errBoom, l.Tasks[1].Err)
		require.Zero(t, l.Tasks[1].Value)
	})
}

func TestTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(2, 1, Spec{Timeout: 500 * ms})
		l.call = func(a *Attempt, i int) (int, error) {
			at, ok := a.Until()
			require.True(t, ok)
			require.Equal(t, 500*ms, time.Until(at))
			return i, sleep(a, s*time.Duration(1-i))
		}
		l.run(t)
		require.Equal(t, []Status{TimedOut, OK}, statuses(l.Tasks))
		require.EqualError(t, l.Tasks[0].Err, "timed out after 0.5s")
		stop := l.Tasks[0].Err.(*Stop)
		require.Equal(t, KindTimeout, stop.Kind)
		require.Same(t, errStopped, stop.At)
		require.Equal(t, 500*ms, l.Tasks[0].Duration)
	})
}

func TestDeadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(4, 2, Spec{Timeout: time.Minute})
		l.Deadline = 2 * s
		l.call = func(a *Attempt, i int) (int, error) {
			at, _ := a.Until()
			require.Equal(t, l.Tasks[0].Start.Add(2*s), at)
			return i, sleep(a, []time.Duration{s, time.Hour, time.Hour, 0}[i])
		}
		r := l.run(t)
		require.Equal(t, []Status{OK, TimedOut, TimedOut, TimedOut}, statuses(l.Tasks))
		for _, task := range l.Tasks[1:] {
			require.EqualError(t, task.Err, "deadline of 2s passed")
			require.Equal(t, KindDeadline, task.Err.(*Stop).Kind)
		}
		require.Same(t, errStopped, l.Tasks[1].Err.(*Stop).At)
		require.NoError(t, l.Tasks[3].Err.(*Stop).At)
		require.EqualValues(t, 0, l.Tasks[3].Attempts())
		require.Equal(t, 2*s, r.Duration())
	})
}

func TestMaxFailures(t *testing.T) {
	for _, c := range []struct {
		max        int
		text, want string
	}{
		{1, "", "max_failures=1 was reached"},
		{1, "10%", "max_failures=10% was reached"},
	} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(4, 2, Spec{})
			l.MaxFailures, l.MaxText = c.max, c.text
			l.call = func(a *Attempt, i int) (int, error) {
				if i == 1 {
					return 0, errors.Join(errBoom, sleep(a, s))
				}
				return 0, sleep(a, time.Hour)
			}
			r := l.run(t)
			require.Equal(t, []Status{Cancelled, Failed, Skipped, Skipped}, statuses(l.Tasks))
			require.Equal(t, []string{"cancelled: " + c.want, "boom", "skipped: " + c.want, "skipped: " + c.want}, messages(l.Tasks))
			require.Equal(t, KindCancelled, l.Tasks[0].Err.(*Stop).Kind)
			require.Equal(t, KindSkipped, l.Tasks[2].Err.(*Stop).Kind)
			require.Equal(t, s, r.Duration())
		})
	}
}

func TestMaxFailuresCountsTimeoutsOnly(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(6, 1, Spec{Timeout: s})
		l.MaxFailures = 2
		l.call = func(a *Attempt, i int) (int, error) { return i, sleep(a, time.Duration(i%2)*time.Hour) }
		l.run(t)
		require.Equal(t, []Status{OK, TimedOut, OK, TimedOut, Skipped, Skipped}, statuses(l.Tasks))
	})
}

func TestStopFromOutside(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		cause := errors.New("somebody said so")
		l := newLab(3, 1, Spec{})
		l.call = func(a *Attempt, i int) (int, error) {
			if err := sleep(a, time.Duration(i)*time.Hour); err != nil {
				require.Same(t, cause, a.Cause())
				require.Same(t, cause, context.Cause(a.Context()))
				return 0, err
			}
			return i, nil
		}
		r := l.start(context.Background())
		time.Sleep(s)
		r.Stop(cause)
		r.Stop(errBoom) // too late: the first cause counts
		r.Wait()
		l.idle(t)
		require.Equal(t, []Status{OK, Cancelled, Skipped}, statuses(l.Tasks))
		require.Equal(t, []string{"", "cancelled: somebody said so", "skipped: somebody said so"}, messages(l.Tasks))
		require.ErrorIs(t, l.Tasks[1].Err, cause)
		require.ErrorIs(t, l.Tasks[2].Err, cause)
		require.Equal(t, s, r.Duration())
		r.Stop(errBoom) // after the end: nothing
	})
}

func TestValueReadyInTimeIsKept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Timeout: s})
		l.call = func(*Attempt, int) (int, error) { time.Sleep(2 * s); return 7, nil }
		l.run(t)
		require.Equal(t, OK, l.Tasks[0].Status())
		require.Equal(t, 7, l.Tasks[0].Value)
	})
}

func TestClosedAttemptIsNotStopped(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(2, 2, Spec{Timeout: s})
		l.call = func(a *Attempt, i int) (int, error) {
			if i == 1 {
				require.ErrorIs(t, sleep(a, time.Hour), errStopped)
				require.EqualError(t, a.Close(), "timed out after 1s")
				return 0, errBoom
			}
			require.NoError(t, a.Close())
			require.Error(t, a.Context().Err(), "the attempt is over")
			time.Sleep(2 * s)
			return 0, a.Cause()
		}
		l.run(t)
		require.Equal(t, []Status{OK, TimedOut}, statuses(l.Tasks))
	})
}

func TestParentContext(t *testing.T) {
	quit := errors.New("Ctrl-C")
	timeout, deadline := TimeoutStop(s), deadlineStop(2*s)
	for _, c := range []struct {
		name             string
		cause            error
		running, pending string
		status           Status // of the running one
	}{
		{"plain", nil, "cancelled: context canceled", "skipped: context canceled", Cancelled},
		{"cause", quit, "cancelled: Ctrl-C", "skipped: Ctrl-C", Cancelled},
		{"timeout of the parent", timeout, "cancelled: the task that started it timed out after 1s",
			"skipped: the task that started it timed out after 1s", Cancelled},
		{"deadline of the parent", deadline, "deadline of 2s passed", "deadline of 2s passed", TimedOut},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, early := range []bool{true, false} {
				synctest.Test(t, func(t *testing.T) {
					l := newLab(2, 1, Spec{})
					l.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, time.Hour) }
					ctx, cancel := context.WithCancelCause(context.Background())
					if early {
						cancel(c.cause)
					}
					r := l.start(ctx)
					synctest.Wait()
					cancel(c.cause)
					r.Wait()
					l.idle(t)
					if early {
						require.Equal(t, []string{c.pending, c.pending}, messages(l.Tasks))
						require.Zero(t, l.made.Load())
						return
					}
					require.Equal(t, []string{c.running, c.pending}, messages(l.Tasks))
					require.Equal(t, c.status, l.Tasks[0].Status())
					if c.cause != nil && c.status != TimedOut {
						require.ErrorIs(t, l.Tasks[0].Err, c.cause)
					}
				})
			}
		})
	}
}

func TestAttemptHasTheValuesOfItsContext(t *testing.T) {
	l := newLab(1, 0, Spec{})
	type key struct{}
	l.call = func(a *Attempt, _ int) (int, error) { return a.Context().Value(key{}).(int), nil }
	l.start(context.WithValue(context.Background(), key{}, 3)).Wait()
	require.Equal(t, 3, l.Tasks[0].Value)
	l.idle(t)
}

func TestEmptyRun(t *testing.T) {
	l := newLab(0, 1, Spec{})
	l.Deadline = time.Hour
	r := l.run(t)
	r.Stop(errBoom)
	require.Less(t, r.Duration(), s)
	require.Zero(t, l.made.Load())
}

func TestStatusWords(t *testing.T) {
	var words []string
	for status := Pending; status <= Skipped; status++ {
		require.Equal(t, status > Running, status.Done())
		words = append(words, status.String())
	}
	require.Equal(t, "pending running ok failed timed_out cancelled skipped", strings.Join(words, " "))
}
