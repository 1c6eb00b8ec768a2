package threadgroup

import (
	"fmt"
	"slices"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// def Group.imap(fn: Callable, *iterables: Iterable, **constants) -> Iterable[Result]
//
// imap returns a stream of Results in the order of the items. It pulls at most
// 2 * max_workers items ahead and keeps nothing, so there may be any number of them.
func (g *Group) imap(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return g.mapStream("imap", true, thread, args, kwargs)
}

// def Group.imap_unordered(fn: Callable, *iterables: Iterable, **constants) -> Iterable[Result]
//
// imap_unordered returns a stream of Results in the order in which they end.
func (g *Group) imapUnordered(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return g.mapStream("imap_unordered", false, thread, args, kwargs)
}

func (g *Group) mapStream(name string, ordered bool, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, iterables, err := builtin.Callee(name, args)
	if err != nil {
		return nil, err
	}
	if err := iterableItems(name, iterables); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	s := newSpec(t, &Function{fn: fn, kwargs: kwargs}, g.defaults)
	handOver(t, []*spec{s}) // names as they are now
	return &stream{fn: name, owner: t, begin: func() starlark.Iterator {
		m := &mapping{name: name, g: g, t: t, thread: thread, spec: s, ordered: ordered, box: &inbox{}}
		m.workers = g.maxWorkers
		if m.workers == 0 {
			m.workers = g.many(t)
		}
		m.err = m.open(iterables)
		return m
	}}, nil
}

// A mapping is the iterator of imap: it pulls items, has tasks made of them, and gives
// their Results. It keeps nothing that it has given.
type mapping struct {
	name    string
	g       *Group
	t       *engine.Thread
	thread  *starlark.Thread
	spec    *spec
	ordered bool
	workers int

	items []starlark.Iterator
	dry   bool // there are no more items
	e     *execution
	box   *inbox
	ahead []*Result // not given yet, in order; only when ordered
	out   int       // Results not given yet
	over  bool
	err   error
}

func (m *mapping) open(iterables starlark.Tuple) error {
	m.e = m.g.newExecution(m.t)
	if m.t.Run().Options().DryRun {
		m.dry, iterables = true, nil
		m.e.say(fmt.Sprintf("group %q: %s of %s, %s", m.g.name, m.name, m.spec.Name, m.g.bound(defaultWorkers())))
	}
	for _, v := range iterables {
		it, err := engine.Iterate(m.thread, v)
		if err != nil {
			return err
		}
		m.items = append(m.items, it)
	}
	m.e.beside, m.e.grows = true, true
	m.e.onEnd = m.ended
	m.e.inbox.Store(m.box)
	return m.e.start(m.g.workers(m.workers), nil)
}

// shownFailures is how many failures of a run that keeps no Results are kept.
const shownFailures = 100

// ended notes a failure, so that the end of the loop can tell of it.
func (m *mapping) ended(r *Result) error {
	if !r.task.Status().Failure() {
		return nil
	}
	f := &m.e.failed
	if len(f.Failures) == shownFailures {
		f.More++
		return nil
	}
	f.Failures = append(f.Failures, engine.Failure{Task: r.spec.Name, Index: r.task.Index, Err: r.failure.err})
	return nil
}

func (m *mapping) Next(p *starlark.Value) bool {
	for m.err == nil && !m.over {
		if m.err = m.pull(); m.err != nil {
			return false
		}
		r, due := m.next()
		switch {
		case r != nil:
			m.out--
			*p = r
			return true
		case !due:
			m.err = m.end(nil)
			return false
		}
		w := m.t.NewWait(fmt.Sprintf("the next Result of group %q", m.g.name), 0, nil)
		m.err = join(m.t, w, func(func()) bool { return m.box.subscribe(w) })
	}
	return false
}

// next returns the next Result to give, or nil; then due says whether to wait.
func (m *mapping) next() (r *Result, due bool) {
	r, due = m.box.take()
	if !m.ordered {
		return r, due
	}
	for r != nil { // they only tell that something has ended
		r, due = m.box.take()
	}
	if len(m.ahead) == 0 {
		return nil, false
	}
	if r = m.ahead[0]; !r.task.Status().Done() {
		return nil, true
	}
	m.ahead[0] = nil
	m.ahead = m.ahead[1:]
	return r, true
}

// pull makes tasks of items, as many as may be ahead of what was given.
func (m *mapping) pull() error {
	for !m.dry && m.out < 2*m.workers {
		args, err := m.item()
		if err != nil {
			return err
		}
		if args == nil {
			m.dry = true
			return nil
		}
		s := *m.spec
		s.args = args
		if slices.ContainsFunc(args, builtin.Shares) {
			m.t.HandOver(func(p *engine.Publication) { s.args = p.Tuple(s.args) })
		}
		r := new(Result).init(&s, false)
		if m.ordered {
			m.ahead = append(m.ahead, r)
		}
		m.out++
		if err := m.e.add(m.t, r); err != nil {
			return err
		}
	}
	return nil
}

// item returns the arguments of one more call; nil: there are no more.
func (m *mapping) item() (starlark.Tuple, error) {
	args := make(starlark.Tuple, len(m.items))
	for i, it := range m.items {
		if !it.Next(&args[i]) {
			return nil, engine.IterErr(it)
		}
	}
	return args, nil
}

// Err returns why Next has returned false; nil: there are no more.
func (m *mapping) Err() error { return m.err }

// Done cancels what has not ended, and waits for that.
func (m *mapping) Done() { _ = m.end(fmt.Errorf("the loop over %s was left", m.name)) }

func (m *mapping) end(stop error) error {
	if m.over {
		return nil
	}
	m.over = true
	for _, it := range m.items {
		it.Done()
	}
	if m.e.run == nil { // it did not begin
		return nil
	}
	if stop != nil {
		m.e.run.Stop(stop)
	}
	m.e.run.Close()
	m.e.await(m.t)
	if cause := m.t.Cancelled(); cause != nil {
		return cause
	}
	if m.e.lost != nil || m.g.noCheck {
		return m.e.lost
	}
	return m.e.failure()
}
