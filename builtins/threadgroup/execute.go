package threadgroup

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// def Group.execute() -> Results
//
// execute runs the registered tasks, waits for all, and returns their Results.
func executeMethod(g *Group, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("execute: takes no arguments: options belong to threadgroup(…), arguments to register(…)")
	}
	return g.execute(thread)
}

// execute runs the registered tasks and waits for them.
func (g *Group) execute(thread *starlark.Thread) (starlark.Value, error) {
	t := engine.Of(thread)
	e, err := g.startRegistered(t, func(e *execution) { e.open = true })
	if err != nil {
		return nil, err
	}
	return e.complete(t)
}

// startRegistered begins a run of the registered tasks; only one at a time. as says
// what kind of run it is.
func (g *Group) startRegistered(t *engine.Thread, as func(*execution)) (*execution, error) {
	plan, err := g.begin()
	if err != nil {
		return nil, err
	}
	e := g.newExecution(t)
	e.registered, e.plan = true, plan
	as(e)
	reached := g.isReached()
	results := make([]Result, len(plan.order))
	list := make([]*Result, len(results))
	for i, r := range plan.order {
		list[i] = results[i].init(e.spec(r.f, r.o), e.live)
		if e.live {
			list[i].live.reached = reached
		}
	}
	for i, needs := range plan.needs {
		for _, n := range needs {
			list[i].task.After(&list[n.task].task)
		}
	}
	if err := e.start(g.workers(0), list); err != nil {
		g.mu.Lock()
		defer g.mu.Unlock()
		g.running = false
		return nil, err
	}
	return e, nil
}

// begin takes the registered tasks for a run.
func (g *Group) begin() (*plan, error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.running {
		return nil, fmt.Errorf("group %q is already running", g.name)
	}
	p, err := g.planLocked()
	if err == nil {
		g.running = true
	}
	return p, err
}

// workers returns the slots of a run; n is its own bound where the group has none.
func (g *Group) workers(n int) *group.Slots {
	if g.slots != nil {
		return g.slots
	}
	return g.shared.budget.Slots(n)
}

// complete waits for a run whose Results nobody has seen yet, and returns them.
func (e *execution) complete(t *engine.Thread) (starlark.Value, error) {
	e.await(t)
	return e.group.keep(t, []*execution{e})
}

// keep makes the Results of runs that are over those of the group, and returns them
// or what the thread stops with. If others can see the group, they are frozen first:
// the tasks themselves may have shown it to them.
func (g *Group) keep(t *engine.Thread, es []*execution) (starlark.Value, error) {
	results := finish(es)
	if g.isReached() {
		t.Publish(results)
	}
	g.mu.Lock()
	g.executed, g.results = true, results
	g.mu.Unlock()
	for _, r := range results.list {
		r.look()
	}
	if cause := t.Cancelled(); cause != nil {
		return nil, cause
	}
	for _, e := range es {
		if e.lost != nil {
			return nil, e.lost
		}
	}
	if g.noCheck {
		return results, nil
	}
	return results, results.failure(g.name)
}

// def Group.start() -> Results
//
// start begins a run of the registered tasks and returns their live Results; wait waits for it.
func (g *Group) startMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("start: takes no arguments: options belong to threadgroup(…), arguments to register(…)")
	}
	e, err := g.startLive(engine.Of(thread))
	if err != nil {
		return nil, err
	}
	return &Results{list: e.results(), group: g.name}, nil
}

// startLive begins a run of the registered tasks beside the script.
func (g *Group) startLive(t *engine.Thread) (*execution, error) {
	sc := g.scopeFor(t)
	defer sc.gate.RUnlock()
	e, err := g.startRegistered(t, func(e *execution) {
		e.open, e.live, e.beside, e.scope, e.ctx = true, true, true, sc, sc.ctx
	})
	if err != nil {
		return nil, err
	}
	g.keepPending(e)
	return e, nil
}

// def Group.wait(timeout: float | Duration | None = None) -> Results
//
// wait waits for what start and submit have begun, and returns its Results. When timeout
// seconds are over it returns them as they are.
func (g *Group) waitMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	timeout, err := waitTimeout("wait", args, kwargs)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if w, ok := t.Local.(*worker); ok && w.e.group == g {
		return nil, fmt.Errorf("wait: called by a task of group %q, it would wait for itself; wait for the Results of submit", g.name)
	}
	es := g.pendingOf(t.Run())
	if len(es) == 0 {
		return g.lastResults(), nil
	}
	for _, e := range es {
		e.run.Close()
	}
	if done, err := awaitAll(t, fmt.Sprintf("group %q", g.name), timeout, es); err != nil || !done {
		return finish(es), err
	}
	g.forget(es)
	return g.keep(t, es)
}

// def Group.cancel(reason: str = "") -> None
//
// cancel cancels the tasks that run and skips those that do not yet.
func (g *Group) cancelMethod(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	reason := fmt.Sprintf("group %q was cancelled", g.name)
	if err := unpackReason("cancel", args, kwargs, &reason); err != nil {
		return nil, err
	}
	g.mu.Lock()
	var all []*execution
	for e := range g.runs.active {
		all = append(all, e)
	}
	g.mu.Unlock()
	for _, e := range all {
		e.run.Stop(errors.New(reason))
	}
	return starlark.None, nil
}

func unpackReason(fn string, args starlark.Tuple, kwargs []starlark.Tuple, to *string) error {
	var reason starlark.Value = starlark.String("")
	if err := starlark.UnpackArgs(fn, args, kwargs, "reason?", &reason); err != nil {
		return err
	}
	text, ok := starlark.AsString(reason)
	if !ok {
		return fmt.Errorf("%s: reason must be a text, not %s", fn, reason.Type())
	}
	if text != "" {
		*to = text
	}
	return nil
}

// awaitAll blocks until the runs are over, for at most timeout: 0 means that there is
// no limit, a negative value not to wait at all.
func awaitAll(t *engine.Thread, what string, timeout time.Duration, es []*execution) (done bool, err error) {
	until := time.Now().Add(timeout)
	for _, e := range es {
		left := time.Duration(0)
		if timeout != 0 {
			if left = time.Until(until); left <= 0 {
				left = 1
			}
		}
		w := t.NewWait(what, left, nil)
		if err := join(t, w, e.run.Notify); errors.Is(err, wait.ErrTimeout) {
			return false, nil
		} else if err != nil {
			return false, err
		}
		<-e.gone
	}
	return true, nil
}
