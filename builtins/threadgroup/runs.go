package threadgroup

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/starlark-tg/tg/engine"
)

// runs are the runs of a group that have not ended, or that nobody has waited for.
// Guarded by Group.mu.
type runs struct {
	active  map[*execution]struct{} // tasks of them may run
	pending []*execution            // live ones, until somebody waits for them
	inbox   *inbox                  // of as_completed, while its loop runs
}

// enter notes that the run has begun, exit that it is over.
func (g *Group) enter(e *execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.runs.active == nil {
		g.runs.active = map[*execution]struct{}{}
	}
	g.runs.active[e] = struct{}{}
}

func (g *Group) exit(e *execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.runs.active, e)
	if e.registered {
		g.running = false
	}
}

// busy reports whether tasks of the group run or wait to.
func (g *Group) busy() bool {
	g.mu.Lock()
	all := make([]*execution, 0, len(g.runs.active))
	for e := range g.runs.active {
		all = append(all, e)
	}
	running := g.running
	g.mu.Unlock()
	return running || slices.ContainsFunc(all, func(e *execution) bool { return e.run.Left() > 0 })
}

// keepPending notes a live run, which ends with its scope at the latest.
func (g *Group) keepPending(e *execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs.pending = append(g.runs.pending, e)
	if b := g.runs.inbox; b != nil {
		b.attach(e)
	}
	e.scope.add(g)
}

// pendingOf returns the live runs of a group that belong to the caller's run of the
// script, those of registered tasks first.
func (g *Group) pendingOf(run *engine.Run) []*execution {
	return g.pendingWhere(of(run))
}

// of says whether a live run belongs to a run of the script, and no loop over
// as_completed is ending it. It is called with Group.mu held.
func of(run *engine.Run) func(*execution) bool {
	return func(e *execution) bool { return e.scope.run == run && !e.taken }
}

func (g *Group) pendingWhere(want func(*execution) bool) []*execution {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.pendingLocked(want)
}

// takePending ends a loop over as_completed: the runs are its to end. Both at once, or
// the next loop would wait for Results that this one has.
func (g *Group) takePending(want func(*execution) bool) []*execution {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.runs.inbox = nil
	es := g.pendingLocked(want)
	for _, e := range es {
		e.taken = true
	}
	return es
}

// giveBack undoes takePending: who started the runs ends them.
func (g *Group) giveBack(es []*execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	for _, e := range es {
		e.taken = false
	}
}

// pendingLocked is pendingWhere while Group.mu is held.
func (g *Group) pendingLocked(want func(*execution) bool) []*execution {
	var first, rest []*execution
	for _, e := range g.runs.pending {
		switch {
		case !want(e):
		case e.registered:
			first = append(first, e)
		default:
			rest = append(rest, e)
		}
	}
	return append(first, rest...)
}

// forget takes runs out of those that somebody has to wait for, and returns those that
// it was the first to take out.
func (g *Group) forget(es []*execution) (first []*execution) {
	g.mu.Lock()
	defer g.mu.Unlock()
	first = slices.DeleteFunc(slices.Clone(es), func(e *execution) bool { return !slices.Contains(g.runs.pending, e) })
	g.runs.pending = slices.DeleteFunc(g.runs.pending, func(e *execution) bool { return slices.Contains(es, e) })
	return first
}

// A scope is the time in which a thread does one piece of work: the script, one
// attempt of a task. Live runs of the groups that it makes end with it.
type scope struct {
	run *engine.Run
	ctx context.Context // ends when the work must stop

	gate sync.RWMutex // read-held while a live run begins; guards over
	over bool

	mu     sync.Mutex // guards groups
	groups []*Group   // that may have live runs
}

type scopeKey struct{}

func scopeOf(t *engine.Thread) *scope {
	return t.State(scopeKey{}, func() any {
		s := &scope{run: t.Run(), ctx: t.Context()}
		t.AtEnd(func(err error) error { return s.end(t, err) })
		return s
	}).(*scope)
}

func (s *scope) add(g *Group) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.groups, g) {
		s.groups = append(s.groups, g)
	}
}

// next returns a group that may have live runs; nil: there is none, and there will not
// be any more.
func (s *scope) next() *Group {
	s.gate.Lock() // nobody is about to add one
	defer s.gate.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.groups) == 0 {
		s.over = true
		return nil
	}
	g := s.groups[0]
	s.groups = s.groups[1:]
	return g
}

// end waits for what has not been waited for. A failure that the script has not
// looked at is its own.
func (s *scope) end(t *engine.Thread, err error) error {
	for g := s.next(); g != nil; g = s.next() {
		es := g.pendingWhere(func(e *execution) bool { return e.scope == s })
		for _, e := range es {
			if err != nil {
				e.run.Stop(errors.New("what started it has failed"))
			}
			e.run.Close()
			e.await(t)
		}
		es = g.forget(es)
		for _, e := range es {
			if err == nil {
				err = e.lost
			}
		}
		if failure := finish(es).unseen(); err == nil && failure != nil && !g.noCheck {
			err = failure
		}
	}
	return err
}
