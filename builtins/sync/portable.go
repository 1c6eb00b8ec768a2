package sync

import (
	"errors"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var _ engine.Portable = (*cached)(nil)

// State returns the functions and the time that values are kept. The values stay here: each
// process has its own.
func (c *cached) State() (string, starlark.Value, error) {
	key := starlark.Value(starlark.None)
	if c.key != nil {
		key = c.key
	}
	return "cached", starlark.Tuple{c.fn, starlark.MakeInt64(int64(c.ttl)), key}, nil
}

// restoreCached is the reverse of cached.State.
func restoreCached(state starlark.Value) (starlark.Value, error) {
	var ttl int64
	var fn, key starlark.Value
	t, _ := state.(starlark.Tuple)
	if err := starlark.UnpackPositionalArgs("cached", t, nil, 3, &fn, &ttl, &key); err != nil {
		return nil, err
	}
	d := &cacheDecorator{ttl: time.Duration(ttl)}
	f, ok := fn.(starlark.Callable)
	if !ok || ttl < 0 {
		return nil, errors.New("its state is none")
	}
	if key != starlark.None {
		if d.key, ok = key.(starlark.Callable); !ok {
			return nil, errors.New("its state is none")
		}
	}
	return newCached(f, d), nil
}
