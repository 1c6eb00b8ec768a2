package threadgroup

import (
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// def Group.submit(fn: Callable, *args, **kwargs) -> Result
//
// submit starts one task and returns its Result at once. A Result among the arguments is
// waited for, and its value put in its place.
func (g *Group) submit(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee("submit", args)
	if err != nil {
		return nil, err
	}
	return g.submitTask(engine.Of(thread), &Function{fn: fn, args: args, kwargs: kwargs}, nil)
}

// submitTask starts one task. done, if not nil, is told on the task's thread what
// came of it; its error makes the task failed.
func (g *Group) submitTask(t *engine.Thread, f *Function, done func(*engine.Thread, starlark.Value, error) error) (starlark.Value, error) {
	e, err := g.forSubmit(t)
	if err != nil {
		return nil, err
	}
	defer e.run.Release()
	s := newSpec(t, f, g.defaults)
	r := new(Result).init(s, true)
	r.live.reached, r.live.done = g.isReached(), done
	r.task.After(s.dependencies()...)
	handOver(t, []*spec{s})
	return r, e.add(t, r)
}

// forSubmit returns the run that a task submitted by t belongs to, held: the one that t
// is a task of, or the one that the group has for what the script submits.
func (g *Group) forSubmit(t *engine.Thread) (*execution, error) {
	if err := t.Stopping(); err != nil {
		return nil, err
	}
	if w, ok := t.Local.(*worker); ok && w.e.group == g && w.e.open && w.e.run.Hold() {
		return w.e, nil
	}
	sc := g.scopeFor(t)
	defer sc.gate.RUnlock()
	g.submits.Lock() // two threads may find that there is none
	defer g.submits.Unlock()
	if e := g.openRun(sc); e != nil && e.run.Hold() {
		return e, nil
	}
	e := g.newExecution(t)
	e.open, e.grows, e.live, e.beside, e.scope, e.ctx = true, true, true, true, sc, sc.ctx
	if err := e.start(g.workers(g.many(t)), nil); err != nil {
		return nil, err
	}
	e.run.Hold()
	g.keepPending(e)
	return e, nil
}

// openRun returns the run of the scope for what is submitted, or nil.
func (g *Group) openRun(sc *scope) *execution {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range g.runs.pending {
		if e.scope == sc && !e.registered && !e.run.Closed() {
			return e
		}
	}
	return nil
}

// scopeFor returns what a live run begun by t ends with: the piece of work that made
// the group, or t's own if that is over. The scope does not end before its gate is
// given up.
func (g *Group) scopeFor(t *engine.Thread) *scope {
	if h := g.home; h.run == t.Run() {
		h.gate.RLock()
		if !h.over {
			return h
		}
		h.gate.RUnlock()
	}
	own := scopeOf(t)
	own.gate.RLock()
	return own
}
