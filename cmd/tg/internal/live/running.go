package live

import (
	"fmt"
	"strings"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/event"
)

// A running is a group that runs, as its bar shows it.
type running struct {
	name  string
	show  string // as event.GroupStarted says
	began time.Time
	open  bool // more tasks may come
	total int  // tasks so far

	active, done, failed int
	waiting              map[int]bool    // tasks before another attempt
	parts                map[int]float64 // how much of a task that runs is done, as it says

	rate     float64 // tasks a second, of late
	measured time.Time
	before   float64 // done, when it was measured
}

func (r *running) take(e event.Event) {
	switch e.Kind {
	case event.TaskQueued:
		r.total = max(r.total, e.Index+1)
	case event.TaskStarted:
		delete(r.waiting, e.Index)
		r.active++
	case event.TaskProgress:
		if e.Total > 0 {
			r.parts[e.Index] = min(1, e.Done/e.Total)
		}
	case event.TaskRetry:
		r.waiting[e.Index] = true
		delete(r.parts, e.Index)
		r.active--
	case event.TaskEnded:
		if !r.waiting[e.Index] && e.Attempts > 0 {
			r.active--
		}
		delete(r.waiting, e.Index)
		delete(r.parts, e.Index)
		r.done++
		if e.Status == "failed" || e.Status == "timed_out" {
			r.failed++
		}
	}
}

// sofar is how many tasks are done, with parts of those that say so.
func (r *running) sofar() float64 {
	n := float64(r.done)
	for _, p := range r.parts {
		n += p
	}
	return n
}

// measure keeps the rate, in which what is long ago counts for less and less.
func (r *running) measure(now time.Time) {
	const every, weight = time.Second, 0.2
	if r.measured.IsZero() {
		r.measured = r.began
	}
	d := now.Sub(r.measured)
	if d < every {
		return
	}
	n := r.sofar()
	rate := (n - r.before) / d.Seconds()
	if r.rate == 0 {
		r.rate = n / now.Sub(r.began).Seconds()
	} else {
		r.rate += weight * (rate - r.rate)
	}
	r.measured, r.before = now, n
}

// left is how long it will take, or false.
func (r *running) left() (time.Duration, bool) {
	if r.open || r.rate <= 0 || r.done == 0 && len(r.parts) == 0 {
		return 0, false
	}
	seconds := (float64(r.total) - r.sofar()) / r.rate
	return time.Duration(seconds * float64(time.Second)), seconds < 1e6
}

// line shows it in some columns. What there is no room for is left out, from the end of
// what matters least. Plain is without a bar.
func (r *running) line(p draw.Paint, names, width int, plain bool, now time.Time) string {
	name := fit(r.name, names)
	name += strings.Repeat(" ", names-draw.Columns(name))
	count := fmt.Sprintf("%d done", r.done)
	if !r.open {
		count = fmt.Sprintf("%*d/%d", len(fmt.Sprint(r.total)), r.done, r.total)
	}
	parts := []string{count}
	if r.failed > 0 {
		parts = append(parts, p.Red(fmt.Sprintf("%d failed", r.failed)))
	}
	more := []string{fmt.Sprintf("%d running", r.active)}
	if len(r.waiting) > 0 {
		more = append(more, fmt.Sprintf("%d to try again", len(r.waiting)))
	}
	if r.rate > 0 {
		more = append(more, perSecond(r.rate))
	}
	if left, ok := r.left(); ok {
		more = append(more, "ETA "+clock(left))
	} else {
		more = append(more, clock(now.Sub(r.began)))
	}
	const barWidth, gap = 24, 2
	used := draw.Columns(name) + gap + draw.Columns(count)
	for _, m := range parts[1:] {
		used += gap + draw.Columns(bare(m))
	}
	room := width - used
	for _, m := range more {
		if room -= gap + draw.Columns(m); room < 0 {
			break
		}
		parts = append(parts, m)
	}
	bar := ""
	if n := min(barWidth, room-gap); n >= 8 && !r.open && !plain {
		bar = strings.Repeat(" ", gap) + r.bar(p, n)
	}
	return name + bar + strings.Repeat(" ", gap) + strings.Join(parts, strings.Repeat(" ", gap))
}

// bar draws how much is done in n columns.
func (r *running) bar(p draw.Paint, n int) string {
	full := 0
	if r.total > 0 {
		full = min(n, int(float64(n)*r.sofar()/float64(r.total)))
	}
	return p.Green(strings.Repeat("━", full)) + p.Dim(strings.Repeat("─", n-full))
}

// fit gives a name n columns.
func fit(s string, n int) string {
	for draw.Columns(s) > n {
		s = draw.Cut(s, len([]rune(s))-1)
	}
	return s
}

func perSecond(rate float64) string {
	switch {
	case rate >= 10:
		return fmt.Sprintf("%.0f/s", rate)
	case rate >= 0.1:
		return fmt.Sprintf("%.1f/s", rate)
	}
	return fmt.Sprintf("%.1f/min", rate*60)
}

// clock writes a time as 0:05, 12:30 or 1:02:03.
func clock(d time.Duration) string {
	s := int(d.Round(time.Second) / time.Second)
	if s >= 3600 {
		return fmt.Sprintf("%d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	return fmt.Sprintf("%d:%02d", s/60, s%60)
}
