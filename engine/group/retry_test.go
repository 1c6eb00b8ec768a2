package group

import (
	"context"
	"errors"
	"fmt"
	"math"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

func steady(retries int, wait time.Duration) *Retry {
	return &Retry{Retries: retries, Wait: wait, Multiplier: 1, MaxWait: time.Hour}
}

func TestRetryUntilItSucceeds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Retry: &Retry{Retries: 5, Wait: s, Multiplier: 2, MaxWait: 3 * s}})
		var begun []time.Duration
		zero := time.Now()
		l.call = func(a *Attempt, _ int) (int, error) {
			begun = append(begun, time.Since(zero))
			require.Equal(t, len(begun), a.Number)
			require.Equal(t, 6, a.Max)
			if a.Number < 5 {
				return 0, errBoom
			}
			return a.Number, nil
		}
		l.run(t)
		task := l.Tasks[0]
		require.Equal(t, OK, task.Status())
		require.NoError(t, task.Err)
		require.Equal(t, 5, task.Value)
		require.EqualValues(t, 5, task.Attempts())
		require.Equal(t, []error{errBoom, errBoom, errBoom, errBoom}, task.Earlier())
		require.Equal(t, []time.Duration{0, s, 3 * s, 6 * s, 9 * s}, begun)
		require.Equal(t, 9*s, task.Duration)
	})
}

func TestRetriesRunOut(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Timeout: 500 * ms, Retry: steady(2, s)})
		l.call = func(a *Attempt, _ int) (int, error) {
			if a.Number == 2 {
				return 0, errBoom
			}
			return 0, sleep(a, time.Hour)
		}
		l.run(t)
		task := l.Tasks[0]
		require.Equal(t, TimedOut, task.Status())
		require.EqualError(t, task.Err, "timed out after 0.5s")
		require.EqualValues(t, 3, task.Attempts())
		require.Len(t, task.Earlier(), 2)
		require.EqualError(t, task.Earlier()[0], "timed out after 0.5s")
		require.Same(t, errBoom, task.Earlier()[1])
		require.Equal(t, 3*s, task.Duration)
	})
}

func TestMaxTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		retry := steady(100, s)
		retry.MaxTime = 5 * s
		l := newLab(1, 1, Spec{Retry: retry})
		l.call = func(a *Attempt, _ int) (int, error) { return 0, errors.Join(errBoom, sleep(a, s)) }
		l.run(t) // tries begin at 0s, 2s, 4s; the next would at 6s
		require.EqualValues(t, 3, l.Tasks[0].Attempts())
		require.Equal(t, 5*s, l.Tasks[0].Duration)
	})
}

func TestDelays(t *testing.T) {
	r := Retry{Wait: 500 * ms, Multiplier: 2, MaxWait: 30 * s}
	for n, want := range []time.Duration{500 * ms, s, 2 * s, 4 * s, 8 * s, 16 * s, 30 * s, 30 * s} {
		require.Equal(t, want, r.delay(n+1))
	}
	require.Equal(t, 30*s, r.delay(100_000), "the power overflows")
	r.Jitter = true
	least, most := time.Hour, time.Duration(0)
	for range 10_000 {
		d := r.delay(2)
		require.True(t, 0 <= d && d < s, d)
		least, most = min(least, d), max(most, d)
	}
	require.Less(t, least, 10*ms)
	require.Greater(t, most, 990*ms)
}

func TestDelaysNearTheEndOfTime(t *testing.T) {
	r := Retry{Retries: 9, Wait: math.MaxInt64, Multiplier: 2, MaxWait: math.MaxInt64}
	require.EqualValues(t, math.MaxInt64, r.delay(3))
	r.MaxTime = time.Hour
	_, ok := r.next(1, s, errBoom)
	require.False(t, ok, "the sum of both overflows")
	r.Jitter = true
	for n := 1; n < 100; n++ {
		require.GreaterOrEqual(t, r.delay(n), time.Duration(0))
	}
}

func TestAgainDecides(t *testing.T) {
	fault := errors.New("if_error failed")
	for _, c := range []struct {
		name     string
		call     error
		ask      func(n int, err error) (bool, error)
		attempts int
		want     error
		status   Status
	}{
		{"no to an error", errBoom, func(int, error) (bool, error) { return false, nil }, 1, errBoom, Failed},
		{"no to the second error", errBoom, func(n int, _ error) (bool, error) { return n < 2, nil }, 2, errBoom, Failed},
		{"fails itself", errBoom, func(int, error) (bool, error) { return true, fault }, 1, fault, Failed},
		{"fails on a value", nil, func(int, error) (bool, error) { return false, fault }, 1, fault, Failed},
		{"refuses every value", nil, func(int, error) (bool, error) { return true, nil }, 4, ErrRefused, Failed},
		{"refuses two values", nil, func(n int, _ error) (bool, error) { return n < 3, nil }, 3, nil, OK},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(1, 1, Spec{Retry: steady(3, s)})
				l.call = func(a *Attempt, _ int) (int, error) { return a.Number, c.call }
				l.ask = func(a *Attempt, _, v int, err error) (bool, error) {
					require.Equal(t, a.Number, v)
					require.Equal(t, c.call, err)
					return c.ask(a.Number, err)
				}
				l.run(t)
				task := l.Tasks[0]
				require.Equal(t, c.status, task.Status())
				require.Equal(t, c.want, task.Err)
				require.Equal(t, c.attempts, task.Attempts())
				require.Len(t, task.Earlier(), int(c.attempts)-1)
			})
		})
	}
}

