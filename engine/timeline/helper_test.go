package timeline_test

import (
	"errors"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/timeline"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the files in testdata that tests compare with")

// golden compares with a file in testdata.
func golden(t *testing.T, name, got string) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		require.NoError(t, os.WriteFile(path, []byte(got), 0o666))
	}
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

// A stage plays events to a recorder whose clock it has in hand.
type stage struct {
	*timeline.Recorder
	now time.Time
}

// newStage begins a run of a script.
func newStage(script string) *stage {
	s := &stage{now: time.Date(2026, 1, 2, 15, 4, 5, 0, time.UTC)}
	s.Recorder = timeline.NewAt(func() time.Time { return s.now })
	s.Take(event.Event{Kind: event.RunStarted, Text: script})
	return s
}

// at sets the clock to a number of milliseconds since the beginning.
func (s *stage) at(ms float64) *stage {
	s.now = time.Date(2026, 1, 2, 15, 4, 5, int(ms*1e6), time.UTC)
	return s
}

func (s *stage) group(run int64, name string, tasks ...string) {
	s.Take(event.Event{Kind: event.GroupStarted, Run: run, Group: name})
	s.queue(run, tasks...)
}

func (s *stage) queue(run int64, tasks ...string) {
	for i, task := range tasks {
		s.Take(event.Event{Kind: event.TaskQueued, Run: run, Task: task, Index: i})
	}
}

func (s *stage) start(run int64, index, attempt int) {
	s.Take(event.Event{Kind: event.TaskStarted, Run: run, Index: index, Attempts: attempt})
}

func (s *stage) retry(run int64, index, attempt int, err string) {
	s.Take(event.Event{Kind: event.TaskRetry, Run: run, Index: index, Attempts: attempt, Err: errors.New(err), Status: "failed"})
}

func (s *stage) end(run int64, index, attempts int, status, err string) {
	e := event.Event{Kind: event.TaskEnded, Run: run, Index: index, Attempts: attempts, Status: status}
	if err != "" {
		e.Err = errors.New(err)
	}
	s.Take(e)
}

func (s *stage) close(run int64) { s.Take(event.Event{Kind: event.GroupEnded, Run: run}) }

func (s *stage) done(err error) { s.Take(event.Event{Kind: event.RunEnded, Err: err}) }

// deploy is a run that has all that a chart can show.
func deploy() *stage {
	s := newStage("deploy.star")
	s.at(20).group(1, "build", "compile", "lint", "unit tests", "package")
	s.start(1, 0, 1)
	s.start(1, 1, 1)
	s.at(310).end(1, 1, 1, "ok", "")
	s.start(1, 2, 1)
	s.at(700).end(1, 0, 1, "ok", "")
	s.start(1, 3, 1)
	s.at(760).retry(1, 2, 1, "fail: 2 of 113 tests failed")
	s.at(900).end(1, 3, 1, "ok", "")
	s.at(960).start(1, 2, 2)
	s.at(1400).end(1, 2, 2, "ok", "")
	s.close(1)
	s.Take(event.Event{Kind: event.Noted, Text: "the cache was empty"})
	s.at(1410).group(2, "deploy", "eu-west", "us-east", "ap-south", "sa-east", "af-south")
	for i := range 3 {
		s.start(2, i, 1)
	}
	s.at(1500).Take(event.Event{Kind: event.GroupStarted, Run: 3, Group: "machines", Within: 2, Index: 0})
	s.queue(3, "web-1", "web-2", "db")
	s.start(3, 0, 1)
	s.start(3, 1, 1)
	s.at(1900).end(3, 0, 1, "ok", "")
	s.start(3, 2, 1)
	s.at(1980).Take(event.Event{Kind: event.GroupStarted, Run: 4, Group: "machines", Within: 2, Index: 1})
	s.queue(4, "web-3", "web-4")
	s.start(4, 0, 1)
	s.start(4, 1, 1)
	s.at(2200).end(3, 1, 1, "ok", "")
	s.end(3, 2, 1, "ok", "")
	s.close(3)
	s.end(2, 0, 1, "ok", "")
	s.start(2, 3, 1)
	s.at(2500).end(4, 0, 1, "failed", "fail: disk is full\n  on /var/lib")
	s.end(4, 1, 1, "cancelled", "another task failed")
	s.close(4)
	s.end(2, 1, 1, "failed", `group "machines": 1 of 2 tasks failed`)
	s.at(2910).end(2, 2, 1, "timed_out", "the task took longer than 1.5s")
	s.end(2, 4, 0, "skipped", "too many tasks have failed")
	return s
}

// ended is deploy after its end.
func ended() *stage {
	s := deploy()
	s.at(3050).end(2, 3, 1, "cancelled", "too many tasks have failed")
	s.close(2)
	s.at(3060).done(errors.New(`thread group "deploy": 2 of 5 tasks failed`))
	return s
}

// crowd is a run of n tasks in many hands, some of which fail or are tried again.
func crowd(n, hands int) *stage {
	s, dice := newStage("crawl.star"), rand.New(rand.NewPCG(1, 2))
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("page %d", i)
	}
	s.group(1, "fetch", names...)
	free := make([]float64, hands) // when each hand is
	task := make([]int, hands)
	for i := range task {
		task[i] = -1
	}
	for next := 0; ; {
		h := 0
		for i := range free {
			if free[i] < free[h] {
				h = i
			}
		}
		s.at(free[h])
		if i := task[h]; i >= 0 {
			s.result(i, dice.Float64())
		}
		if next == n {
			task[h], free[h] = -1, 1e9
			if hands--; hands == 0 {
				break
			}
			continue
		}
		s.start(1, next, 1)
		task[h] = next
		free[h] += 1 + dice.ExpFloat64()*20
		next++
	}
	s.close(1)
	s.done(nil)
	return s
}

func (s *stage) result(i int, luck float64) {
	switch {
	case luck < 0.002:
		s.end(1, i, 1, "failed", "fail: 503 Service Unavailable")
	case luck < 0.003:
		s.end(1, i, 1, "timed_out", "the task took longer than 30s")
	default:
		s.end(1, i, 1, "ok", "")
	}
}
