package threadgroup

import (
	"fmt"
	"runtime"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// defaultWorkers is Python's ThreadPoolExecutor's.
func defaultWorkers() int { return min(32, runtime.NumCPU()+4) }

// def map(fn, *iterables, **constants)
func (g *Group) mapMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, iterables, err := callee("map", args)
	if err != nil {
		return nil, err
	}
	flat, err := zip(iterables)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	width := len(iterables)
	e := g.newExecution(t, len(flat)/width)
	spec := e.spec(&Function{fn: fn, kwargs: kwargs}, g.defaults)
	spec.flat, spec.width = flat, width
	for i := range e.results {
		e.set(i, spec)
	}
	return e.run(g.workers(defaultWorkers()), func() {})
}

// zip returns the arguments of all calls, one call after the other; it ends with
// the shortest iterable.
func zip(iterables starlark.Tuple) ([]starlark.Value, error) {
	n := len(iterables)
	if n == 0 {
		return nil, fmt.Errorf("map: missing an iterable of items: map(fn, items)")
	}
	least := -1
	iters := make([]starlark.Iterator, n)
	for i, v := range iterables {
		if iters[i] = starlark.Iterate(v); iters[i] == nil {
			return nil, fmt.Errorf("map: items must be a list or another iterable, not %s", v.Type())
		}
		defer iters[i].Done()
		if n := starlark.Len(v); n >= 0 && (least < 0 || n < least) {
			least = n
		}
	}
	flat := make([]starlark.Value, 0, n*min(max(least, 0), 1<<20))
	for {
		for _, it := range iters {
			var v starlark.Value
			if !it.Next(&v) {
				return flat[:len(flat)/n*n], nil
			}
			flat = append(flat, v)
		}
	}
}
