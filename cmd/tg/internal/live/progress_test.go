package live

import (
	"bytes"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
)

// bars returns a progress of which only the lines are looked at.
func bars() *Progress {
	g := NewProgress("always", &bytes.Buffer{}, false)
	g.screen = &screen{} // as on a terminal
	g.begin.Do(func() { close(g.ended) })
	return g
}

func feed(g *Progress, list ...event.Event) {
	for _, e := range list {
		if e.Run == 0 {
			e.Run = 1
		}
		g.take(e)
	}
}

func TestProgress(t *testing.T) {
	g := bars()
	feed(g, event.Event{Kind: event.GroupStarted, Group: "fetch", Counts: event.Counts{Tasks: 10}})
	require.Equal(t, []string{"fetch  ────────────────────────   0/10  0 running  0:00"}, g.status(79, 20))
	for i := range 5 {
		feed(g, event.Event{Kind: event.TaskStarted, Index: i, Attempts: 1})
	}
	feed(g,
		event.Event{Kind: event.TaskEnded, Index: 0, Attempts: 1, Status: "ok"},
		event.Event{Kind: event.TaskEnded, Index: 1, Attempts: 1, Status: "failed"},
		event.Event{Kind: event.TaskRetry, Index: 2, Attempts: 1},
		event.Event{Kind: event.TaskRetry, Index: 3, Attempts: 1},
		event.Event{Kind: event.TaskEnded, Index: 3, Attempts: 1, Status: "cancelled"},
		event.Event{Kind: event.TaskEnded, Index: 9, Status: "skipped"},
		event.Event{Kind: event.TaskProgress, Index: 4, Done: 1, Total: 2},
		event.Event{Kind: event.TaskProgress, Index: 4, Done: 3, Total: 0},
	)
	r := g.runs[1]
	require.Equal(t, []any{1, 4, 1, 4.5}, []any{r.active, r.done, r.failed, r.sofar()})
	r.began = time.Now().Add(-9 * time.Second)
	r.measured = r.began
	require.Equal(t, []string{"fetch  ━━━━━━━━━━──────────────   4/10  1 failed  1 running  1 to try again  0.5/s  ETA 0:11"}, g.status(119, 20))
	require.Equal(t, []string{"fetch   4/10  1 failed  1 running"}, g.status(40, 20))
	require.Equal(t, []string{"fet…   4/10  1 failed"}, g.status(12, 20))
	for width := range 200 {
		for _, line := range g.status(width, 20) {
			require.LessOrEqual(t, draw.Columns(line), max(width, 25))
		}
	}
	feed(g, event.Event{Kind: event.GroupEnded}, event.Event{Kind: event.TaskEnded, Index: 4, Attempts: 1})
	require.Empty(t, g.status(79, 20))
}

// Streams do not know how many there will be; names of scripts give no orders to terminals.
func TestProgressOfStreams(t *testing.T) {
	g := bars()
	feed(g, event.Event{Kind: event.GroupStarted, Group: "a\x1b[2J\nb", Open: true}, event.Event{Kind: event.TaskQueued, Index: 3}, event.Event{Kind: event.TaskStarted, Attempts: 1})
	require.Equal(t, []string{`a\x1b[2J\nb  0 done  1 running  0:00`}, g.status(79, 20))
}

// A group is shown when it has run for a second, or as it says; as many as there is room for.
func TestProgressOfMany(t *testing.T) {
	g := bars()
	g.always = false
	for i, show := range []string{"", event.ProgressOn, event.ProgressOff} {
		feed(g, event.Event{Kind: event.GroupStarted, Run: int64(i + 1), Group: "g" + show, Text: show})
	}
	require.Len(t, g.status(79, 20), 1)
	for _, r := range g.runs {
		r.began = r.began.Add(-2 * progressAfter)
	}
	require.Len(t, g.status(79, 20), 2)
	g.always = true
	for i := range 50 {
		feed(g, event.Event{Kind: event.GroupStarted, Run: int64(i + 10), Group: "more"})
	}
	lines := g.status(79, 20)
	require.Len(t, lines, maxBars+1)
	require.Equal(t, "… and 44 more groups", lines[maxBars])
	require.Len(t, g.status(79, 3), 3)
}

func TestProgressModes(t *testing.T) {
	var out bytes.Buffer
	require.Nil(t, NewProgress("auto", &out, false), "it is no terminal")
	require.Nil(t, NewProgress("never", &out, false))
	g := NewProgress("always", &out, false)
	require.Nil(t, g.screen)
	g.Close() // nothing has begun
	var none *Progress
	require.Same(t, &out, none.Over(&out))
	none.Close()
	var m Mode
	require.ErrorContains(t, m.Set("x"), "is not auto, always or never")
}

func TestProgressHammer(t *testing.T) {
	var out bytes.Buffer
	g := NewProgress("always", &out, false)
	var wg sync.WaitGroup
	for i := range 8 {
		wg.Go(func() {
			for k := range 100 {
				run := int64(i*100 + k + 1)
				feed(g, event.Event{Kind: event.GroupStarted, Run: run, Counts: event.Counts{Tasks: 1}}, event.Event{Kind: event.TaskStarted, Run: run, Attempts: 1})
				g.status(79, 20)
				feed(g, event.Event{Kind: event.TaskEnded, Run: run, Attempts: 1}, event.Event{Kind: event.GroupEnded, Run: run})
			}
		})
	}
	wg.Wait()
	g.Close()
	require.Empty(t, g.order)
}

func TestClock(t *testing.T) {
	for d, want := range map[time.Duration]string{0: "0:00", 4600 * time.Millisecond: "0:05", 750 * time.Second: "12:30", 3723 * time.Second: "1:02:03"} {
		require.Equal(t, want, clock(d))
	}
	for rate, want := range map[float64]string{1234.6: "1235/s", 2.34: "2.3/s", 0.05: "3.0/min"} {
		require.Equal(t, want, perSecond(rate))
	}
}

// What one task prints stands together, whatever others print meanwhile.
func TestPrinter(t *testing.T) {
	var out bytes.Buffer
	p := NewPrinter("group", &out)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			for range 50 {
				p.Print(event.Event{Kind: event.Printed, Run: 1, Index: i, Text: strings.Repeat("x", i)})
			}
			if i%2 == 0 {
				p.Sink().Take(event.Event{Kind: event.TaskEnded, Run: 1, Index: i})
			}
		})
	}
	wg.Wait()
	p.Print(event.Event{Kind: event.Printed, Text: "script"})
	p.Close()
	lines := strings.Split(out.String(), "\n")
	require.Len(t, lines, 1002)
	changes := 0
	for i := range 1000 {
		if lines[i] != lines[i+1] {
			changes++
		}
	}
	require.Equal(t, 20, changes)
	require.Less(t, strings.Index(out.String(), "script"), strings.LastIndex(out.String(), "x"))
	require.Zero(t, p.size)

	out.Reset()
	p.Print(event.Event{Kind: event.Printed, Run: 1, Text: strings.Repeat("y", maxHeld)})
	require.Len(t, out.String(), maxHeld+1, "too much to hold")
}
