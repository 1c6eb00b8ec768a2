package wait_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/starlark-tg/tg/engine/wait"
	"github.com/stretchr/testify/require"
)

// report is the text of the deadlock that ended w, which must be found in time.
func report(t *testing.T, w *wait.Wait) string {
	t.Helper()
	began := time.Now()
	var d *wait.Deadlock
	require.ErrorAs(t, w.Block(), &d)
	require.Less(t, time.Since(began), limit)
	require.Equal(t, "deadlock", d.Kind())
	return d.Error()
}

func by(list ...wait.Party) func(*wait.Wait) {
	return func(w *wait.Wait) { w.By = func() []wait.Party { return list } }
}

func kind(k wait.Kind) func(*wait.Wait) {
	return func(w *wait.Wait) { w.Kind, w.Ctx = k, context.Background() }
}

// firm is the end of tasks that is waited for whatever happens.
func firm(w *wait.Wait) { w.Kind = wait.Join }

func at(what, pos string) func(*wait.Wait) {
	return func(w *wait.Wait) { w.What, w.Pos = what, pos }
}

func TestReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		remove := m.Note(func() string { return "not said" })
		m.Note(func() string { return "3 tasks have not started" })
		m.Note(func() string { return "" })
		remove()
		one := begin(&m, `task "one"`, at(`lock "b"`, "x.star:4:5"), by(party(`task "two"`)))
		two := begin(&m, `task "two"`, at(`lock "a"`, "x.star:9:5"), by(party(`task "one"`)))
		three := begin(&m, `task "three"`, at(`semaphore "s"`, ""), by(party(`task "three"`), party("p1"), party("p2"), party("p3"), party("p4"), party("p5"), party("p6")))
		text := report(t, one)
		require.Equal(t, `deadlock: everybody waits, and nothing can change that
  task "one" waits for lock "b", held by task "two" (x.star:4:5)
  task "two" waits for lock "a", held by task "one" (x.star:9:5)
  task "three" waits for semaphore "s", held by itself, p1, p2, p3, p4, 2 more
  3 tasks have not started`, text)
		require.Equal(t, text, report(t, two), "all of them get the same")
		require.Equal(t, text, report(t, three))
	})
}

func TestLongReport(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		var all []*wait.Wait
		for i := range 60 {
			all = append(all, begin(&m, party(fmt.Sprint("p", i))))
		}
		text := report(t, all[59])
		require.Contains(t, text, "\n  p49 waits for")
		require.NotContains(t, text, "p50")
		require.True(t, strings.HasSuffix(text, "… and 10 more"), text)
		for _, w := range all {
			report(t, w)
		}
	})
}

// The end of the last busy thread is found out, not just the beginning of a wait.
func TestLastOneEnds(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		m.Busy(1)
		w := begin(&m, "a")
		time.Sleep(time.Minute)
		m.Busy(-1)
		report(t, w)
	})
}

// Those who wait for the end of tasks go on when the tasks have failed.
func TestKnot(t *testing.T) {
	for name, c := range map[string]struct {
		waits []func(*wait.Wait) // of a, b, c
		by    [][]wait.Party
		fail  string // who
	}{
		"a lock, and one who waits for its holder": {
			waits: []func(*wait.Wait){kind(wait.Join), kind(wait.Resource)},
			by:    [][]wait.Party{{party("b")}, {party("a")}}, fail: "b",
		},
		"two who wait for each other's end, and one for theirs": {
			waits: []func(*wait.Wait){kind(wait.Join), kind(wait.Join), kind(wait.Join)},
			by:    [][]wait.Party{{party("b")}, {party("c")}, {party("b")}}, fail: "b c",
		},
		"one who waits for its own end": {
			waits: []func(*wait.Wait){kind(wait.Join), kind(wait.Slot)},
			by:    [][]wait.Party{{party("a")}, {party("a")}}, fail: "a",
		},
		"one who cannot give up, and one who can": {
			waits: []func(*wait.Wait){firm, kind(wait.Join)},
			by:    [][]wait.Party{{party("a")}, nil}, fail: "b",
		},
		"nothing but workers to wait for": {
			waits: []func(*wait.Wait){kind(wait.Slot), kind(wait.Slot)},
			by:    [][]wait.Party{nil, nil}, fail: "a b",
		},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				var m wait.Monitor
				names := []party{"a", "b", "c"}
				var ends []<-chan error
				var all []*wait.Wait
				for i, change := range c.waits {
					w := begin(&m, names[i], change, by(c.by[i]...))
					all, ends = append(all, w), append(ends, blocked(w))
				}
				time.Sleep(limit)
				var failed []string
				for i, end := range ends {
					select {
					case err := <-end:
						require.Error(t, err)
						failed = append(failed, string(names[i]))
					default:
						require.True(t, all[i].Wake(), "it goes on waiting")
						require.NoError(t, <-end)
					}
				}
				require.Equal(t, c.fail, strings.Join(failed, " "))
			})
		})
	}
}

// A monitor goes on after a deadlock, and finds the next one.
func TestAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var m wait.Monitor
		for range 3 {
			a, b := begin(&m, "a"), begin(&m, "b")
			report(t, a)
			report(t, b)
			time.Sleep(time.Second)
			m.Busy(-2)
		}
		m.Busy(1)
		w := begin(&m, "a")
		time.Sleep(time.Second)
		require.True(t, w.Wake())
		require.NoError(t, w.Block())
	})
}

// A worker's name is what it does now, as that of a task's thread is: it changes
// without a lock, when it goes on.
type worker struct{ name string }

func (w *worker) Party() string { return w.name }

// Nobody goes on while a report is written, not even one who is stopped at that
// moment: the report reads what the threads do. The race detector looks on.
func TestStoppedDuringReport(t *testing.T) {
	for range 30 {
		var m wait.Monitor
		ctx, stop := context.WithCancelCause(t.Context())
		w := &worker{"a"}
		a := &wait.Wait{Monitor: &m, Who: w, Ctx: ctx, What: "x", By: func() []wait.Party {
			stop(errStop)
			time.Sleep(time.Millisecond) // what was stopped gets all the time to go on
			return []wait.Party{w}
		}}
		m.Busy(1)
		a.Begin()
		a.Park()
		require.Equal(t, errStop, a.Block(), "the stop came first")
		w.name = "b"
	}
}
