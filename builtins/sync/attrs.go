package sync

import (
	"fmt"
	"maps"
	"slices"

	"go.starlark.net/starlark"
)

// attrs are the attributes of a type of values.
type attrs[T starlark.Value] map[string]func(T) starlark.Value

// get returns an attribute of v. guesses answers names that users may expect with
// the right ones.
func (a attrs[T]) get(v T, name string, guesses map[string]string) (starlark.Value, error) {
	if f, ok := a[name]; ok {
		return f(v), nil
	}
	if right, ok := guesses[name]; ok {
		return nil, fmt.Errorf("%s has no .%s: use %s", v.Type(), name, right)
	}
	return nil, nil // Starlark's own error, with the nearest name
}

func (a attrs[T]) names() []string { return slices.Sorted(maps.Keys(a)) }

// A methodFunc is a method of T.
type methodFunc[T any] = func(v T, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// method makes an attribute of a method. The value is the method's receiver, so
// that who is given the method is given the value.
func method[T starlark.Value](name string, fn methodFunc[T]) func(T) starlark.Value {
	b := starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return fn(b.Receiver().(T), thread, args, kwargs)
	})
	return func(v T) starlark.Value { return b.BindReceiver(v) }
}
