package convert

import (
	"context"
	"encoding"
	"math/big"
	"reflect"
	"time"

	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// A Converter converts Go values. The zero value is ready to use. It is immutable
// and safe for concurrent use.
type Converter struct {
	// ContextOf gives a Go function the context of the thread that calls it;
	// nil stands for one that returns context.Background().
	ContextOf func(*starlark.Thread) context.Context
}

// FromGo converts a Go value to a new Starlark value that shares no memory with
// it; lists and dicts in it are mutable. The table in the package doc says what
// becomes what. Nil slices and maps become empty ones; arrays that are keys of a
// map become tuples. The entries of a map come in sorted order.
//
// A starlark.Value is taken as it is, not copied. Functions become built-ins, see
// [Converter.Func], named by the field or key they are found at, else by name;
// all threads of a script may call them at once.
//
// The error is a *PathError whose path begins with name. What has no Starlark
// counterpart (channels, complex numbers, nil functions), a pointer, map or slice
// inside itself, nesting deeper than [MaxDepth], and different keys of a map that
// are equal in Starlark, such as 1 and 1.0, are errors.
func (c Converter) FromGo(name string, v any) (starlark.Value, error) {
	r := reader{conv: c, types: new(types), trail: trail{name: name, label: name}}
	return r.value(reflect.ValueOf(v))
}

// Globals converts variables as FromGo does, each for itself.
func (c Converter) Globals(name string, vars map[string]any) (starlark.StringDict, error) {
	v, err := c.FromGo(name, vars)
	if err != nil {
		return nil, err
	}
	globals := make(starlark.StringDict, len(vars))
	for key, value := range v.(*starlark.Dict).Entries() {
		globals[string(key.(starlark.String))] = value
	}
	return globals, nil
}

// A reader reads one Go value.
type reader struct {
	trail
	conv  Converter
	types *types
}

var (
	valueType     = reflect.TypeFor[starlark.Value]()
	marshalerType = reflect.TypeFor[encoding.TextMarshaler]()
	timeType      = reflect.TypeFor[time.Time]()
	byteType      = reflect.TypeFor[byte]()
)

func (r *reader) value(v reflect.Value) (starlark.Value, error) {
	switch v.Kind() {
	case reflect.Invalid:
		return starlark.None, nil
	case reflect.Interface:
		return r.value(v.Elem())
	case reflect.Pointer:
		if v.IsNil() {
			return starlark.None, nil
		}
	}
	if s, err := r.known(v); s != nil || err != nil {
		return s, err
	}
	switch v.Kind() {
	case reflect.Bool:
		return starlark.Bool(v.Bool()), nil
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return starlark.MakeInt64(v.Int()), nil
	case reflect.Uint, reflect.Uint8, reflect.Uint16, reflect.Uint32, reflect.Uint64, reflect.Uintptr:
		return starlark.MakeUint64(v.Uint()), nil
	case reflect.Float32, reflect.Float64:
		return starlark.Float(v.Float()), nil
	case reflect.String:
		return starlark.String(v.String()), nil
	case reflect.Slice:
		return r.inside(v, v.Len(), r.sequence)
	case reflect.Array:
		return r.sequence(v)
	case reflect.Map:
		return r.inside(v, 0, r.mapping)
	case reflect.Struct:
		return r.structure(v)
	case reflect.Pointer:
		return r.inside(v, 0, func(v reflect.Value) (starlark.Value, error) { return r.value(v.Elem()) })
	case reflect.Func:
		b, err := r.conv.function(r.trail.function(), v)
		if err != nil {
			return nil, r.fail(err)
		}
		return b, nil
	}
	return nil, r.errorf("cannot convert %s", v.Type())
}

// known converts a value whose type says how; it returns nil, nil for others.
func (r *reader) known(v reflect.Value) (starlark.Value, error) {
	t := v.Type()
	pointer := t
	if t.Kind() != reflect.Pointer {
		pointer = reflect.PointerTo(t)
	}
	if pointer.NumMethod() == 0 { // spares an allocation for each plain value
		return nil, nil
	}
	if t == pointer && (t.Elem().Implements(valueType) || t.Elem() == timeType) {
		return nil, nil // a pointer has the methods of its target, which is what counts
	}
	switch x := v.Interface().(type) {
	case starlark.Value:
		return x, nil
	case time.Time:
		return libtime.Time(x), nil
	case time.Duration:
		return libtime.Duration(x), nil
	case big.Int:
		return starlark.MakeBigInt(&x), nil
	case *big.Int:
		return starlark.MakeBigInt(x), nil
	case encoding.TextMarshaler:
		return r.text(x)
	case error:
		return starlark.String(x.Error()), nil
	}
	switch {
	case pointer.Implements(valueType):
		return nil, r.errorf("cannot convert %s, only *%[1]s", t)
	case pointer.Implements(marshalerType): // whether v is addressable must not matter
		p := reflect.New(t)
		p.Elem().Set(v)
		return r.text(p.Interface().(encoding.TextMarshaler))
	}
	return nil, nil
}

func (r *reader) text(m encoding.TextMarshaler) (starlark.Value, error) {
	text, err := m.MarshalText()
	if err != nil {
		return nil, r.fail(err)
	}
	return starlark.String(text), nil
}

// inside has f convert a value that might contain itself.
func (r *reader) inside(v reflect.Value, n int, f func(reflect.Value) (starlark.Value, error)) (starlark.Value, error) {
	id := identity{v.Type(), v.UnsafePointer(), n}
	if v.Kind() == reflect.Slice && n == 0 {
		id.p = nil // empty slices may all have one address
	}
	if err := r.enter(id); err != nil {
		return nil, err
	}
	defer r.leave(id)
	return f(v)
}
