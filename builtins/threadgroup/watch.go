package threadgroup

import (
	"time"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
)

// announce tells the reader of events what will run.
func (e *execution) announce() {
	e.emit(event.Event{Kind: event.GroupStarted, Counts: event.Counts{Tasks: len(e.tasks)}})
	if !e.wants(event.TaskQueued) {
		return
	}
	for i, t := range e.tasks {
		e.emit(event.Event{Kind: event.TaskQueued, Task: t.Spec.Name, Index: i})
	}
}

func (e *execution) wants(k event.Kind) bool { return e.thread.Run().Wants(k) }

func (e *execution) emit(ev event.Event) {
	ev.Group, ev.Run = e.group.name, e.number
	e.thread.Run().Emit(ev)
}

// settled returns what tells the reader of events of each attempt; nil if there
// is none, so that a run which nobody watches pays nothing.
func (e *execution) settled() func(i int, again time.Duration) {
	if !e.wants(event.TaskEnded) && !e.wants(event.TaskRetry) {
		return nil
	}
	return func(i int, again time.Duration) {
		t := &e.results[i].task
		ev := event.Event{
			Kind: event.TaskEnded, Task: t.Spec.Name, Index: i, Attempts: int(t.Attempts),
			Status: t.Status.String(), Duration: t.Duration, Err: t.Err,
		}
		if t.Status == group.OK {
			ev.Value = t.Value
		}
		if again >= 0 {
			ev.Kind, ev.Delay = event.TaskRetry, again
		}
		if stop, ok := t.Err.(*group.Stop); ok {
			ev.Err = stopError(stop)
		}
		e.emit(ev)
	}
}
