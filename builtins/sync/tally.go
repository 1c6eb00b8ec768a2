package sync

import (
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def Counter.update(iterable: Iterable) -> None
//
// update adds 1 for each element, or the counts of a dict or counter: all of them in
// one step, or none.
func (c *counter) update(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := unpack("update", args, kwargs, "iterable", &x); err != nil {
		return nil, err
	}
	return starlark.None, c.addAll(thread, "update", x)
}

func (c *counter) addAll(thread *starlark.Thread, fn string, x starlark.Value) error {
	t := engine.Of(thread)
	counts, err := tally(t, thread, fn, x)
	if err != nil {
		return err
	}
	keys := counts.Keys()
	t.HandOver(func(p *engine.Publication) {
		for i, k := range keys {
			keys[i] = p.Value(k)
		}
	})
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, k := range keys {
		n, _, err := counts.Get(k)
		if err == nil {
			_, err = addTo(c.counts, k, n.(starlark.Int))
		}
		if err != nil { // cannot be: they are keys already
			return err
		}
	}
	return nil
}

// tally returns what x adds up to.
func tally(t *engine.Thread, thread *starlark.Thread, fn string, x starlark.Value) (*starlark.Dict, error) {
	counts := new(starlark.Dict)
	one := starlark.MakeInt(1)
	put := func(i int, k, v starlark.Value) error {
		n, ok := v.(starlark.Int)
		if !ok {
			return fmt.Errorf("%s: the count of %v must be an int, not %s", fn, k, v.Type())
		}
		if i%1000 == 999 {
			if err := t.Cancelled(); err != nil {
				return err
			}
		}
		err := hashable(k)
		if err == nil {
			_, err = addTo(counts, k, n)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", fn, err)
		}
		return nil
	}
	if m, ok := x.(starlark.IterableMapping); ok {
		for i, kv := range m.Items() {
			if err := put(i, kv[0], kv[1]); err != nil {
				return nil, err
			}
		}
		return counts, nil
	}
	list, err := collect(thread, fn, x)
	if err != nil {
		return nil, err
	}
	for i := range list.Len() {
		if err := put(i, list.Index(i), one); err != nil {
			return nil, err
		}
	}
	return counts, nil
}

// collect returns the elements of x. list.extend does it: as the engine calls that, it
// can wait for a stream, be stopped, and has limits.
func collect(thread *starlark.Thread, fn string, x starlark.Value) (*starlark.List, error) {
	if list, ok := x.(*starlark.List); ok {
		return list, nil
	}
	if _, ok := x.(starlark.Iterable); !ok {
		return nil, fmt.Errorf("%s: needs something to iterate over, or a dict of counts, not %s", fn, x.Type())
	}
	list := starlark.NewList(nil)
	extend, err := list.Attr("extend")
	if err != nil {
		return nil, err
	}
	_, err = engine.Of(thread).Call(extend, starlark.Tuple{x}, nil)
	return list, err
}
