package convert

import (
	"reflect"

	"go.starlark.net/starlark"
)

// sequence stores in a slice or an array.
func (w *writer) sequence(v starlark.Value, dst reflect.Value) error {
	bytes := dst.Type().Elem().Kind() == reflect.Uint8
	switch v := v.(type) {
	case starlark.Bytes:
		if bytes {
			return w.bytes(v, string(v), dst)
		}
	case starlark.String:
		if bytes && dst.Kind() == reflect.Slice {
			return w.bytes(v, string(v), dst)
		}
	case starlark.IterableMapping: // its keys alone are hardly what is meant
	case interface {
		IterateOn(*starlark.Thread) (starlark.Iterator, error)
	}: // a stream must be waited for, by its thread
	case starlark.Iterable:
		id := identify(v)
		if err := w.enter(id); err != nil {
			return err
		}
		defer w.leave(id)
		if dst.Kind() == reflect.Array {
			return w.array(v, dst)
		}
		return w.slice(v, dst)
	}
	return w.mismatch(v, dst)
}

func (w *writer) bytes(v starlark.Value, b string, dst reflect.Value) error {
	if dst.Kind() == reflect.Slice {
		dst.SetBytes([]byte(b))
		return nil
	}
	if len(b) != dst.Len() {
		return w.errorf("cannot store %s of length %d in %s", v.Type(), len(b), dst.Type())
	}
	for i := range len(b) {
		dst.Index(i).SetUint(uint64(b[i]))
	}
	return nil
}

func (w *writer) slice(v starlark.Iterable, dst reflect.Value) error {
	n := max(0, starlark.Len(v)) // -1: not known
	if n > MaxValues-w.made {
		return w.fail(errValues) // before there is memory for them
	}
	list := reflect.New(dst.Type()).Elem()
	list.Set(reflect.MakeSlice(dst.Type(), 0, n))
	for e := range starlark.Elements(v) {
		i := list.Len()
		list.Grow(1)
		list.SetLen(i + 1)
		w.push(step{index: i})
		if err := w.store(e, list.Index(i)); err != nil {
			return err
		}
		w.pop()
	}
	dst.Set(list)
	return nil
}

func (w *writer) array(v starlark.Iterable, dst reflect.Value) error {
	n := 0
	if known := starlark.Len(v); known >= 0 && known != dst.Len() {
		return w.errorf("cannot store %s of length %d in %s", v.Type(), known, dst.Type())
	}
	for e := range starlark.Elements(v) {
		if n++; n > dst.Len() {
			break
		}
		w.push(step{index: n - 1})
		if err := w.store(e, dst.Index(n-1)); err != nil {
			return err
		}
		w.pop()
	}
	if n != dst.Len() {
		return w.errorf("cannot store %s of another length in %s", v.Type(), dst.Type())
	}
	return nil
}

// identify returns what makes v the value it is, if it has such a thing.
func identify(v starlark.Value) identity {
	if p := reflect.ValueOf(v); p.Kind() == reflect.Pointer {
		return identity{t: p.Type(), p: p.UnsafePointer()}
	}
	return identity{}
}

// A member is an entry of a mapping or an attribute.
type member struct {
	step
	name  string // "" if the key is not a string
	value starlark.Value
}

// members lists what v, a mapping or a value with attributes, has under the names
// that want wants; ok is false for other values. An attribute may take work, so
// no more of them are asked for.
func (w *writer) members(v starlark.Value, want func(name string) bool) (list []member, ok bool, err error) {
	switch v := v.(type) {
	case starlark.IterableMapping:
		for _, kv := range v.Items() {
			name, isString := starlark.AsString(kv[0])
			if want == nil || isString && want(name) {
				list = append(list, member{step{key: kv[0]}, name, kv[1]})
			}
		}
		return list, true, nil
	case starlark.String, starlark.Bytes, *starlark.List, *starlark.Set: // their attributes are methods
	case starlark.HasAttrs:
		for _, name := range v.AttrNames() {
			if want != nil && !want(name) {
				continue
			}
			value, err := v.Attr(name)
			if err != nil {
				w.push(step{field: name})
				return nil, true, w.fail(err)
			}
			if value != nil {
				list = append(list, member{step{field: name}, name, value})
			}
		}
		return list, true, nil
	}
	return nil, false, nil
}

// structure stores in a struct.
func (w *writer) structure(v starlark.Value, dst reflect.Value) error {
	id := identify(v)
	if err := w.enter(id); err != nil {
		return err
	}
	defer w.leave(id)
	fields := w.types.fields(dst.Type())
	members, ok, err := w.members(v, func(name string) bool { return fields.find(name) != nil })
	if err != nil {
		return err
	}
	if !ok {
		return w.mismatch(v, dst)
	}
	for _, m := range members {
		w.push(m.step)
		target, err := w.field(dst, fields.find(m.name).index)
		if err != nil {
			return err
		}
		if err := w.store(m.value, target); err != nil {
			return err
		}
		w.pop()
	}
	return nil
}

// field returns the field at index, with the embedded pointers on the way set.
func (w *writer) field(v reflect.Value, index []int) (reflect.Value, error) {
	for i, n := range index {
		if i > 0 && v.Kind() == reflect.Pointer {
			if v.IsNil() && !v.CanSet() {
				return v, w.errorf("cannot set the embedded pointer %s, its type is not exported", v.Type())
			}
			if v.IsNil() {
				v.Set(reflect.New(v.Type().Elem()))
			}
			v = v.Elem()
		}
		v = v.Field(n)
	}
	return v, nil
}
