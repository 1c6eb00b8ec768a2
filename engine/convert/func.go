package convert

import (
	"context"
	"errors"
	"fmt"
	"reflect"

	"go.starlark.net/starlark"
)

// Func makes a built-in of a Go function of the form
//
//	func([ctx context.Context,] args…) ([T,] [error])
//
// A call waits for the function. Its arguments, positional only, are stored in
// the parameters by the rules of [ToGo], its result is converted as FromGo does;
// without a result the call gives None. ctx is from ContextOf. An error that the
// function returns comes back as it is, for errors.Is and errors.As; other errors
// name the function and the argument. Panics are not caught.
//
// The function may be called by many threads at once. A function of the form that
// starlark.NewBuiltin takes becomes that built-in. A parameter or result that can
// never be converted, such as a channel, is an error now.
func (c Converter) Func(name string, fn any) (*starlark.Builtin, error) {
	b, err := c.function(name, reflect.ValueOf(fn))
	if err != nil {
		return nil, &PathError{Path: name, Err: err}
	}
	return b, nil
}

type builtinFunc = func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error)

var (
	builtinType = reflect.TypeFor[builtinFunc]()
	contextType = reflect.TypeFor[context.Context]()
	errorType   = reflect.TypeFor[error]()
)

func (c Converter) function(name string, fn reflect.Value) (*starlark.Builtin, error) {
	if fn.Kind() != reflect.Func {
		if !fn.IsValid() {
			return nil, errors.New("cannot make a function of nil")
		}
		return nil, fmt.Errorf("cannot make a function of %s", fn.Type())
	}
	if fn.IsNil() {
		return nil, errors.New("the function is nil")
	}
	if fn.CanConvert(builtinType) {
		return starlark.NewBuiltin(name, fn.Convert(builtinType).Interface().(builtinFunc)), nil
	}
	f := &function{conv: c, types: new(types), fn: fn, variadic: fn.Type().IsVariadic()}
	if err := f.inspect(); err != nil {
		return nil, err
	}
	return starlark.NewBuiltin(name, f.call), nil
}

// A function is a Go function made ready to be called. It is immutable.
type function struct {
	conv     Converter
	types    *types
	fn       reflect.Value
	ctx      bool           // the first parameter is a context
	params   []reflect.Type // after it; of a variadic function the last is the element's
	variadic bool
	value    bool // the first result is a value
	err      bool // the last result is an error
}

// inspect fills in what the type of the function says.
func (f *function) inspect() error {
	t := f.fn.Type()
	for i := range t.NumIn() {
		p := t.In(i)
		if f.variadic && i == t.NumIn()-1 {
			p = p.Elem()
		}
		if i == 0 && t.In(0) == contextType {
			f.ctx = true
			continue
		}
		f.params = append(f.params, p)
		if bad := impossible(p, toGo, nil); bad != nil {
			return fmt.Errorf("parameter %d: cannot store a Starlark value in %s", len(f.params), bad)
		}
	}
	n := t.NumOut()
	f.err = n > 0 && t.Out(n-1) == errorType
	f.value = n == 2 || n == 1 && !f.err
	if n > 2 || n == 2 && (!f.err || t.Out(0) == errorType) {
		return fmt.Errorf("the results of %s must be none, a value, an error, or a value and an error", t)
	}
	if !f.value {
		return nil
	}
	if t.Out(0).Implements(errorType) && !t.Out(0).Implements(valueType) {
		return fmt.Errorf("the result %s is an error: its type must be error", t.Out(0))
	}
	if bad := impossible(t.Out(0), fromGo, nil); bad != nil {
		return fmt.Errorf("result: cannot convert %s", bad)
	}
	return nil
}
