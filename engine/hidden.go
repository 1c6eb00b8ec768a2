package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/universe"
	"go.starlark.net/starlark"
)

// A Decorator is a function that does something else after "@" than in a plain
// call: after "@", every argument is an argument, and the function to decorate
// comes later.
type Decorator interface {
	starlark.Callable
	// Decorate is called for @d above the definition of fn; its value is bound.
	Decorate(thread *starlark.Thread, fn starlark.Value) (starlark.Value, error)
	// DecoratorCall is called for d(…) in @d(…); its value is applied to fn.
	DecoratorCall(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)
}

// hidden returns the functions that dialect's rewritten trees call.
func hidden() starlark.StringDict {
	return starlark.StringDict{
		dialect.NameDecorator: starlark.NewBuiltin(dialect.NameDecorator, decorator),
		dialect.NameApply:     starlark.NewBuiltin(dialect.NameApply, apply),
		dialect.NameFString:   starlark.NewBuiltin(dialect.NameFString, fstring),
		dialect.NameFormat:    starlark.NewBuiltin(dialect.NameFormat, formatValue),
		dialect.NameAssert:    starlark.NewBuiltin(dialect.NameAssert, failAssert),
	}
}

// decorator returns its argument as it is to be called after "@".
func decorator(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if d, ok := args[0].(Decorator); ok {
		return decoratorCall{d}, nil
	}
	return args[0], nil
}

// A decoratorCall is d in @d(…).
type decoratorCall struct{ Decorator }

func (c decoratorCall) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return c.DecoratorCall(thread, args, kwargs)
}

// apply applies a decorator to a function.
func apply(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	switch d := args[0].(type) {
	case Decorator:
		return d.Decorate(thread, args[1])
	case starlark.Callable:
		return starlark.Call(thread, d, args[1:], nil)
	default:
		return nil, fmt.Errorf("a decorator must be a function, not %s", d.Type())
	}
}

func fstring(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	if err := Of(thread).Printable(args...); err != nil {
		return nil, err
	}
	var b strings.Builder
	for _, v := range args {
		b.WriteString(universe.Str(v))
	}
	return starlark.String(b.String()), nil
}

// formatValue renders one operand of an f-string: value, conversion, spec.
func formatValue(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	v := args[0]
	if err := Of(thread).Printable(v); err != nil {
		return nil, err
	}
	switch conversion, _ := starlark.AsString(args[1]); conversion {
	case "r", "a":
		v = starlark.String(v.String())
	case "s":
		v = starlark.String(universe.Str(v))
	}
	spec, _ := starlark.AsString(args[2])
	s, err := universe.Format(v, spec)
	return starlark.String(s), err
}

// maxOperand is how much of an operand a failed assertion shows.
const maxOperand = 300

func failAssert(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	text, _ := starlark.AsString(args[0])
	var message string
	var operands []string
	for _, kv := range kwargs {
		if err := Of(thread).Printable(kv[1]); err != nil {
			return nil, err
		}
		switch name, _ := starlark.AsString(kv[0]); name {
		case "message":
			message = ": " + universe.Str(kv[1])
		default:
			operands = append(operands, name+": "+shorten(kv[1].String(), maxOperand))
		}
	}
	if len(operands) > 0 {
		text += " (" + strings.Join(operands, ", ") + ")"
	}
	return nil, errors.New("assertion failed: " + text + message)
}

// shorten cuts s to about n bytes, between runes.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// def exit(code: int = 0) -> NoReturn
//
// exit ends the whole script, from wherever it is called, with a status from 0 to 255. Tasks
// that run are cancelled, and what was deferred is called.
func exit(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	code := 0
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "code?", &code); err != nil {
		return nil, err
	}
	if code < 0 || code > 255 {
		return nil, fmt.Errorf("exit: code must be from 0 to 255, not %d", code)
	}
	Of(thread).run.Exit(code)
	return nil, &ExitError{Code: code}
}
