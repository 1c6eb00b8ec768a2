package convert

import (
	"reflect"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// mapping stores in a map. Attributes become entries only where a value has
// nothing but data, as a struct has.
func (w *writer) mapping(v starlark.Value, dst reflect.Value) error {
	switch v.(type) {
	case starlark.IterableMapping, *starlarkstruct.Struct, *starlarkstruct.Module:
	default:
		return w.mismatch(v, dst)
	}
	members, _, err := w.members(v, nil)
	if err != nil {
		return err
	}
	return w.entries(v, members, dst)
}

// plainMap returns a map[string]any, or a map[any]any if not all keys are strings.
func (w *writer) plainMap(v starlark.Value) (any, error) {
	members, _, err := w.members(v, nil)
	if err != nil {
		return nil, err
	}
	t := reflect.TypeFor[map[string]any]()
	for _, m := range members {
		if _, ok := m.key.(starlark.String); m.key != nil && !ok {
			t = reflect.TypeFor[map[any]any]()
		}
	}
	m := reflect.New(t).Elem()
	err = w.entries(v, members, m)
	return m.Interface(), err
}

func (w *writer) entries(v starlark.Value, members []member, dst reflect.Value) error {
	id := identify(v)
	if err := w.enter(id); err != nil {
		return err
	}
	defer w.leave(id)
	if dst.IsNil() {
		dst.Set(reflect.MakeMapWithSize(dst.Type(), min(len(members), MaxValues)))
	}
	for _, m := range members {
		w.push(m.step)
		key := reflect.New(dst.Type().Key()).Elem()
		if err := w.key(m, key); err != nil {
			return err
		}
		value := reflect.New(dst.Type().Elem()).Elem()
		if err := w.store(m.value, value); err != nil {
			return err
		}
		dst.SetMapIndex(key, value)
		w.pop()
	}
	return nil
}

func (w *writer) key(m member, dst reflect.Value) error {
	key := m.key
	if key == nil { // an attribute
		key = starlark.String(m.name)
	}
	if err := w.store(key, dst); err != nil {
		return w.errorf("as a key: %w", cause(err))
	}
	if !dst.Comparable() {
		return w.errorf("as a key: cannot store %s in %s", typeName(key), dst.Type())
	}
	return nil
}
