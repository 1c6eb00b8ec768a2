package convert

import (
	"cmp"
	"reflect"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// sequence converts an array or a slice.
func (r *reader) sequence(v reflect.Value) (starlark.Value, error) {
	if v.Kind() == reflect.Slice && v.Type().Elem() == byteType {
		return starlark.Bytes(v.Bytes()), nil
	}
	elems := make([]starlark.Value, v.Len())
	for i := range elems {
		r.push(step{index: i})
		e, err := r.value(v.Index(i))
		if err != nil {
			return nil, err
		}
		elems[i] = e
		r.pop()
	}
	return starlark.NewList(elems), nil
}

// structure converts a struct. A starlarkstruct.Struct is immutable, and known to
// whatever freezes values before they are shared.
func (r *reader) structure(v reflect.Value) (starlark.Value, error) {
	attrs := starlark.StringDict{}
	for _, f := range r.types.fields(v.Type()).list {
		fv, err := v.FieldByIndexErr(f.index)
		if err != nil {
			continue // of an embedded struct whose pointer is nil
		}
		r.push(step{field: f.name})
		if attrs[f.name], err = r.value(fv); err != nil {
			return nil, err
		}
		r.pop()
	}
	return starlarkstruct.FromStringDict(starlarkstruct.Default, attrs), nil
}

type entry struct {
	key   starlark.Value
	value reflect.Value
}

func (r *reader) mapping(v reflect.Value) (starlark.Value, error) {
	entries := make([]entry, 0, v.Len())
	for it := v.MapRange(); it.Next(); {
		key, err := r.key(it.Key())
		if err != nil {
			return nil, err
		}
		entries = append(entries, entry{key, it.Value()})
	}
	slices.SortFunc(entries, func(a, b entry) int { return compare(a.key, b.key) })
	dict := starlark.NewDict(len(entries))
	for i, e := range entries {
		r.push(step{key: e.key})
		value, err := r.value(e.value)
		if err != nil {
			return nil, err
		}
		if err := dict.SetKey(e.key, value); err != nil {
			return nil, r.fail(err)
		}
		if dict.Len() == i {
			return nil, r.errorf("equal in Starlark to another key of the map")
		}
		r.pop()
	}
	return dict, nil
}

// key converts the key of a map. Its place in errors is the map's.
func (r *reader) key(v reflect.Value) (starlark.Value, error) {
	for v.Kind() == reflect.Interface {
		v = v.Elem()
	}
	key, err := r.value(v)
	if err != nil {
		return nil, r.errorf("as a key: %w", cause(err))
	}
	if list, ok := key.(*starlark.List); ok && v.Kind() == reflect.Array { // a list is not hashable
		return starlark.Tuple(slices.Collect(list.Elements())), nil
	}
	return key, nil
}

// compare orders keys by type, then by value, so that runs are repeatable.
func compare(a, b starlark.Value) int {
	switch a := a.(type) {
	case starlark.String:
		if b, ok := b.(starlark.String); ok {
			return strings.Compare(string(a), string(b))
		}
	case starlark.Int:
		if b, ok := b.(starlark.Int); ok {
			c, _ := a.Cmp(b, 1)
			return c
		}
	case starlark.Float:
		if b, ok := b.(starlark.Float); ok {
			return cmp.Compare(a, b)
		}
	case starlark.Tuple:
		if b, ok := b.(starlark.Tuple); ok {
			return slices.CompareFunc(a, b, compare)
		}
	}
	return cmp.Or(strings.Compare(a.Type(), b.Type()), strings.Compare(a.String(), b.String()))
}
