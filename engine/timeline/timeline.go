// Package timeline draws when the tasks of a run ran: as a page to look at, as a
// picture, as a trace for other programs, and as text.
//
// A [Recorder] reads the stream of facts that package event describes. What it has
// read may be drawn at any time: tasks that run are drawn as running.
//
//	rec := timeline.New()
//	eng, err := engine.New(engine.Options{Events: rec.Sink()})
//	…
//	err = rec.WriteHTML(file)
//
// A chart has a section for each name of a group below the task that started it, and
// rows in each section: a run has as many as it had tasks in hand at once. A task takes
// the lowest free row when it begins, and keeps it until it ends, retries and the
// waits between them included. Tasks that end without having begun share one row below.
//
// Each worker, which is another process that runs tasks, has rows of its own, below those
// of this process and in order of the workers' names. An attempt on another worker than the
// one before moves to a row there.
package timeline

import (
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine/event"
)

// A Recorder notes when what happened. It is safe for concurrent use.
//
// Events carry no time: the recorder asks the clock when it is told, with its lock
// held, so what it has noted is in order of time.
type Recorder struct {
	clock func() time.Time

	mu       sync.Mutex    // guards what follows
	began    time.Time     // of the run, or of the recorder until that is known
	started  bool          // the run has
	ended    time.Duration // since it began; -1: it has not ended
	script   string
	failure  string // of the script
	sections []*section
	places   map[place]*section
	runs     []*run         // in order of their start
	open     map[int64]*run // those that have not ended, by number
	notes    []note
	active   int // attempts that are being made
	peak     int // as many as there were at once
}

// A note is something to know beside tasks.
type note struct {
	at   time.Duration
	text string
}

// New returns a recorder that has read nothing.
func New() *Recorder { return newAt(time.Now) }

func newAt(clock func() time.Time) *Recorder {
	return &Recorder{clock: clock, began: clock(), ended: -1, places: map[place]*section{}, open: map[int64]*run{}}
}

// Sink returns what feeds the recorder: the kinds of events that it reads.
func (r *Recorder) Sink() event.Sink {
	return event.Sink{Take: r.Take, Only: []event.Kind{
		event.RunStarted, event.RunEnded, event.GroupStarted, event.GroupEnded, event.TaskQueued,
		event.TaskStarted, event.TaskRetry, event.TaskEnded, event.TaskOverdue, event.Noted,
	}}
}

// Started reports whether a run has begun: before that there is nothing to draw.
func (r *Recorder) Started() bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.started
}

// Take reads an event. It keeps no Value and no error, only what the error says.
// Events of runs that are not known, and those out of the order that package event
// promises, are passed over.
func (r *Recorder) Take(e event.Event) {
	why := reason(&e)
	r.mu.Lock()
	defer r.mu.Unlock()
	at := r.clock().Sub(r.began)
	switch e.Kind {
	case event.RunStarted:
		r.start(e.Text, at)
	case event.RunEnded:
		r.ended, r.failure = at, why
	case event.GroupStarted:
		r.begin(&e, at)
	case event.GroupEnded:
		r.end(&e, at)
	case event.Noted:
		r.notes = append(r.notes, note{at, e.Text})
	case event.TaskOverdue:
		r.notes = append(r.notes, note{at, "task " + e.Task + " of " + e.Group + " does not stop"})
	default:
		if g := r.open[e.Run]; g != nil {
			r.active += g.take(&e, at, why)
			r.peak = max(r.peak, r.active)
		}
	}
}

// reason returns what the error of an event says, if a chart shows it.
func reason(e *event.Event) string {
	if e.Err == nil || e.Kind == event.GroupEnded { // that one says what its tasks have said
		return ""
	}
	return cut(e.Err.Error(), maxReason)
}

// start notes that the run begins: times count from here.
func (r *Recorder) start(script string, at time.Duration) {
	if !r.started {
		r.started, r.script, r.began = true, script, r.began.Add(at)
	}
}

// maxAhead is for how many tasks room is made before they are queued.
const maxAhead = 1 << 20

// begin notes a run of a group.
func (r *Recorder) begin(e *event.Event, at time.Duration) {
	if r.open[e.Run] != nil {
		return
	}
	g := &run{id: len(r.runs), number: e.Run, begin: at, end: -1, by: r.open[e.Within], task: e.Index}
	if g.by == nil || g.task < 0 || g.task >= len(g.by.tasks) {
		g.by = nil
	}
	n := min(max(e.Counts.Tasks, 0), maxAhead)
	g.tasks, g.spans = make([]task, 0, n), make([]span, 0, n)
	g.section = r.section(g.by, e.Group)
	g.shelf = g.section.shelves.take()
	r.runs = append(r.runs, g)
	r.open[e.Run] = g
}

// end notes that a run of a group is over.
func (r *Recorder) end(e *event.Event, at time.Duration) {
	g := r.open[e.Run]
	if g == nil {
		return
	}
	delete(r.open, e.Run)
	g.end = at
	g.section.shelves.give(g.shelf)
}

// section returns the section of a group that a task of the run by has started.
func (r *Recorder) section(by *run, group string) *section {
	key := place{group: group}
	if by != nil {
		key.above = by.section
	}
	s := r.places[key]
	if s == nil {
		s = &section{place: key, id: len(r.sections)}
		r.places[key] = s
		r.sections = append(r.sections, s)
	}
	return s
}
