package convert

import (
	"context"
	"fmt"
	"reflect"
	"strconv"

	"go.starlark.net/starlark"
)

// call is the built-in.
func (f *function) call(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := f.count(args, kwargs); err != nil {
		return nil, &PathError{Path: b.Name(), Err: err}
	}
	in := make([]reflect.Value, 0, len(args)+1)
	if f.ctx {
		in = append(in, reflect.ValueOf(f.context(thread)))
	}
	for i, arg := range args {
		p := reflect.New(f.params[min(i, len(f.params)-1)]).Elem()
		w := writer{types: f.types, trail: trail{name: b.Name() + ": argument " + strconv.Itoa(i+1)}}
		if err := w.store(arg, p); err != nil {
			return nil, err
		}
		in = append(in, p)
	}
	out := f.fn.Call(in)
	if f.err {
		if err, _ := out[len(out)-1].Interface().(error); err != nil {
			return nil, err
		}
	}
	if !f.value {
		return starlark.None, nil
	}
	r := reader{conv: f.conv, types: f.types, trail: trail{name: b.Name() + ": result", label: b.Name() + "()"}}
	return r.value(out[0])
}

func (f *function) context(thread *starlark.Thread) context.Context {
	if f.conv.ContextOf == nil {
		return context.Background()
	}
	return f.conv.ContextOf(thread)
}

// count checks how many arguments there are.
func (f *function) count(args starlark.Tuple, kwargs []starlark.Tuple) error {
	if len(kwargs) > 0 {
		return fmt.Errorf("takes no keyword arguments, got %s", string(kwargs[0][0].(starlark.String)))
	}
	want, atLeast := len(f.params), ""
	if f.variadic {
		want, atLeast = want-1, "at least "
	}
	if len(args) == want || f.variadic && len(args) > want {
		return nil
	}
	plural := "s"
	if want == 1 {
		plural = ""
	}
	return fmt.Errorf("takes %s%d argument%s, got %d", atLeast, want, plural, len(args))
}

// A direction is one of the two ways to convert.
type direction int

const (
	toGo direction = iota
	fromGo
)

// impossible returns the part of t that no value can be converted to, or from;
// nil if there is none. It does not look into structs: a field that is never
// named does no harm.
func impossible(t reflect.Type, way direction, seen map[reflect.Type]bool) reflect.Type {
	if seen[t] {
		return nil
	}
	if seen == nil {
		seen = map[reflect.Type]bool{}
	}
	seen[t] = true
	for _, hook := range hooks[way] {
		if t.Implements(hook) || reflect.PointerTo(t).Implements(hook) {
			return nil
		}
	}
	switch t.Kind() {
	case reflect.Chan, reflect.Complex64, reflect.Complex128, reflect.UnsafePointer:
		return t
	case reflect.Func:
		if way == toGo {
			return t
		}
	case reflect.Interface, reflect.Struct:
		if t == contextType || t == threadType {
			return t
		}
	case reflect.Map:
		if bad := impossible(t.Key(), way, seen); bad != nil {
			return bad
		}
		return impossible(t.Elem(), way, seen)
	case reflect.Pointer, reflect.Slice, reflect.Array:
		return impossible(t.Elem(), way, seen)
	}
	return nil
}

// hooks are the interfaces of types that see to their conversion themselves.
var hooks = [...][]reflect.Type{
	toGo:   {valueType, unpackerType, unmarshalerType},
	fromGo: {valueType, marshalerType, errorType},
}

var threadType = reflect.TypeFor[starlark.Thread]()
