// Package live shows what a script does while it runs: bars of its groups at the foot of a
// terminal, and what its tasks print.
package live

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/event"
	"golang.org/x/term"
)

// When progress is shown.
const (
	progressAfter = time.Second     // so long a group runs before it is
	progressEvery = 5 * time.Second // where it is no terminal, but --progress=always
	maxBars       = 8
	maxName       = 40 // characters of a group's name
)

// A Mode says when progress is shown: auto, always or never. It is a flag value.
type Mode string

func (m *Mode) String() string { return string(*m) }
func (m *Mode) Type() string   { return "mode" }

func (m *Mode) Set(s string) error {
	if s != "auto" && s != "always" && s != "never" {
		return fmt.Errorf("%q is not auto, always or never", s)
	}
	*m = Mode(s)
	return nil
}

// A Progress shows how far the groups that run are: a bar each, at the foot of the terminal
// that is standard error. A nil progress shows nothing. It reads events, from many goroutines.
type Progress struct {
	paint  draw.Paint
	always bool
	screen *screen   // nil: no terminal, but lines are wanted
	lines  io.Writer // for them

	mu    sync.Mutex // guards what follows
	runs  map[int64]*running
	order []*running

	begin sync.Once
	stop  chan struct{} // closed by Close
	ended chan struct{} // closed when nothing is drawn any more
	end   sync.Once
}

// NewProgress returns what shows progress, or nil if nobody is to see it. What is written
// to the streams must go through it from then on: see Over.
func NewProgress(mode Mode, err io.Writer, p draw.Paint) *Progress {
	f, ok := err.(*os.File)
	terminal := ok && term.IsTerminal(int(f.Fd())) && os.Getenv("TERM") != "dumb"
	if mode == "never" || !terminal && mode != "always" {
		return nil
	}
	g := &Progress{paint: p, always: mode == "always", runs: map[int64]*running{}, stop: make(chan struct{}), ended: make(chan struct{})}
	if terminal {
		g.screen = newScreen(f, g.status)
	} else {
		g.lines = err
	}
	return g
}

// Over returns a stream as one that does not tear the bars. Only a terminal can be the one
// that they are on.
func (g *Progress) Over(w io.Writer) io.Writer {
	f, ok := w.(*os.File)
	if g == nil || g.screen == nil || !ok || !term.IsTerminal(int(f.Fd())) {
		return w
	}
	return g.screen.over(w)
}

// Close takes the bars away. Nothing is drawn after that.
func (g *Progress) Close() {
	if g == nil {
		return
	}
	g.end.Do(func() { close(g.stop) })
	g.begin.Do(func() { close(g.ended) })
	<-g.ended
	if g.screen != nil {
		g.screen.close()
	}
}

// watch draws until Close is called.
func (g *Progress) watch() {
	defer close(g.ended)
	every := redraw
	if g.screen == nil {
		every = progressEvery
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-g.stop:
			return
		case <-ticker.C:
		}
		if g.screen != nil {
			g.screen.tick()
			continue
		}
		for _, line := range g.status(200, maxBars+1) {
			fmt.Fprintln(g.lines, strings.TrimSpace(line))
		}
	}
}

// Sink returns what feeds it.
func (g *Progress) Sink() event.Sink {
	return event.Sink{Take: g.take, Only: []event.Kind{
		event.GroupStarted, event.GroupEnded, event.TaskQueued, event.TaskStarted, event.TaskProgress, event.TaskRetry, event.TaskEnded,
	}}
}

func (g *Progress) take(e event.Event) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if e.Kind == event.GroupStarted {
		g.begin.Do(func() { go g.watch() })
		r := &running{
			name: draw.Cut(draw.OneLine(e.Group), maxName), began: time.Now(), total: e.Counts.Tasks, open: e.Open, show: e.Text,
			waiting: map[int]bool{}, parts: map[int]float64{},
		}
		g.runs[e.Run] = r
		g.order = append(g.order, r)
		return
	}
	r := g.runs[e.Run]
	if r == nil {
		return
	}
	r.take(e)
	if e.Kind == event.GroupEnded {
		delete(g.runs, e.Run)
		for i, o := range g.order {
			if o == r {
				g.order = append(g.order[:i], g.order[i+1:]...)
				break
			}
		}
	}
}

// status returns the lines to show now.
func (g *Progress) status(width, height int) []string {
	g.mu.Lock()
	defer g.mu.Unlock()
	now := time.Now()
	var list []*running
	for _, r := range g.order {
		if r.show == event.ProgressOff || r.show == "" && !g.always && now.Sub(r.began) < progressAfter {
			continue
		}
		list = append(list, r)
	}
	more := 0
	if most := max(1, min(maxBars, height-1)); len(list) > most {
		more = len(list) - most
		list = list[:most]
	}
	names := 0
	for _, r := range list {
		names = max(names, draw.Columns(r.name))
	}
	var lines []string
	for _, r := range list {
		r.measure(now)
		lines = append(lines, r.line(g.paint, min(names, width/3), width, g.screen == nil, now))
	}
	if more > 0 {
		lines = append(lines, g.paint.Dim("… and "+draw.Plural(more, "more group")))
	}
	return lines
}
