package threadgroup

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A stream gives Results one by one. It belongs to the thread that made it: only that
// one touches it, until it is frozen, and afterwards it cannot be iterated elsewhere.
type stream struct {
	fn     string // that made it
	owner  *engine.Thread
	begin  func() starlark.Iterator
	frozen bool
	used   bool
}

var _ engine.Stream = (*stream)(nil)

func (s *stream) String() string        { return fmt.Sprintf("<stream of %s>", s.fn) }
func (s *stream) Type() string          { return "stream" }
func (s *stream) Freeze()               { s.frozen = true }
func (s *stream) Truth() starlark.Bool  { return true }
func (s *stream) Hash() (uint32, error) { return 0, errors.New("unhashable type: stream") }

// IterateOn returns an iterator, once. Its Next blocks.
func (s *stream) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	if engine.TryOf(thread) != s.owner {
		return nil, fmt.Errorf("a stream belongs to the task that made it: call %s where the loop is", s.fn)
	}
	if s.used {
		return nil, fmt.Errorf("the stream of %s was iterated already: a stream keeps nothing; call %s again, or keep what it gives in a list", s.fn, s.fn)
	}
	s.used = true
	return s.begin(), nil
}

// Iterate is IterateOn for Go code that has no thread; nil: it cannot be iterated.
func (s *stream) Iterate() starlark.Iterator {
	if s.frozen || s.used {
		return nil
	}
	s.used = true
	return s.begin()
}

// def Group.as_completed() -> Iterable[Result]
//
// as_completed returns the Results of the registered tasks, which it starts if they
// have not been, and of those submitted, in the order in which they end.
func (g *Group) asCompleted(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return nil, fmt.Errorf("as_completed: takes no arguments: it gives all Results of the group")
	}
	t := engine.Of(thread)
	if w, ok := t.Local.(*worker); ok && w.e.group == g {
		return nil, fmt.Errorf("as_completed: called by a task of group %q, it would wait for itself", g.name)
	}
	es := g.pendingOf(t.Run())
	g.mu.Lock()
	idle := !g.running && len(g.registered)+len(g.waiting) > 0 && (len(es) == 0 || !es[0].registered)
	g.mu.Unlock()
	if idle {
		if _, err := g.startLive(t); err != nil {
			return nil, err
		}
	}
	return &stream{fn: "as_completed", owner: t, begin: func() starlark.Iterator { return g.newCompletion(t) }}, nil
}

// A completion iterates over the Results of live runs as they end.
type completion struct {
	g    *Group
	t    *engine.Thread
	box  *inbox
	over bool
	err  error
}

func (g *Group) newCompletion(t *engine.Thread) *completion {
	c := &completion{g: g, t: t, box: &inbox{}}
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.runs.inbox != nil {
		c.over, c.err = true, fmt.Errorf("another loop over as_completed of group %q runs already", g.name)
		return c
	}
	g.runs.inbox = c.box
	for _, e := range g.pendingLocked(of(t.Run())) {
		c.box.attach(e)
	}
	return c
}

func (c *completion) Next(p *starlark.Value) bool {
	for !c.over {
		r, due := c.box.take()
		switch {
		case r != nil:
			*p = r
			return true
		case !due:
			c.err = c.end(nil)
			return false
		}
		w := c.t.NewWait(fmt.Sprintf("the next Result of group %q", c.g.name), 0, nil)
		if err := join(c.t, w, func(func()) bool { return c.box.subscribe(w) }); err != nil {
			c.err = err
			return false
		}
	}
	return false
}

// Err returns why Next has returned false; nil: there are no more.
func (c *completion) Err() error { return c.err }

// Done cancels what has not ended, and waits for that.
func (c *completion) Done() { _ = c.end(errors.New("the loop over as_completed was left")) }

// end closes the runs, as wait does. stop is why they are stopped, or nil.
func (c *completion) end(stop error) error {
	if c.over {
		return nil
	}
	c.over = true
	es := c.g.takePending(of(c.t.Run()))
	for _, e := range es {
		if stop != nil {
			e.run.Stop(stop)
		}
		e.run.Close()
	}
	// Not await: the caller may be one of those that the runs wait for.
	if _, err := awaitAll(c.t, fmt.Sprintf("group %q", c.g.name), 0, es); err != nil {
		c.g.giveBack(es)
		return err
	}
	_, err := c.g.keep(c.t, c.g.forget(es))
	return err
}
