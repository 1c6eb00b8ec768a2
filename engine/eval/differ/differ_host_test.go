package differ_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// hostNames returns new values of the names that generated programs find beside
// those of the universe.
func hostNames(thread *starlark.Thread) starlark.StringDict {
	names := starlark.StringDict{
		"plain":  callable{},
		"placed": placed{},
	}
	for name, fn := range map[string]func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error){
		"hollow": hollow, "apply": apply, "attempt": attempt, "stack": stack, "boom": boom, "echo": echo, "freeze": freeze, "info": info,
		"box": makeBox, "row": makeRow, "table": makeTable, "bag": makeBag, "waker": makeWaker,
	} {
		names[name] = starlark.NewBuiltin(name, fn)
	}
	return names
}

// def apply(f, *args, **kwargs)
func apply(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, errors.New("apply what?")
	}
	return starlark.Call(thread, args[0], args[1:], kwargs)
}

// def attempt(f, *args, **kwargs): (True, result) or (False, the error with its stack).
// It lets those errors pass after which the two evaluators differ on purpose.
func attempt(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, err := apply(thread, b, args, kwargs)
	if err == nil {
		return starlark.Tuple{starlark.True, v}, nil
	}
	if msg := err.Error(); leaks(msg) || wide(msg) || strings.Contains(msg, "cancelled") {
		return nil, err
	}
	return starlark.Tuple{starlark.False, starlark.String(describe(err))}, nil
}

func leaks(msg string) bool { return strings.Contains(msg, "too many values to unpack") }

func wide(msg string) bool { return strings.Contains(msg, "range whose step has more than 64 bits") }

// def stack(): the calls in progress, as text
func stack(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return starlark.String(frames(thread.CallStack())), nil
}

func frames(stack starlark.CallStack) string {
	var b strings.Builder
	for _, fr := range stack {
		fmt.Fprintf(&b, "%s@%s ", fr.Name, fr.Pos)
	}
	return b.String()
}

var errBoom = errors.New("boom")

// def boom(msg): an error
func boom(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var msg starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "msg", &msg); err != nil {
		return nil, err
	}
	return nil, fmt.Errorf("%w: %v", errBoom, msg)
}

// def hollow(*args): nothing, not even None
func hollow(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return nil, nil
}

// def echo(x): x, and tells that it was called: the order of evaluation counts
func echo(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &x); err != nil {
		return nil, err
	}
	caller := thread.CallFrame(1)
	thread.Print(thread, fmt.Sprintf("echo %s, %s at %d:%d, depth %d", x, caller.Name, caller.Pos.Line, caller.Pos.Col, thread.CallStackDepth()))
	return x, nil
}

// def freeze(x)
func freeze(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &x); err != nil {
		return nil, err
	}
	freezeAll(x)
	return x, nil
}

// freezeAll freezes values, but panics where go.starlark.net would do it until the stack
// overflows, which cannot be caught.
func freezeAll(list ...starlark.Value) {
	for _, x := range list {
		if knotted(x, map[starlark.Value]bool{}) {
			panic("a function that captures itself")
		}
		x.Freeze()
	}
}

// knotted reports whether a function of go.starlark.net that captures itself, perhaps by way
// of others, can be reached. seen has what was visited: true while that is under way.
func knotted(x starlark.Value, seen map[starlark.Value]bool) bool {
	var inside []starlark.Value
	switch x := x.(type) {
	case starlark.Tuple:
		inside = x
	case *starlark.Builtin:
		inside = []starlark.Value{x.Receiver()}
	case *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Function:
		if open, ok := seen[x]; ok {
			_, function := x.(*starlark.Function)
			return open && function
		}
		seen[x] = true
		defer func() { seen[x] = false }()
		inside = within(x)
	}
	return slices.ContainsFunc(inside, func(x starlark.Value) bool { return knotted(x, seen) })
}

// within returns what a value holds.
func within(x starlark.Value) (inside []starlark.Value) {
	switch x := x.(type) {
	case *starlark.Function:
		for i := range x.NumParams() {
			if d := x.ParamDefault(i); d != nil {
				inside = append(inside, d)
			}
		}
		for i := range x.NumFreeVars() {
			if _, v := x.FreeVar(i); v != nil {
				inside = append(inside, v)
			}
		}
	case *starlark.Dict:
		for _, item := range x.Items() {
			inside = append(inside, item...)
		}
	case starlark.Iterable:
		inside = slices.Collect(starlark.Elements(x))
	}
	return inside
}

// def info(f): what Go code sees of a function
func info(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var f starlark.Callable
	if err := starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &f); err != nil {
		return nil, err
	}
	s := f.Name() + " " + f.String() + " " + f.Type()
	if f, ok := f.(interface{ Position() syntax.Position }); ok {
		s += " " + f.Position().String()
	}
	if f, ok := f.(interface {
		NumParams() int
		NumKwonlyParams() int
		HasVarargs() bool
		HasKwargs() bool
		Doc() string
		Param(int) (string, syntax.Position)
		ParamDefault(int) starlark.Value
		NumFreeVars() int
		Globals() starlark.StringDict
	}); ok {
		s += fmt.Sprint(" ", f.NumParams(), f.NumKwonlyParams(), f.HasVarargs(), f.HasKwargs(), f.NumFreeVars(), f.Doc(), f.Globals().Keys())
		for i := range f.NumParams() {
			name, pos := f.Param(i)
			s += fmt.Sprint(" ", name, " ", pos, " ", f.ParamDefault(i))
		}
	}
	return starlark.String(s), nil
}

// A callable is a function that is not a built-in.
type callable struct{}

func (callable) String() string        { return "<callable>" }
func (callable) Type() string          { return "callable" }
func (callable) Freeze()               {}
func (callable) Truth() starlark.Bool  { return true }
func (callable) Hash() (uint32, error) { return 1, nil }
func (callable) Name() string          { return "plain" }

// CallInternal calls its first argument if that is a function.
func (callable) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 0 {
		return nil, fmt.Errorf("no arguments, called from %s", frames(thread.CallStack()))
	}
	if f, ok := args[0].(starlark.Callable); ok {
		return starlark.Call(thread, f, args[1:], kwargs)
	}
	return args, nil
}

// placed is one that has a position.
type placed struct{ callable }

func (placed) Name() string { return "placed" }

var placedFile = "host.file"

func (placed) Position() syntax.Position { return syntax.MakePosition(&placedFile, 7, 3) }
