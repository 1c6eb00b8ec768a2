package engine

import (
	"fmt"
	"runtime/debug"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A BuiltinFunc is the Go side of a built-in function.
type BuiltinFunc = func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// NewBuiltin is starlark.NewBuiltin for a function whose panics become errors of
// the task that called it, with the Starlark stack of that moment. The built-ins
// of a Module are guarded in any case; methods of its values need it.
func NewBuiltin(name string, fn BuiltinFunc) *starlark.Builtin {
	return starlark.NewBuiltin(name, func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
		defer recovered(name, &err)
		return fn(thread, b, args, kwargs)
	})
}

func guard(b *starlark.Builtin) *starlark.Builtin {
	return NewBuiltin(b.Name(), func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		return b.CallInternal(thread, args, kwargs)
	})
}

// guarded returns v with its built-ins guarded.
func guarded(v starlark.Value) starlark.Value {
	switch v := v.(type) {
	case *starlark.Builtin:
		if v.Receiver() == nil {
			return guard(v)
		}
	case *starlarkstruct.Module:
		members := make(starlark.StringDict, len(v.Members))
		for name, m := range v.Members {
			members[name] = guarded(m)
		}
		return &starlarkstruct.Module{Name: v.Name, Members: members}
	}
	return v
}

// A PanicError is a Go panic in a built-in or an operator.
type PanicError struct {
	Builtin string // "" if it was not in a built-in function
	Value   any
	Stack   []byte // of the goroutine
}

func (e *PanicError) Error() string {
	if e.Builtin == "" {
		return fmt.Sprintf("panic: %v", e.Value)
	}
	return fmt.Sprintf("panic in built-in %s: %v", e.Builtin, e.Value)
}

// Kind returns "panic".
func (e *PanicError) Kind() string { return "panic" }

// Hint tells whose fault it is.
func (e *PanicError) Hint() string {
	return "this is a bug in the built-in, not in the script; please report it"
}

func recovered(name string, err *error) {
	if v := recover(); v != nil {
		*err = &PanicError{Builtin: name, Value: v, Stack: debug.Stack()}
	}
}
