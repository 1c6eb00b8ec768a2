package main

import (
	"fmt"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

// ran tells the summary of one run of a group.
func (s *summary) ran(group string, c event.Counts, d time.Duration, failures ...engine.Failure) {
	s.event(event.Event{Kind: event.GroupStarted, Group: group})
	e := event.Event{Kind: event.GroupEnded, Group: group, Counts: c, Duration: d}
	if len(failures) > 0 {
		e.Err = &engine.GroupError{Group: group, Tasks: c.Tasks, Failures: failures}
	}
	s.event(e)
}

func (s *summary) text() string {
	var b strings.Builder
	s.print(&b, false)
	return regexp.MustCompile(`· [0-9.]+s\n$`).ReplaceAllString(b.String(), "· TIME\n")
}

func failed(task, msg string) engine.Failure {
	return engine.Failure{Task: task, Err: &engine.Error{Msg: msg}}
}

func TestSummaryEmpty(t *testing.T) { require.Empty(t, newSummary().text()) }

func TestSummaryTable(t *testing.T) {
	s := newSummary()
	s.ran("discover", event.Counts{Tasks: 12, OK: 12}, 1200*time.Millisecond)
	s.ran("日本", event.Counts{Tasks: 3, OK: 1, Failed: 1, Skipped: 1}, 3400*time.Millisecond, failed("router_07", "fail: refused\nmore"))
	require.Equal(t, `✓ discover   12/12   1.2s
✗ 日本         1/3   3.4s   1 failed, 1 skipped
    router_07   fail: refused
15 tasks · 1 failed · 1 skipped · TIME
`, s.text())
}

func TestSummaryAddsUp(t *testing.T) {
	s := newSummary()
	for i := range 20 {
		c := event.Counts{Tasks: 2, OK: 1, Failed: 1}
		s.ran("g", c, time.Second, failed(fmt.Sprintf("t%d", i), "no"))
	}
	s.ran("other", event.Counts{Tasks: 1, Cancelled: 1}, time.Second)
	text := s.text()
	require.Contains(t, text, "✗ g       20/40   20.0s   20 failed   20 runs\n")
	require.Contains(t, text, "    t9   no\n    … and 10 more\n✗ other")
	require.NotContains(t, text, "t10")
	require.Contains(t, text, "\n41 tasks · 20 failed · 1 cancelled · TIME\n")
}

func TestSummaryManyGroups(t *testing.T) {
	s := newSummary()
	for i := range 1000 {
		s.ran(fmt.Sprintf("group %d", i), event.Counts{Tasks: 1, OK: 1}, 0)
	}
	lines := strings.Split(s.text(), "\n")
	require.Len(t, lines, maxRows+3)
	require.Equal(t, "… and 970 more groups", lines[maxRows])
	require.Equal(t, "1000 tasks · TIME", lines[maxRows+1])
}

func TestSummaryLongNames(t *testing.T) {
	s := newSummary()
	s.ran(strings.Repeat("n", 500), event.Counts{Tasks: 1, Failed: 1}, 0, failed(strings.Repeat("t", 500), strings.Repeat("m", 500)))
	s.ran("a\n\x1b[2J", event.Counts{Tasks: 1, OK: 1}, 0)
	text := s.text()
	for l := range strings.SplitSeq(text, "\n") {
		require.Less(t, draw.Columns(l), 120)
	}
	require.Contains(t, text, "✗ "+strings.Repeat("n", 39)+"…   0/1")
	require.Contains(t, text, `✓ a\n\x1b[2J `)
}

// TestSummaryOpen: a group that has not ended when the process must.
func TestSummaryOpen(t *testing.T) {
	s := newSummary()
	s.event(event.Event{Kind: event.GroupStarted, Group: "g"})
	s.event(event.Event{Kind: event.TaskOverdue, Group: "g", Task: "a\x1b"})
	require.Equal(t, "✗ g   0/0   0.0s   not ended\n0 tasks · TIME\n", s.text())
	require.Equal(t, []string{`a\x1b in g`}, s.late())
}

func TestSummaryHammer(t *testing.T) {
	s := newSummary()
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for range 500 {
				s.ran(fmt.Sprint("g", i%4), event.Counts{Tasks: 1, Failed: 1}, 0, failed("t", "no"))
				_ = s.text()
				_ = s.late()
			}
		})
	}
	wg.Wait()
	require.Contains(t, s.text(), "\n4000 tasks · 4000 failed · TIME\n")
}