func TestAgainSeesTheTimeout(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Timeout: s, Retry: steady(3, s)})
		l.call = func(a *Attempt, _ int) (int, error) { return 0, sleep(a, time.Hour) }
		l.ask = func(a *Attempt, _, _ int, err error) (bool, error) {
			require.EqualError(t, err, "timed out after 1s")
			require.NoError(t, a.Cause(), "it has an attempt of its own")
			at, ok := a.Until()
			require.True(t, ok)
			require.Equal(t, s, time.Until(at))
			return false, nil
		}
		l.run(t)
		require.EqualError(t, l.Tasks[0].Err, "timed out after 1s")
		require.EqualValues(t, 1, l.Tasks[0].Attempts())
	})
}

func TestAgainIsStopped(t *testing.T) {
	for _, c := range []struct {
		name   string
		call   error
		stop   bool
		status Status
		want   string
		at     error
	}{
		{"by the timeout", nil, false, TimedOut, "timed out after 5s", errStopped},
		{"by the run", nil, true, Cancelled, "cancelled: Ctrl-C", errStopped},
		{"by the run, after a failure", errBoom, true, Cancelled, "cancelled: Ctrl-C", errBoom},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLab(1, 1, Spec{Timeout: 5 * s, Retry: steady(3, s)})
				l.call = func(*Attempt, int) (int, error) { return 0, c.call }
				l.ask = func(a *Attempt, _, _ int, _ error) (bool, error) { return false, sleep(a, time.Hour) }
				r := l.start(context.Background())
				time.Sleep(s)
				if c.stop {
					r.Stop(errors.New("Ctrl-C"))
				}
				r.Wait()
				l.idle(t)
				require.Equal(t, c.status, l.Tasks[0].Status())
				require.EqualError(t, l.Tasks[0].Err, c.want)
				require.Same(t, c.at, l.Tasks[0].Err.(*Stop).At)
			})
		})
	}
}

// A stop that comes when the try is over but the question not yet asked must not
// get lost: the question could last for ever.
func TestStopBeforeAgain(t *testing.T) {
	for _, failed := range []error{nil, errBoom} {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(1, 1, Spec{Retry: steady(3, s)})
			asked := false
			l.call = func(*Attempt, int) (int, error) { time.Sleep(2 * s); return 0, failed } // heeds no stop
			l.ask = func(a *Attempt, _, _ int, _ error) (bool, error) {
				asked = true
				return false, sleep(a, time.Hour)
			}
			r := l.start(context.Background())
			time.Sleep(s)
			r.Stop(errors.New("Ctrl-C"))
			r.Wait()
			l.idle(t)
			require.Equal(t, 2*s, r.Duration())
			require.EqualError(t, l.Tasks[0].Err, "cancelled: Ctrl-C")
			require.Equal(t, failed == nil, asked)
		})
	}
}

func TestStopEndsARetryWaitAtOnce(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(2, 1, Spec{Retry: steady(3, time.Hour)})
		l.call = func(*Attempt, int) (int, error) { return 0, errBoom }
		r := l.start(context.Background())
		time.Sleep(s)
		synctest.Wait()
		require.Zero(t, held(l.Slots), "a retry wait holds no worker")
		r.Stop(errors.New("Ctrl-C"))
		require.Equal(t, s, r.Duration())
		r.Wait()
		l.idle(t)
		for _, task := range l.Tasks {
			require.Equal(t, Cancelled, task.Status())
			require.EqualError(t, task.Err, "cancelled: Ctrl-C")
			require.Equal(t, []error{errBoom}, task.Earlier())
			require.EqualValues(t, 1, task.Attempts())
		}
	})
}

func TestDeadlineEndsARetryWait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Retry: steady(3, time.Hour)})
		l.Deadline = 2 * s
		l.call = func(*Attempt, int) (int, error) { return 0, errBoom }
		r := l.run(t)
		require.Equal(t, TimedOut, l.Tasks[0].Status())
		require.EqualError(t, l.Tasks[0].Err, "deadline of 2s passed")
		require.Equal(t, 2*s, r.Duration())
	})
}

func TestRetryWaitHoldsNoWorker(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(10, 1, Spec{Retry: steady(1, 10*s)})
		var order []int
		l.call = func(a *Attempt, i int) (int, error) {
			order = append(order, i)
			if a.Number == 1 {
				return 0, errors.Join(errBoom, sleep(a, s))
			}
			return 0, nil
		}
		r := l.run(t) // the first ten seconds are the first tries, then each is due at once
		require.Equal(t, 20*s, r.Duration())
		require.Equal(t, []int{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9}, order)
	})
}

type busy time.Duration

func (b busy) Error() string             { return "busy" }
func (b busy) RetryAfter() time.Duration { return time.Duration(b) }

// An error may ask for more patience than the policy has, never for less.
func TestRetryAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(1, 1, Spec{Retry: &Retry{Retries: 3, Wait: s, Multiplier: 1, MaxWait: 3 * s}})
		var begun []time.Duration
		zero := time.Now()
		l.call = func(a *Attempt, _ int) (int, error) {
			begun = append(begun, time.Since(zero))
			return 0, fmt.Errorf("wrapped: %w", []error{busy(7 * s), busy(ms), errBoom, busy(s)}[a.Number-1])
		}
		l.run(t)
		require.Equal(t, []time.Duration{0, 7 * s, 8 * s, 9 * s}, begun)
	})
}
