package threadgroup

import (
	"fmt"
	"reflect"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// def execute()
func executeMethod(g *Group, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("execute: takes no arguments: options belong to threadgroup(…), arguments to register(…)")
	}
	return g.execute(thread)
}

// execute runs the registered tasks and waits for them.
func (g *Group) execute(thread *starlark.Thread) (starlark.Value, error) {
	t := engine.Of(thread)
	list, err := g.begin()
	if err != nil {
		return nil, err
	}
	e := g.newExecution(t, len(list))
	for i, r := range list {
		e.set(i, e.spec(r.f, r.o))
	}
	return e.run(g.workers(0), func() { g.running = false })
}

// begin takes the registered tasks for a run; only one such run at a time.
func (g *Group) begin() ([]*registration, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running {
		return nil, fmt.Errorf("group %q is already running", g.name)
	}
	if len(g.waiting) > 0 {
		d := g.waiting[0]
		return nil, fmt.Errorf("%s: %s was not applied to a function", d.pos, d.text())
	}
	g.running = true
	return append([]*registration(nil), g.registered...), nil
}

// workers returns the slots of a run; n is its own bound where the group has none.
func (g *Group) workers(n int) *group.Slots {
	if g.slots != nil {
		return g.slots
	}
	return g.shared.budget.Slots(n)
}

// A spec is what a task is made from; the tasks of one map share theirs.
type spec struct {
	group.Spec
	fn     starlark.Callable
	args   starlark.Tuple   // of each task, or
	flat   []starlark.Value // of all tasks of a map, one task after the other,
	width  int              // this many for each
	kwargs []starlark.Tuple
	o      *options
	given  *engine.Given
}

// An execution is one run of a group.
type execution struct {
	group   *Group
	thread  *engine.Thread // that waits for it
	parent  *worker        // the task that waits for it; nil: the main script
	number  int64
	results []Result
	tasks   []*group.Task[starlark.Value] // of results
	last    *spec
	specs   []*spec // of the tasks, each once
}

func (g *Group) newExecution(t *engine.Thread, n int) *execution {
	parent, _ := t.Local.(*worker)
	return &execution{
		group: g, thread: t, parent: parent, number: g.shared.runs.next(),
		results: make([]Result, n), tasks: make([]*group.Task[starlark.Value], n),
	}
}

// set makes task i.
func (e *execution) set(i int, s *spec) {
	r := &e.results[i]
	r.spec, r.index = s, i
	r.task.Spec = &s.Spec
	e.tasks[i] = &r.task
}

// spec returns what tasks of this function with these options are made from: the
// last one once more if it is the same, as often when a list of calls is run.
func (e *execution) spec(f *Function, o *options) *spec {
	if l := e.last; l != nil && l.o == o && len(f.args)+len(l.args)+len(f.kwargs)+len(l.kwargs) == 0 && same(l.fn, f.fn) {
		return l
	}
	s := &spec{fn: f.fn, args: f.args, kwargs: f.kwargs, o: o}
	s.given = &engine.Given{Task: f.fn.Name(), Pos: e.thread.Caller()}
	s.Name, s.Timeout = o.name, o.timeout
	if s.Name == "" {
		s.Name = f.fn.Name()
	}
	if o.retry != nil {
		s.Retry = &o.retry.Retry
	}
	e.specs = append(e.specs, s)
	e.last = s
	return s
}

func same(a, b starlark.Callable) bool {
	return reflect.TypeOf(a).Kind() == reflect.Pointer && a == b
}

// handOver gives the tasks what they are made from. All functions of one run agree
// about the names that they use.
func (e *execution) handOver() {
	e.thread.HandOver(func(p *engine.Publication) {
		for _, s := range e.specs {
			s.fn = p.Callable(s.fn)
			s.args, s.flat = p.Tuple(s.args), p.Tuple(s.flat)
			s.kwargs = p.Kwargs(s.kwargs)
			if s.o.retry != nil {
				p.Value(s.o.retry)
			}
		}
	})
	e.specs = nil
}

// run runs the tasks and waits for them. ended is called with the group's lock
// held when they have ended.
func (e *execution) run(slots *group.Slots, ended func()) (starlark.Value, error) {
	g, tasks := e.group, e.tasks
	leave, err := g.shared.enter(e.thread.Run(), len(tasks))
	if err == nil {
		defer leave()
		err = e.thread.Stopping() // or groups that start groups would outrun a stop
	}
	if err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		ended()
		return nil, err
	}
	e.handOver()
	e.announce()
	run := group.Start(e.thread.Context(), group.Config[starlark.Value]{
		Tasks: tasks, Slots: slots, Deadline: g.deadline,
		MaxFailures: g.maxFailures(len(tasks)), MaxText: g.maxFailed,
		NewWorker: func(a *group.Attempt) group.Worker[starlark.Value] { return newWorker(e, a) },
		Settled:   e.settled(),
	})
	if e.parent != nil {
		e.parent.attempt.Wait(run.Done())
	} else {
		run.Wait()
	}
	results := e.finish(run.Duration())
	e.keep(results, ended)
	failure := results.failure(g.name)
	if e.wants(event.GroupEnded) {
		e.emit(event.Event{Kind: event.GroupEnded, Duration: results.duration, Counts: results.counts(), Err: failure})
	}
	if cause := e.thread.Cancelled(); cause != nil {
		return nil, cause
	}
	if g.noCheck {
		return results, nil
	}
	return results, failure
}

// keep makes the results those of the group. If others can see the group, they
// are frozen first: the tasks themselves may have shown it to them.
func (e *execution) keep(results *Results, ended func()) {
	g := e.group
	if g.isReached() {
		e.thread.Publish(results)
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	g.executed, g.results = true, results
	ended()
}

// finish makes the Results of a run whose tasks have ended.
func (e *execution) finish(d time.Duration) *Results {
	list := make([]*Result, len(e.results))
	for i := range e.results {
		r := &e.results[i]
		if r.task.Err != nil {
			r.fail(taskError(&r.task))
		}
		list[i] = r
	}
	return &Results{list: list, duration: d, group: e.group.name}
}
