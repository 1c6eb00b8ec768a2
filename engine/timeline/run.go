package timeline

import (
	"time"

	"github.com/starlark-tg/tg/engine/event"
)

// A place is where in the chart the runs of a group are drawn: groups of one name
// that are started by tasks of one section are drawn together.
type place struct {
	above *section // nil: no task has started it
	group string
}

// A section is what stands at a place. Runs that overlap in time stand on shelves
// one above the other.
type section struct {
	place
	id      int // its index among the sections
	shelves lanes
}

// A run is one run of a group.
type run struct {
	id      int // its index among the runs
	section *section
	shelf   int32
	number  int64
	by      *run // whose task has started it; nil: none
	task    int  // that one's index
	begin   time.Duration
	end     time.Duration     // -1: it has not ended
	lanes   lanes             // of this process
	crews   []crew            // of workers
	numbers map[string]uint16 // of crews, by name of their worker
	tall    int               // of a picture: rows of its shelf, if workers have rows there
	alike   bool              // of a picture: all of its tasks have one name
	idle    bool              // of a picture: it has tasks that have ended without having begun
	tasks   []task            // by index
	spans   []span            // in order of their begin
	reasons map[int32]string  // why a span has failed, by its index
}

// A task is one task of a run.
type task struct {
	name   string
	queued time.Duration
	status Status
	crew   uint16 // whose lane it has; 0: this process's
	lane   int32  // that it has in hand; -1: none
	last   int32  // index of its latest span; -1: it has none
}

// A span is an attempt of a task, or a wait between two: a bar of the chart.
type span struct {
	begin   time.Duration
	end     time.Duration // -1: it has not ended
	task    int32
	lane    int32 // -1: the task has ended without having begun
	attempt int32 // from 1; of a wait: the one before; 0: the task has not begun
	status  Status
	crew    uint16 // whose lane it is in; 0: this process's
}

// take reads an event about a task, and returns how many more attempts are being made.
func (g *run) take(e *event.Event, at time.Duration, why string) int {
	if e.Kind == event.TaskQueued && e.Index == len(g.tasks) {
		g.tasks = append(g.tasks, task{name: e.Task, queued: at, lane: -1, last: -1, status: Queued})
	}
	if e.Kind == event.TaskQueued || e.Index < 0 || e.Index >= len(g.tasks) || g.tasks[e.Index].status.final() {
		return 0
	}
	t := &g.tasks[e.Index]
	before := t.active()
	g.change(t, e, at, why)
	return t.active() - before
}

// active returns how many attempts of the task are being made.
func (t *task) active() int {
	if t.status == Running {
		return 1
	}
	return 0
}

func (g *run) change(t *task, e *event.Event, at time.Duration, why string) {
	switch e.Kind {
	case event.TaskStarted:
		g.started(t, e, at)
	case event.TaskRetry:
		g.finish(t, at, Retried, why)
		g.add(t, span{begin: at, end: -1, task: int32(e.Index), attempt: int32(e.Attempts), status: Waiting})
		t.status = Waiting
	case event.TaskEnded:
		g.ended(t, e, at, why)
	}
}

func (g *run) started(t *task, e *event.Event, at time.Duration) {
	if t.status == Running && e.Worker != "" { // the worker before has lost it, or given it back
		g.finish(t, at, Retried, "it was started again, on "+cut(e.Worker, maxName))
	}
	g.finish(t, at, Waiting, "")
	g.enter(t, e.Worker)
	t.status = Running
	g.add(t, span{begin: at, end: -1, task: int32(e.Index), attempt: int32(e.Attempts), status: Running})
}

// ended notes how a task ended: its attempt did, or it ended while it waited.
func (g *run) ended(t *task, e *event.Event, at time.Duration, why string) {
	status := parseStatus(e.Status)
	if t.status == Running {
		g.finish(t, at, status, why)
	} else {
		g.finish(t, at, Waiting, "")
		g.add(t, span{begin: at, end: at, task: int32(e.Index), attempt: int32(e.Attempts), status: status})
		g.because(t, why)
	}
	t.status = status
	g.leave(t)
}

// add adds a span in the task's lane.
func (g *run) add(t *task, s span) {
	s.crew, s.lane = t.crew, t.lane
	t.last = int32(len(g.spans))
	g.spans = append(g.spans, s)
}

// finish ends the task's latest span, if that has not ended.
func (g *run) finish(t *task, at time.Duration, status Status, why string) {
	if t.last < 0 || g.spans[t.last].end >= 0 {
		return
	}
	s := &g.spans[t.last]
	s.end, s.status = at, status
	g.because(t, why)
}

// because notes why the task's latest span has failed.
func (g *run) because(t *task, why string) {
	if why == "" {
		return
	}
	if g.reasons == nil {
		g.reasons = map[int32]string{}
	}
	g.reasons[t.last] = why
}
