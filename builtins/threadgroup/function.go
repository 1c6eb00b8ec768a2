package threadgroup

import (
	"errors"

	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A Function is a function with the arguments it will get. It is immutable; its
// arguments are frozen when it is handed to another thread.
type Function struct {
	fn     starlark.Callable
	args   starlark.Tuple
	kwargs []starlark.Tuple
}

var _ starlark.HasAttrs = (*Function)(nil)

func (f *Function) String() string        { return repr(f) }
func (f *Function) Type() string          { return "Function" }
func (f *Function) Freeze()               {} // immutable; Share publishes what it holds
func (f *Function) Truth() starlark.Bool  { return true }
func (f *Function) Hash() (uint32, error) { return 0, errors.New("unhashable type: Function") }

// Share publishes the function and its arguments.
func (f *Function) Share(visit func(starlark.Value)) {
	visit(f.fn)
	visit(f.args)
	for _, kv := range f.kwargs {
		visit(kv[1])
	}
}

func (f *Function) write(p *printer) {
	p.WriteString("fn=" + f.fn.Name() + "; fn_args=")
	p.value(f.args)
	p.WriteString(", fn_kwargs=")
	p.value(kwargsDict(f.kwargs))
}

// class Function
//
// A Function is a function with its arguments. Group.functions is a list of them.
//
//	fn: Callable  the function
//	name: str     its name
//	args: tuple   arguments by position
//	kwargs: dict  arguments by name
var functionAttrs = builtin.Attrs[*Function]{
	"fn":     func(f *Function) (starlark.Value, error) { return f.fn, nil },
	"name":   func(f *Function) (starlark.Value, error) { return starlark.String(f.fn.Name()), nil },
	"args":   func(f *Function) (starlark.Value, error) { return f.args, nil },
	"kwargs": func(f *Function) (starlark.Value, error) { return kwargsDict(f.kwargs), nil },
}

func (f *Function) Attr(name string) (starlark.Value, error) { return functionAttrs.Get(f, name, nil) }
func (f *Function) AttrNames() []string                      { return functionAttrs.Names() }

// kwargsDict returns a new dict of keyword arguments.
func kwargsDict(kwargs []starlark.Tuple) *starlark.Dict {
	d := starlark.NewDict(len(kwargs))
	for _, kv := range kwargs {
		_ = d.SetKey(kv[0], kv[1]) // a string key of a new dict: cannot fail
	}
	return d
}

// def create_function(fn: Callable, *args, **kwargs) -> Function
// def threadgroup.create_function(…) -> Function
//
// create_function puts a function and its arguments together, for threaded_execution.
func createFunction(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee(b.Name(), args)
	if err != nil {
		return nil, err
	}
	return &Function{fn: fn, args: args, kwargs: kwargs}, nil
}
