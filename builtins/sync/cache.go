package sync

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A cacheDecorator is cache itself, or what cache(ttl=…) returns: it makes cached
// functions. It is immutable.
type cacheDecorator struct {
	applied bool // has its options
	ttl     time.Duration
	key     starlark.Callable // nil: the arguments are the key
}

var (
	_ engine.Decorator = (*cacheDecorator)(nil)
	_ engine.Shareable = (*cacheDecorator)(nil)
)

func (d *cacheDecorator) Name() string { return "cache" }
func (d *cacheDecorator) String() string {
	if d.applied {
		return "<decorator cache(…)>"
	}
	return "<built-in function cache>"
}
func (d *cacheDecorator) Type() string          { return "builtin_function_or_method" }
func (d *cacheDecorator) Freeze()               {} // immutable; Share publishes the key function
func (d *cacheDecorator) Truth() starlark.Bool  { return true }
func (d *cacheDecorator) Hash() (uint32, error) { return starlark.String(d.Name()).Hash() }

// Share publishes the key function.
func (d *cacheDecorator) Share(visit func(starlark.Value)) {
	if d.key != nil {
		visit(d.key)
	}
}

// Decorate is @cache without a call, or the second step of @cache(…).
func (d *cacheDecorator) Decorate(_ *starlark.Thread, fn starlark.Value) (starlark.Value, error) {
	f, ok := fn.(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("cache: needs a function, not %s", fn.Type())
	}
	return newCached(f, d), nil
}

// DecoratorCall is @cache(…).
func (d *cacheDecorator) DecoratorCall(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	switch {
	case d.applied:
		return d.CallInternal(thread, args, kwargs)
	case len(args) > 0:
		return nil, errors.New("cache: options are given by name, as in @cache(ttl=60)")
	}
	made := &cacheDecorator{applied: true}
	var ttl, key starlark.Value = starlark.None, starlark.None
	if err := unpack("cache", nil, kwargs, "ttl?", &ttl, "key?", &key); err != nil {
		return nil, err
	}
	if ttl != starlark.None {
		var err error
		if made.ttl, err = builtin.Wait(ttl); err == nil && made.ttl == 0 {
			err = errors.New("must be greater than 0")
		}
		if err != nil {
			return nil, fmt.Errorf("cache: ttl %w", err)
		}
	}
	if key != starlark.None {
		fn, ok := key.(starlark.Callable)
		if !ok {
			return nil, fmt.Errorf("cache: key must be a function of the call's arguments, not %s", key.Type())
		}
		made.key = fn
	}
	return made, nil
}

// def cache(fn: Callable, /) -> Cached
// def cache(*, ttl: float | Duration | None = None, key: Callable | None = None) -> Callable[[Callable], Cached]
//
// @cache keeps what a function returns, and returns it again for equal arguments, for ttl
// seconds, or as long as the run. Tasks that call it at once compute a value once. Failures
// are not kept. key is a function of the arguments: calls for which it is equal are the same.
func (d *cacheDecorator) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if d.applied {
		if len(args) != 1 || len(kwargs) > 0 {
			return nil, errors.New("cache(…) is a decorator: it takes one function and nothing else")
		}
		return d.Decorate(thread, args[0])
	}
	if len(args) == 0 {
		return d.DecoratorCall(thread, nil, kwargs)
	}
	made, err := d.DecoratorCall(thread, args[1:], kwargs)
	if err != nil {
		return nil, err
	}
	return made.(*cacheDecorator).Decorate(thread, args[0])
}
