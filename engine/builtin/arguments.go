package builtin

import (
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// Misnamed returns an error if one of the arguments by name has another name here; right
// has the names that users may expect, each with what to use instead.
func Misnamed(fn string, kwargs []starlark.Tuple, right map[string]string) error {
	for _, kv := range kwargs {
		name, _ := starlark.AsString(kv[0])
		if use, ok := right[name]; ok {
			return fmt.Errorf("%s: unexpected keyword argument %q; use %s", fn, name, use)
		}
	}
	return nil
}

// Bytes returns the bytes of a string or of bytes; ok says whether v is one.
func Bytes(v starlark.Value) (s string, ok bool) {
	switch v := v.(type) {
	case starlark.String:
		return string(v), true
	case starlark.Bytes:
		return string(v), true
	}
	return "", false
}

// Data is an argument that is a string or bytes.
type Data string

// Unpack takes the argument.
func (d *Data) Unpack(v starlark.Value) error {
	s, ok := Bytes(v)
	if !ok {
		return fmt.Errorf("got %s, want string or bytes", v.Type())
	}
	*d = Data(s)
	return nil
}

// Equality is CompareSameType of values that are equal or not, but have no order; what
// names many of them.
func Equality(op syntax.Token, equal bool, what string) (bool, error) {
	switch op {
	case syntax.EQL:
		return equal, nil
	case syntax.NEQ:
		return !equal, nil
	}
	return false, fmt.Errorf("%s have no order", what)
}
