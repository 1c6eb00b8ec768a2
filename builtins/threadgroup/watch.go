package threadgroup

import (
	"time"

	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

func (e *execution) wants(k event.Kind) bool { return e.thread.Run().Wants(k) }

func (e *execution) emit(ev event.Event) {
	ev.Group, ev.Run = e.group.name, e.number
	e.thread.Run().Emit(ev)
}

// announce tells the reader of events that the run begins, with n tasks or, if it is
// open, with those that will be queued.
func (e *execution) announce(n int) {
	ev := event.Event{Kind: event.GroupStarted, Counts: event.Counts{Tasks: n}, Open: e.grows, Text: e.group.progress}
	if w, ok := e.thread.Local.(*worker); ok {
		ev.Within, ev.Index = w.e.number, w.task.task.Index
	}
	e.emit(ev)
}

// queued tells of tasks that are added; first is the index of the first one.
func (e *execution) queued(first int, results []*Result) {
	if !e.wants(event.TaskQueued) {
		return
	}
	for i, r := range results {
		e.emit(event.Event{Kind: event.TaskQueued, Task: r.spec.Name, Index: first + i})
	}
}

// progressed tells how far a task is.
func (e *execution) progressed(task string, index int, done, total float64) {
	e.emit(event.Event{Kind: event.TaskProgress, Task: task, Index: index, Done: done, Total: total})
}

// announceEnd tells that the run is over.
func (e *execution) announceEnd() {
	if !e.wants(event.GroupEnded) {
		return
	}
	c, n := e.run.Counts()
	e.emit(event.Event{
		Kind: event.GroupEnded, Duration: e.run.Duration(), Err: e.failure(), Counts: event.Counts{
			Tasks: n, OK: c[group.OK], Failed: c[group.Failed], TimedOut: c[group.TimedOut],
			Cancelled: c[group.Cancelled], Skipped: c[group.Skipped],
		},
	})
}

// failure returns a *GroupError with the failed tasks of a run that has ended, or nil.
func (e *execution) failure() error {
	switch c, n := e.run.Counts(); {
	case c[group.Failed]+c[group.TimedOut] == 0, e.race && c[group.OK] > 0:
		return nil
	case e.failed.Failures != nil:
		f := e.failed
		f.Group, f.Tasks = e.group.name, n
		return &f
	}
	return (&Results{list: e.results()}).failure(e.group.name)
}

// settled notes how an attempt has ended, and tells the reader of events.
func (e *execution) settled(t *group.Task[starlark.Value], status group.Status, again time.Duration) {
	if t.Err == nil && !e.watched {
		return
	}
	r := t.Of.(*Result)
	if t.Err != nil && again < 0 {
		r.fail()
	}
	if e.keeper != nil && again < 0 && r.kept != nil && e.lost == nil {
		e.lost = e.keeper.record(r, status)
	}
	kind := event.TaskEnded
	if again >= 0 {
		kind = event.TaskRetry
	}
	if !e.wants(kind) {
		return
	}
	ev := event.Event{
		Kind: kind, Task: t.Spec.Name, Index: t.Index, Attempts: t.Attempts(),
		Status: status.String(), Duration: t.Duration, Delay: max(again, 0), Err: t.Err,
	}
	if status == group.OK {
		ev.Value = t.Value
	}
	if stop, ok := t.Err.(*group.Stop); ok {
		ev.Err = stopError(stop)
	}
	e.emit(ev)
}
