package threadgroup

import (
	"cmp"
	"context"
	"fmt"
	"reflect"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// An execution is one run of a group. There are five kinds:
//
//	made by              | tasks            | who waits            | keeps Results | tasks may submit to it
//	---------------------+------------------+----------------------+---------------+-----------------------
//	execute, race()      | registered       | the caller, at once  | yes           | yes
//	map, race(fn, …)     | one an item      | the caller, at once  | yes           | no
//	start, as_completed  | registered       | wait, or the end     | yes, live     | yes
//	submit               | those submitted  | wait, or the end     | yes, live     | yes
//	imap, imap_unordered | one an item      | the loop             | no            | no
type execution struct {
	group      *Group
	thread     *engine.Thread // that made it
	ctx        context.Context
	number     int64
	registered bool                // its tasks were
	plan       *plan               // of registered tasks; nil: other tasks
	race       bool                // one success is enough
	open       bool                // tasks of the run may add others
	grows      bool                // others than its own tasks add tasks, until it is closed
	live       bool                // Results are seen before the run has ended
	beside     bool                // the thread goes on while tasks run
	onEnd      func(*Result) error // told of each that has ended; an error stops the run

	calls  []*engine.Call // from another process, which its tasks are; nil: they are this one's
	rested atomic.Bool    // one of them has given its worker back

	slots   *group.Slots
	dry     bool // the group only tells what it would do
	watched bool // somebody wants to know of every task
	run     *group.Run[starlark.Value]
	gone    chan struct{} // closed when over has returned: who waits for the run waits for that, too
	leave   func()        // takes the tasks out of the count of those that have not ended
	last    *spec
	specs   []*spec // to be handed over, each once

	first int                   // how many tasks it began with
	scope *scope                // that a live one ends with
	taken bool                  // by a loop over as_completed, which ends it; guarded by Group.mu
	inbox atomic.Pointer[inbox] // where Results go that have ended; nil: nobody asks

	mu    sync.Mutex // guards what follows; held while a task is added
	count int
	list  []*Result // in order of being added

	keeper *keeper           // nil: there is no joblog
	lost   error             // why the joblog lacks something; guarded by the run's lock
	failed engine.GroupError // of a run that keeps no Results; guarded by the run's lock
}

func (g *Group) newExecution(t *engine.Thread) *execution {
	return &execution{group: g, thread: t, ctx: t.Context(), number: g.shared.runs.next()}
}

// spec returns what tasks of this function with these options are made from: the
// last one once more if it is the same, as often when a list of calls is run.
func (e *execution) spec(f *Function, o *options) *spec {
	if l := e.last; l != nil && l.o == o && len(f.args)+len(l.args)+len(f.kwargs)+len(l.kwargs) == 0 && same(l.fn, f.fn) {
		return l
	}
	s := newSpec(e.thread, f, o)
	e.specs = append(e.specs, s)
	e.last = s
	return s
}

func same(a, b starlark.Callable) bool {
	return reflect.TypeOf(a).Kind() == reflect.Pointer && a == b
}

// start begins the run with these tasks. An open run takes others until it is closed.
func (e *execution) start(slots *group.Slots, results []*Result) error {
	if err := e.prepare(slots, len(results)); err != nil {
		return err
	}
	e.begin()
	if e.dry {
		e.pretend(results)
	}
	tasks := make([]*group.Task[starlark.Value], len(results))
	for i, r := range results {
		tasks[i] = &r.task
		r.task.Index = i // as it will be; the arguments of a map hang on it
	}
	if err := e.remember(e.thread, results); err != nil { // may call script code: no lock is held
		e.lost = err
		e.run.Stop(err)
	}
	e.mu.Lock()
	e.list, e.count = results, len(results)
	e.queued(0, results)
	then := e.run.AddThen(tasks...)
	e.mu.Unlock()
	then()
	if !e.grows {
		e.run.Close() // without the lock: if all have ended, this is the end of the run
	}
	return nil
}

// prepare asks whether n tasks may run, and hands over what they are made from.
func (e *execution) prepare(slots *group.Slots, n int) error {
	t, g := e.thread, e.group
	if err := t.Stopping(); err != nil { // or groups that start groups would outrun a stop
		return err
	}
	leave, err := g.shared.enter(t.Run(), n)
	if err != nil {
		return err
	}
	if e.keeper, err = g.keeperOf(t); err != nil {
		leave()
		return err
	}
	e.slots, e.first, e.leave = slots, n, leave
	e.dry = t.Run().Options().DryRun
	e.watched = e.keeper != nil || e.wants(event.TaskEnded) || e.wants(event.TaskRetry)
	handOver(t, e.specs)
	e.specs, e.last = nil, nil
	return nil
}

// total returns how many tasks there will be, as far as that is known; else 0.
func (e *execution) total() int {
	if e.grows {
		return 0
	}
	return e.first
}

// begin begins a run without tasks.
func (e *execution) begin() {
	t, g := e.thread, e.group
	if e.beside {
		leave, alone := e.leave, t.Run().Beside()
		e.leave = func() { leave(); alone() }
	}
	e.announce(e.first)
	e.run = group.Start(e.ctx, group.Config[starlark.Value]{
		Slots: e.slots, Workers: t.Run().Workers(), Deadline: g.deadline,
		MaxFailures: g.maxFailures, MaxShare: g.maxShare, Total: e.total(), MaxText: g.maxText,
		NewWorker: func(a *group.Attempt) group.Worker[starlark.Value] { return newWorker(e, a) },
		Settled:   e.settled, Ended: e.ended(),
	})
	g.enter(e)
	forget := t.Run().Waits().Note(e.unstarted)
	e.gone = make(chan struct{})
	e.run.Notify(func() {
		defer close(e.gone)
		forget()
		e.over()
	})
}

// add gives the run one more task, which has been handed over.
func (e *execution) add(t *engine.Thread, r *Result) error {
	if _, err := e.group.shared.enter(e.thread.Run(), 1); err != nil {
		return err
	}
	if e.dry {
		e.pretend([]*Result{r})
	}
	if err := e.remember(t, []*Result{r}); err != nil {
		e.group.shared.live.Add(-1)
		return err
	}
	e.mu.Lock()
	if e.open {
		e.list = append(e.list, r)
	}
	if b := e.inbox.Load(); b != nil {
		b.expect(1)
	}
	e.queued(e.count, []*Result{r})
	e.count++
	then := e.run.AddThen(&r.task)
	e.mu.Unlock()
	then()
	return nil
}

// remember looks tasks up in the joblog, if there is one.
func (e *execution) remember(t *engine.Thread, results []*Result) error {
	if e.keeper == nil || e.dry {
		return nil
	}
	for _, r := range results {
		if err := e.keeper.remember(t, e.group, r); err != nil {
			return err
		}
	}
	return nil
}

// ended returns what is told of tasks that have ended; nil if nobody asks, so that
// a run of many short tasks pays nothing.
func (e *execution) ended() func(*group.Task[starlark.Value]) error {
	if e.onEnd == nil && !e.open && e.keeper == nil {
		return nil
	}
	return func(t *group.Task[starlark.Value]) (stop error) {
		r := t.Of.(*Result)
		if t.Index >= e.first {
			e.group.shared.live.Add(-1)
		}
		if e.onEnd != nil {
			stop = e.onEnd(r)
		}
		if e.lost != nil {
			stop = e.lost
		}
		if b := e.inbox.Load(); b != nil {
			b.put(r)
		}
		return stop
	}
}

// unstarted says which tasks have no worker, for reports of deadlocks.
func (e *execution) unstarted() string {
	n := e.run.Unstarted()
	if n == 0 {
		return ""
	}
	have := "have"
	if n == 1 {
		have = "has"
	}
	return fmt.Sprintf("group %q: %s %s not started: max_workers is %d", e.group.name, counted(n, "task"), have, e.slots.Max())
}

// over is called when every task has ended and no more will come.
func (e *execution) over() {
	e.leave()
	e.group.exit(e)
	e.announceEnd()
}

// results returns the Results so far, in order.
func (e *execution) results() []*Result {
	e.mu.Lock()
	defer e.mu.Unlock()
	byIndex := func(a, b *Result) int { return cmp.Compare(a.task.Index, b.task.Index) }
	switch {
	case !slices.IsSortedFunc(e.list, byIndex): // tasks were added by several threads
		return slices.SortedFunc(slices.Values(e.list), byIndex)
	case e.open:
		return slices.Clone(e.list)
	}
	return e.list // nobody adds to it
}

// finish returns the Results of a run that has ended, after others.
func finish(es []*execution) *Results {
	rs := &Results{}
	var first, last time.Time
	for _, e := range es {
		rs.group = e.group.name
		rs.list = append(rs.list, e.results()...)
		began := e.run.Began()
		if first.IsZero() || began.Before(first) {
			first = began
		}
		if end := began.Add(e.run.Duration()); end.After(last) {
			last = end
		}
	}
	rs.duration = last.Sub(first)
	return rs
}

// await blocks the thread that made the run until it is over, whatever happens: what
// it started does not outlive it.
func (e *execution) await(t *engine.Thread) {
	w := t.NewWait(`group "`+e.group.name+`"`, 0, nil)
	w.Ctx = nil
	_ = join(t, w, e.run.Notify)
	<-e.gone
}
