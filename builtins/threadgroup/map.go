package threadgroup

import (
	"fmt"
	"runtime"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// defaultWorkers is Python's ThreadPoolExecutor's.
func defaultWorkers() int { return min(32, runtime.NumCPU()+4) }

// many is how many tasks of a map or the like run at once where nobody has said.
func (g *Group) many(t *engine.Thread) int {
	if remote := t.Run().Options().Remote; remote != nil {
		return max(remote.Width(), defaultWorkers())
	}
	return defaultWorkers()
}

// def Group.map(fn: Callable, *iterables: Iterable, **constants) -> Results
//
// map runs one task for each item, waits, and returns their Results in the order of the
// items. Several iterables are zipped.
func (g *Group) mapMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := engine.Of(thread)
	e, err := g.newMap("map", t, args, kwargs)
	if err == nil {
		err = e.startMap()
	}
	if err != nil {
		return nil, err
	}
	return e.complete(t)
}

// newMap makes a run with one task for each item of the iterables.
func (g *Group) newMap(name string, t *engine.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (*execution, error) {
	fn, iterables, err := builtin.Callee(name, args)
	if err != nil {
		return nil, err
	}
	if err := iterableItems(name, iterables); err != nil {
		return nil, err
	}
	flat, err := zip(t, iterables)
	if err != nil {
		return nil, err
	}
	e := g.newExecution(t)
	spec := e.spec(&Function{fn: fn, kwargs: kwargs}, g.defaults)
	spec.flat, spec.width = flat, len(iterables)
	return e, nil
}

func (e *execution) startMap() error {
	s := e.last
	results := make([]Result, len(s.flat)/s.width)
	list := make([]*Result, len(results))
	for i := range results {
		list[i] = results[i].init(s, false)
	}
	return e.start(e.group.workers(e.group.many(e.thread)), list)
}

// iterableItems returns an error unless there are iterables and nothing else.
func iterableItems(name string, iterables starlark.Tuple) error {
	if len(iterables) == 0 {
		return fmt.Errorf("%s: missing an iterable of items: %s(fn, items)", name, name)
	}
	for _, v := range iterables {
		if _, ok := v.(starlark.Iterable); !ok {
			return fmt.Errorf("%s: items must be a list or another iterable, not %s", name, v.Type())
		}
	}
	return nil
}

// zip returns the arguments of all calls, one call after the other; it ends with
// the shortest iterable.
func zip(t *engine.Thread, iterables starlark.Tuple) ([]starlark.Value, error) {
	n := len(iterables)
	least := -1
	iters := make([]starlark.Iterator, n)
	for i, v := range iterables {
		it, err := engine.Iterate(t.Starlark(), v)
		if err != nil {
			return nil, err
		}
		iters[i] = it
		defer it.Done()
		if n := starlark.Len(v); n >= 0 && (least < 0 || n < least) {
			least = n
		}
	}
	flat := make([]starlark.Value, 0, n*min(max(least, 0), 1<<20))
	for {
		for _, it := range iters {
			var v starlark.Value
			if !it.Next(&v) {
				return flat[:len(flat)/n*n], engine.IterErr(it)
			}
			flat = append(flat, v)
		}
	}
}
