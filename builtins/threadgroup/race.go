package threadgroup

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// def Group.race(fn: Callable | None = None, *iterables: Iterable, **constants) -> Result
//
// race runs the registered tasks, or one for each item, until one succeeds; the others
// are cancelled. It returns the Result of the winner.
func (g *Group) race(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := engine.Of(thread)
	var winner *Result
	judge := func(r *Result) error {
		if winner != nil || r.task.Status() != group.OK {
			return nil
		}
		winner = r
		return fmt.Errorf("%q has won the race", r.spec.Name)
	}
	var e *execution
	var err error
	if len(args)+len(kwargs) == 0 {
		e, err = g.startRegistered(t, func(e *execution) { e.open, e.race, e.onEnd = true, true, judge })
	} else if e, err = g.newMap("race", t, args, kwargs); err == nil {
		e.race, e.onEnd = true, judge
		err = e.startMap()
	}
	if err != nil {
		return nil, err
	}
	e.await(t)
	results := finish([]*execution{e})
	switch cause := t.Cancelled(); {
	case e.lost != nil:
		return nil, e.lost
	case winner != nil:
		return winner, nil
	case cause != nil:
		return nil, cause
	case len(results.list) == 0:
		return nil, fmt.Errorf("race: there are no tasks, so none can win")
	}
	return g.lost(results)
}

// dry reports whether a dry run has skipped the tasks.
func (rs *Results) dry() bool {
	return len(rs.list) > 0 && rs.list[0].failure != nil && errors.Is(rs.list[0].failure.err, engine.ErrDryRun)
}

// lost is what comes of a race that nobody has won.
func (g *Group) lost(results *Results) (starlark.Value, error) {
	failure := results.failure(g.name)
	if !g.noCheck && failure != nil {
		return nil, failure
	}
	if !g.noCheck && results.dry() {
		return nil, engine.ErrDryRun
	}
	r := new(Result).init(&spec{Spec: group.Spec{Name: g.name}, fn: starlark.NewBuiltin("race", nil), o: g.defaults}, false)
	err := engine.NewError("error", fmt.Sprintf("race: none of %d tasks succeeded", len(results.list)), failure)
	r.task.Finish(group.Failed, nil, err)
	r.failure = &Error{err: err, task: g.name}
	for _, one := range results.list {
		if one.failure != nil {
			r.failure.attempts = append(r.failure.attempts, one.failure)
		}
	}
	if !g.noCheck { // all were cancelled or skipped
		return nil, err
	}
	return r, nil
}
