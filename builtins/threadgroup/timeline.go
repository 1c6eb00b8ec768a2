package threadgroup

import (
	"fmt"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine/group"
	"github.com/starlark-tg/tg/engine/timeline"
	"go.starlark.net/starlark"
)

// chartWidth is about how wide a timeline is, in columns.
const chartWidth = 80

// def Results.timeline() -> str
//
// timeline returns a chart, as text, of when which task ran.
func (rs *Results) timeline(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("timeline", args, kwargs); err != nil {
		return nil, err
	}
	first, last := rs.span()
	rows := make([]timeline.Row, len(rs.list))
	for i, r := range rs.list {
		rows[i] = r.row(first)
	}
	return starlark.String(strings.Join(timeline.Lines(rows, 0, last.Sub(first), chartWidth), "\n")), nil
}

// span returns when the first task began and when the last one ended.
func (rs *Results) span() (first, last time.Time) {
	for _, r := range rs.list {
		if r.task.Attempts() == 0 {
			continue
		}
		if start := r.task.Start; first.IsZero() || start.Before(first) {
			first = start
		}
		if end := r.task.Start.Add(r.task.Elapsed()); end.After(last) {
			last = end
		}
	}
	return first, last
}

// looks are how timelines show statuses; pending is between two attempts, when there
// has been one.
var looks = map[group.Status]timeline.Status{
	group.Pending: timeline.Waiting, group.Running: timeline.Running, group.OK: timeline.OK, group.Failed: timeline.Failed, group.TimedOut: timeline.TimedOut,
	group.Cancelled: timeline.Cancelled, group.Skipped: timeline.Skipped,
}

// row returns the task's line of a timeline that begins at first.
func (r *Result) row(first time.Time) timeline.Row {
	status := r.task.Status()
	row := timeline.Row{Name: r.spec.Name, Words: strings.ReplaceAll(status.String(), "_", " ")}
	if r.task.Attempts() == 0 {
		return row
	}
	from, took := r.task.Start.Sub(first), r.task.Elapsed()
	row.Bars = []timeline.Bar{{From: from, To: from + took, Status: looks[status]}}
	row.Words = fmt.Sprintf("%.2fs %s", took.Seconds(), row.Words)
	return row
}
