// Package builtin is what modules are written with: attributes and methods of values,
// and arguments that many functions take.
package builtin

import (
	"fmt"
	"maps"
	"math"
	"slices"
	"time"

	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// Attrs are the attributes of a type of values.
type Attrs[T starlark.Value] map[string]func(T) (starlark.Value, error)

// Get returns an attribute of v; nil if there is none: then Starlark says so, with the
// nearest name. guesses answers names that users may expect with the right ones.
func (a Attrs[T]) Get(v T, name string, guesses map[string]string) (starlark.Value, error) {
	if f, ok := a[name]; ok {
		return f(v)
	}
	if right, ok := guesses[name]; ok {
		return nil, fmt.Errorf("%s has no .%s: use %s", v.Type(), name, right)
	}
	return nil, nil
}

// Names returns the names of the attributes, sorted.
func (a Attrs[T]) Names() []string { return slices.Sorted(maps.Keys(a)) }

// A MethodFunc is a method of T.
type MethodFunc[T any] = func(v T, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// Method makes an attribute of a method. The value is the method's receiver, so
// that who is given the method is given the value.
func Method[T starlark.Value](name string, fn MethodFunc[T]) func(T) (starlark.Value, error) {
	b := starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return fn(b.Receiver().(T), thread, args, kwargs)
	})
	return func(v T) (starlark.Value, error) { return b.BindReceiver(v), nil }
}

// Callee takes the function off the front of the arguments of fn.
func Callee(fn string, args starlark.Tuple) (starlark.Callable, starlark.Tuple, error) {
	if len(args) == 0 {
		return nil, nil, fmt.Errorf("%s: missing argument for fn", fn)
	}
	c, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, nil, fmt.Errorf("%s: fn object is not callable (e.g. a function): got %s", fn, args[0].Type())
	}
	return c, args[1:], nil
}

// Shares reports whether v may hold something that could be changed, and so has to be
// published before another thread gets it.
func Shares(v starlark.Value) bool {
	switch v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
		return false
	}
	return true
}

// Forever is what Seconds returns for a time that is too long for a clock.
const Forever = time.Duration(math.MaxInt64)

// Seconds converts a number of seconds, or a duration of the time module. What is not
// zero does not become zero. The error goes on where the name of the argument ends:
// "must be …".
func Seconds(v starlark.Value) (time.Duration, error) {
	if d, ok := v.(startime.Duration); ok {
		return time.Duration(d), nil
	}
	f, ok := starlark.AsFloat(v)
	switch {
	case !ok:
		return 0, fmt.Errorf("must be a number of seconds, not %s", v.Type())
	case math.IsNaN(f):
		return 0, fmt.Errorf("must be a number of seconds, not nan")
	}
	switch f *= float64(time.Second); {
	case f >= math.MaxInt64:
		return Forever, nil
	case f > 0:
		return max(1, time.Duration(f)), nil
	case f < 0:
		return min(-1, time.Duration(max(f, math.MinInt64))), nil
	}
	return 0, nil
}

// Wait is Seconds of a time to wait, which must not be negative.
func Wait(v starlark.Value) (time.Duration, error) {
	d, err := Seconds(v)
	if d < 0 {
		return 0, fmt.Errorf("must not be negative, got %v", v)
	}
	return d, err
}
