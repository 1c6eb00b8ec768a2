package convert

import (
	"encoding"
	"errors"
	"math/big"
	"reflect"
	"time"

	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// ToGo stores a Starlark value in the variable that dst points to, as
// json.Unmarshal does: a pointer is allocated if it is nil, a map keeps its other
// entries, fields that the value does not name keep what they have, names that
// the struct does not have are ignored. A slice is always new.
//
// In an any it stores what the table in the package doc says; what has no Go
// counterpart there, such as a function, it stores as the starlark.Value it is.
// Otherwise:
//
//   - Ints and floats must fit: 300 in an int8 is an error. A float takes an int,
//     rounded if need be; an int takes no float.
//   - None goes into pointers, maps, slices and interfaces, as nil; nowhere else.
//   - A list, tuple, set or other iterable goes into a slice, or into an array of
//     just its length; a dict does not. A string or bytes goes into a []byte.
//   - A dict, or anything with attributes that is not one of the basic types, goes
//     into a struct; a dict, struct or module into a map.
//   - A string goes into a time.Time (RFC 3339), a time.Duration (such as "1.5s")
//     and an encoding.TextUnmarshaler.
//   - A variable of a Starlark type, or of an interface that the value implements,
//     gets the value itself. A starlark.Unpacker is asked.
//
// The error is a *PathError whose path begins with name; *dst may then be partly
// written. A value that contains itself, or is nested deeper than [MaxDepth], or
// has more than [MaxValues] values in it is an error.
func ToGo(name string, v starlark.Value, dst any) error {
	w := writer{types: new(types), trail: trail{name: name}}
	p := reflect.ValueOf(dst)
	if p.Kind() != reflect.Pointer || p.IsNil() {
		return w.errorf("the destination must be a pointer that is not nil, got %T", dst)
	}
	return w.store(v, p.Elem())
}

// maxTime bounds the text of a time, which package time quotes in its errors.
const maxTime = 100

// A writer writes one Go variable.
type writer struct {
	trail
	types *types
	made  int // values stored so far
}

var (
	unpackerType    = reflect.TypeFor[starlark.Unpacker]()
	unmarshalerType = reflect.TypeFor[encoding.TextUnmarshaler]()
	durationType    = reflect.TypeFor[time.Duration]()
	bigType         = reflect.TypeFor[big.Int]()
)

// count counts one value.
func (w *writer) count(v starlark.Value) error {
	if v == nil {
		return w.fail(errors.New("there is no value"))
	}
	if w.made++; w.made > MaxValues {
		return w.fail(errValues)
	}
	return nil
}

func (w *writer) store(v starlark.Value, dst reflect.Value) error {
	if err := w.count(v); err != nil {
		return err
	}
	if dst.Kind() == reflect.Interface {
		return w.iface(v, dst)
	}
	if reflect.TypeOf(v) == dst.Type() {
		dst.Set(reflect.ValueOf(v))
		return nil
	}
	if done, err := w.known(v, dst); done {
		return err
	}
	if v == starlark.None {
		switch dst.Kind() {
		case reflect.Pointer, reflect.Map, reflect.Slice:
			dst.SetZero()
			return nil
		}
	}
	switch dst.Kind() {
	case reflect.Pointer:
		return w.pointer(v, dst)
	case reflect.Slice, reflect.Array:
		return w.sequence(v, dst)
	case reflect.Map:
		return w.mapping(v, dst)
	case reflect.Struct:
		return w.structure(v, dst)
	}
	return w.scalar(v, dst)
}

// iface stores in an interface.
func (w *writer) iface(v starlark.Value, dst reflect.Value) error {
	if dst.NumMethod() == 0 {
		x, err := w.plain(v)
		if err != nil {
			return err
		}
		dst.SetZero()
		if x != nil {
			dst.Set(reflect.ValueOf(x))
		}
		return nil
	}
	switch {
	case reflect.TypeOf(v).Implements(dst.Type()):
		dst.Set(reflect.ValueOf(v))
	case v == starlark.None:
		dst.SetZero()
	default:
		return w.mismatch(v, dst)
	}
	return nil
}

// known stores in a variable whose type says how; done is false for others.
func (w *writer) known(v starlark.Value, dst reflect.Value) (done bool, err error) {
	t, pointer := dst.Type(), reflect.PointerTo(dst.Type())
	if pointer.NumMethod() == 0 || t.Kind() == reflect.Pointer {
		return false, nil
	}
	text, isText := v.(starlark.String)
	switch {
	case pointer.Implements(unpackerType):
		err = dst.Addr().Interface().(starlark.Unpacker).Unpack(v)
	case pointer.Implements(valueType):
		return true, w.mismatch(v, dst)
	case t == bigType:
		i, ok := v.(starlark.Int)
		if !ok {
			return true, w.mismatch(v, dst)
		}
		dst.Set(reflect.ValueOf(i.BigInt()).Elem())
	case t == timeType && !isText:
		at, ok := v.(libtime.Time)
		if !ok {
			return true, w.mismatch(v, dst)
		}
		dst.Set(reflect.ValueOf(time.Time(at)))
	case (t == timeType || t == durationType) && len(text) > maxTime:
		return true, w.errorf("cannot store string of length %d in %s", len(text), t)
	case t == durationType:
		return true, w.duration(v, dst)
	case isText && pointer.Implements(unmarshalerType):
		err = dst.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(text))
	default:
		return false, nil
	}
	if err != nil {
		err = w.fail(err)
	}
	return true, err
}

// duration takes no int: nanoseconds are hardly what a script means.
func (w *writer) duration(v starlark.Value, dst reflect.Value) error {
	switch v := v.(type) {
	case libtime.Duration:
		dst.SetInt(int64(v))
	case starlark.String:
		d, err := time.ParseDuration(string(v))
		if err != nil {
			return w.fail(err)
		}
		dst.SetInt(int64(d))
	default:
		return w.mismatch(v, dst)
	}
	return nil
}

// pointer stores in the target of a pointer, a new one if there is none.
func (w *writer) pointer(v starlark.Value, dst reflect.Value) error {
	none := identity{} // bounds a type such as type P *P
	if err := w.enter(none); err != nil {
		return err
	}
	defer w.leave(none)
	p := dst
	if p.IsNil() {
		p = reflect.New(dst.Type().Elem())
	}
	if err := w.store(v, p.Elem()); err != nil {
		return err
	}
	dst.Set(p)
	return nil
}

func (w *writer) mismatch(v starlark.Value, dst reflect.Value) error {
	return w.errorf("cannot store %s in %s", typeName(v), dst.Type())
}

func typeName(v starlark.Value) string {
	if v == starlark.None {
		return "None"
	}
	return v.Type()
}
