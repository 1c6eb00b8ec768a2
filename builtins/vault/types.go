package vault

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
)

// A kind is the type that the values of a key must have.
type kind struct {
	name  string         // as type(x) gives it; "": any
	shown string         // as the script wrote it
	given starlark.Value // the same as a value
}

// constructors are the built-in functions that stand for a type, and its name.
var constructors = map[string]string{
	"str": "string", "int": "int", "float": "float", "bool": "bool", "list": "list",
	"dict": "dict", "tuple": "tuple", "bytes": "bytes", "set": "set",
}

// typeGuesses answers names of types that others have with ours.
var typeGuesses = map[string]string{
	"integer": "int", "long": "int", "number": "int or float", "double": "float", "boolean": "bool", "text": "str",
	"array": "list", "object": "dict", "map": "dict", "None": "NoneType", "any": "no type", "callable": "function",
}

// newKind takes a constructor, the name of a type, or None for any.
func newKind(v starlark.Value) (kind, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return kind{given: v}, nil
	case starlark.String:
		return kindNamed(string(v))
	case *starlark.Builtin:
		if name, ok := constructors[v.Name()]; ok && v.Receiver() == nil {
			return kind{name, v.Name(), v}, nil
		}
	case starlark.Tuple, *starlark.List:
		return kind{}, errors.New("must be one type; leave it out for any value, and check the rest in a validator")
	}
	return kind{}, fmt.Errorf("must be a type such as str, or its name, not %s", v.Type())
}

func kindNamed(name string) (kind, error) {
	given := starlark.String(name)
	if own, ok := constructors[name]; ok {
		return kind{own, name, given}, nil
	}
	if right, ok := typeGuesses[name]; ok {
		return kind{}, fmt.Errorf("must be the name of a type, and %q is none: use %s", name, right)
	}
	if name == "" {
		return kind{}, errors.New(`must be the name of a type, not ""`)
	}
	return kind{name, name, given}, nil
}

// holds reports whether a value other than None is of this type. A bool is no int, and
// an int no float.
func (k kind) holds(v starlark.Value) bool { return k.name == "" || k.name == v.Type() }

// hint says what to write instead of v, if that is likely.
func (k kind) hint(v starlark.Value) string {
	n, isInt := v.(starlark.Int)
	switch {
	case k.name == "float" && isInt && len(n.String()) < 20:
		return fmt.Sprintf(": write %v.0, or float(…)", n)
	case k.name == "tuple" && v.Type() == "list", k.name == "list" && v.Type() == "tuple":
		return fmt.Sprintf(": write %s(…)", k.name)
	}
	return ""
}
