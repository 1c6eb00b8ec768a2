package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
)

// How much of a long run the summary shows.
const (
	maxRows       = 30
	maxRowFailed  = 10
	maxReasonLen  = 60
	maxNameLength = 40
)

// A summary is the table at the end of a run. It reads events, from many
// goroutines, and adds the runs of groups of one name up.
type summary struct {
	began time.Time

	mu   sync.Mutex // guards what follows
	rows []*row
	by   map[string]*row

	overdue []string // tasks that were stopped and have not ended within the grace period
}

type row struct {
	name     string
	runs     int
	open     int // of the runs: not ended yet
	counts   event.Counts
	duration time.Duration
	failed   []engine.Failure // the first ones
}

func newSummary() *summary { return &summary{began: time.Now(), by: map[string]*row{}} }

// sink returns what feeds the summary: nothing for each task.
func (s *summary) sink() event.Sink {
	return event.Sink{Take: s.event, Only: []event.Kind{event.GroupStarted, event.GroupEnded, event.TaskOverdue}}
}

func (s *summary) event(e event.Event) {
	s.mu.Lock()
	defer s.mu.Unlock()
	r := s.by[e.Group]
	if r == nil {
		r = &row{name: draw.Cut(draw.OneLine(e.Group), maxNameLength)}
		s.by[e.Group] = r
		s.rows = append(s.rows, r)
	}
	switch e.Kind {
	case event.GroupStarted:
		r.runs++
		r.open++
	case event.TaskOverdue:
		s.overdue = append(s.overdue, draw.OneLine(fmt.Sprintf("%s in %s", e.Task, e.Group)))
	case event.GroupEnded:
		r.open--
		r.counts.Add(e.Counts)
		r.duration += e.Duration
		var group *engine.GroupError
		if errors.As(e.Err, &group) {
			room := max(0, maxRowFailed-len(r.failed))
			r.failed = append(r.failed, group.Failures[:min(room, len(group.Failures))]...)
		}
	}
}

// late returns the tasks whose host calls did not end in time.
func (s *summary) late() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.overdue)
}

// print writes the table, if a group has run.
func (s *summary) print(w io.Writer, p draw.Paint) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.rows) == 0 {
		return
	}
	var total event.Counts
	width, digits := 0, 0
	for i, r := range s.rows {
		total.Add(r.counts)
		if i < maxRows {
			width = max(width, draw.Columns(r.name))
			digits = max(digits, len(r.done()))
		}
	}
	var b strings.Builder
	for i, r := range s.rows {
		if i == maxRows {
			b.WriteString("… and " + draw.Plural(len(s.rows)-i, "more group") + "\n")
			break
		}
		r.print(&b, p, width, digits)
	}
	parts := append([]string{draw.Plural(total.Tasks, "task")}, endings(total)...)
	parts = append(parts, fmt.Sprintf("%.1fs", time.Since(s.began).Seconds()))
	b.WriteString(strings.Join(parts, " · ") + "\n")
	_, _ = io.WriteString(w, b.String())
}

func (r *row) done() string { return fmt.Sprintf("%d/%d", r.counts.OK, r.counts.Tasks) }

func (r *row) print(b *strings.Builder, p draw.Paint, width, digits int) {
	mark := p.Green("✓")
	if r.counts.OK < r.counts.Tasks || r.open > 0 {
		mark = p.Red("✗")
	}
	pad := strings.Repeat(" ", width-draw.Columns(r.name))
	fmt.Fprintf(b, "%s %s%s   %*s   %.1fs", mark, r.name, pad, digits, r.done(), r.duration.Seconds())
	parts := endings(r.counts)
	if r.open > 0 {
		parts = append(parts, "not ended")
	}
	if len(parts) > 0 {
		b.WriteString("   " + p.Red(strings.Join(parts, ", ")))
	}
	if r.runs > 1 {
		b.WriteString("   " + p.Dim(draw.Plural(r.runs, "run")))
	}
	b.WriteByte('\n')
	for _, f := range r.failed {
		text, _, _ := strings.Cut(f.Err.Error(), "\n")
		fmt.Fprintf(b, "    %s   %s", draw.Cut(draw.OneLine(f.Task), maxNameLength), draw.Cut(draw.OneLine(text), maxReasonLen))
		if f.Err.Pos.IsValid() {
			b.WriteString("   " + p.Dim(draw.OneLine(f.Err.Pos.String())))
		}
		b.WriteByte('\n')
	}
	if more := r.counts.Failed + r.counts.TimedOut - len(r.failed); more > 0 && len(r.failed) > 0 {
		fmt.Fprintf(b, "    … and %d more\n", more)
	}
}

func endings(c event.Counts) []string {
	var parts []string
	for _, e := range []struct {
		n    int
		word string
	}{{c.Failed, "failed"}, {c.TimedOut, "timed out"}, {c.Cancelled, "cancelled"}, {c.Skipped, "skipped"}} {
		if e.n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", e.n, e.word))
		}
	}
	return parts
}
