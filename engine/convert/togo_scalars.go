package convert

import (
	"math"
	"reflect"
	"time"

	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// scalar stores in a variable that holds one thing.
func (w *writer) scalar(v starlark.Value, dst reflect.Value) error {
	switch v := v.(type) {
	case starlark.Bool:
		if dst.Kind() == reflect.Bool {
			dst.SetBool(bool(v))
			return nil
		}
	case starlark.String:
		if dst.Kind() == reflect.String {
			dst.SetString(string(v))
			return nil
		}
	case starlark.Int:
		switch {
		case dst.CanInt(), dst.CanUint():
			return w.int(v, dst)
		case dst.CanFloat():
			f := float64(v.Float())
			if math.IsInf(f, 0) || dst.OverflowFloat(f) {
				return w.errorf("%s does not fit in %s", intText(v), dst.Type())
			}
			dst.SetFloat(f)
			return nil
		}
	case starlark.Float:
		if dst.CanFloat() {
			if f := float64(v); dst.OverflowFloat(f) && !math.IsInf(f, 0) {
				return w.errorf("%s does not fit in %s", v, dst.Type())
			}
			dst.SetFloat(float64(v))
			return nil
		}
	}
	return w.mismatch(v, dst)
}

// int stores an int in an int or uint of any size.
func (w *writer) int(v starlark.Int, dst reflect.Value) error {
	if dst.CanInt() {
		if i, ok := v.Int64(); ok && !dst.OverflowInt(i) {
			dst.SetInt(i)
			return nil
		}
	} else if u, ok := v.Uint64(); ok && !dst.OverflowUint(u) {
		dst.SetUint(u)
		return nil
	}
	return w.errorf("%s does not fit in %s", intText(v), dst.Type())
}

// plain returns what is stored in an any.
func (w *writer) plain(v starlark.Value) (any, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Bool:
		return bool(v), nil
	case starlark.Int:
		if i, ok := v.Int64(); ok {
			return i, nil
		}
		return v.BigInt(), nil
	case starlark.Float:
		return float64(v), nil
	case starlark.String:
		return string(v), nil
	case starlark.Bytes:
		return []byte(v), nil
	case libtime.Time:
		return time.Time(v), nil
	case libtime.Duration:
		return time.Duration(v), nil
	case starlark.IterableMapping, *starlarkstruct.Struct, *starlarkstruct.Module:
		return w.plainMap(v)
	case starlark.Sequence: // to go through any other iterable may change it
		var list []any
		err := w.sequence(v, reflect.ValueOf(&list).Elem())
		return list, err
	}
	return v, nil
}
