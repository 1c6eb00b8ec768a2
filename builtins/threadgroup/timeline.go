package threadgroup

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// chartWidth is how many columns the bars of a timeline have.
const chartWidth = 50

// def timeline()
func (rs *Results) timeline(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("timeline", args, kwargs); err != nil {
		return nil, err
	}
	var first, last time.Time
	width := 0
	for _, r := range rs.list {
		width = max(width, utf8.RuneCountInString(r.spec.Name))
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
	var b strings.Builder
	for i, r := range rs.list {
		if i > 0 {
			b.WriteByte('\n')
		}
		pad := strings.Repeat(" ", width-utf8.RuneCountInString(r.spec.Name))
		fmt.Fprintf(&b, "%s%s |%s| ", r.spec.Name, pad, r.bar(first, last.Sub(first)))
		if r.task.Attempts() > 0 {
			fmt.Fprintf(&b, "%.2fs ", r.task.Elapsed().Seconds())
		}
		b.WriteString(strings.ReplaceAll(r.task.Status().String(), "_", " "))
	}
	return starlark.String(b.String()), nil
}

// bar draws when the task ran within the time that the chart spans.
func (r *Result) bar(first time.Time, span time.Duration) string {
	if r.task.Attempts() == 0 {
		return strings.Repeat(" ", chartWidth)
	}
	column := func(d time.Duration) int {
		return min(chartWidth, int(float64(d)/float64(max(span, 1))*chartWidth))
	}
	from := min(column(r.task.Start.Sub(first)), chartWidth-1)
	to := max(from+1, column(r.task.Start.Add(r.task.Elapsed()).Sub(first)))
	return strings.Repeat(" ", from) + strings.Repeat("=", to-from) + strings.Repeat(" ", chartWidth-to)
}
