package group

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"github.com/stretchr/testify/require"
)

type note struct {
	i      int
	again  time.Duration
	status Status
}

func (l *lab) takeNotes() *[]note {
	notes := new([]note)
	l.Settled = func(t *Task[int], status Status, again time.Duration) {
		*notes = append(*notes, note{t.Index, again, status})
	}
	return notes
}

func TestSettledTellsOfEveryAttempt(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(4, 1, Spec{Retry: &Retry{Retries: 1, Wait: 2 * s, Multiplier: 1, MaxWait: time.Minute}})
		l.MaxFailures = 1
		notes := l.takeNotes()
		l.call = func(a *Attempt, i int) (int, error) {
			if err := sleep(a, s); err != nil || i == 1 {
				return 0, errBoom
			}
			return i, nil
		}
		l.run(t)
		require.Equal(t, []note{{0, -1, OK}, {1, 2 * s, Pending}, {2, -1, OK}, {3, -1, OK}, {1, -1, Failed}}, *notes)
	})
}

func TestSettledTellsOfWhatWillNotBegin(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLab(5, 2, Spec{})
		l.MaxFailures = 1
		notes := l.takeNotes()
		l.call = func(a *Attempt, i int) (int, error) {
			if i == 0 {
				return 0, sleep(a, time.Hour)
			}
			time.Sleep(s)
			return 0, errBoom
		}
		l.run(t)
		require.Equal(t, []note{{1, -1, Failed}, {2, -1, Skipped}, {3, -1, Skipped}, {4, -1, Skipped}, {0, -1, Cancelled}}, *notes)
	})
}

func TestSettledOnceForEachTaskHoweverItEnds(t *testing.T) {
	for at := range 30 {
		synctest.Test(t, func(t *testing.T) {
			l := newLab(20, 3, Spec{Timeout: 3 * s, Retry: &Retry{Retries: 2, Wait: s, Multiplier: 1, MaxWait: s}})
			notes := l.takeNotes()
			l.call = func(a *Attempt, i int) (int, error) {
				if err := sleep(a, time.Duration(i%5)*s); err != nil || i%3 == 0 {
					return 0, errBoom
				}
				return i, nil
			}
			r := l.start(context.Background())
			time.Sleep(time.Duration(at) * s)
			r.Stop(errBoom)
			r.Wait()
			l.idle(t)
			finals := map[int]int{}
			for _, n := range *notes {
				if n.again < 0 {
					finals[n.i]++
					require.True(t, n.status.Done())
				} else {
					require.Equal(t, Pending, n.status)
				}
			}
			require.Len(t, finals, 20)
			for i, n := range finals {
				require.Equal(t, 1, n, "task %d", i)
				require.True(t, l.Tasks[i].Status().Done())
				require.Equal(t, l.Tasks[i].Status() == OK, l.Tasks[i].Err == nil)
			}
		})
	}
}
