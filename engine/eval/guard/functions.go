package guard

import (
	"maps"
	"slices"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// Call calls a function of starlark.Universe, or a method of one of
// go.starlark.net's own types, within the budget. Of results and errors it gives
// those of fn itself. fn is told apart by its name, or by its name and the type of
// its receiver: it must be go.starlark.net's.
func (b *Budget) Call(thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if x := fn.Receiver(); x != nil {
		c := call{b: b, thread: thread, fn: fn, x: x, args: args, kwargs: kwargs, bound: true}
		return c.call()
	}
	call := functions[fn.Name()]
	if call == nil {
		return fn.CallInternal(thread, args, kwargs)
	}
	return call(b, thread, fn, args, kwargs)
}

// Guarded returns fn such that Call calls it, with the budget of the thread.
func Guarded(fn *starlark.Builtin, of func(*starlark.Thread) *Budget) *starlark.Builtin {
	return starlark.NewBuiltin(fn.Name(), func(thread *starlark.Thread, self *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if x := self.Receiver(); x != nil {
			return of(thread).CallMethod(thread, fn, x, args, kwargs)
		}
		v, err := of(thread).Call(thread, fn, args, kwargs)
		if err == nil && fn.Name() == "getattr" && !isDefault(v, args) {
			v = Method(v, of)
		}
		return v, err
	})
}

// isDefault reports whether getattr has returned its third argument, which is a value
// that the script has already.
func isDefault(v starlark.Value, args starlark.Tuple) bool {
	if len(args) < 3 {
		return false
	}
	fn, ok := args[2].(*starlark.Builtin)
	return ok && v == fn
}

// Method returns v, an attribute of any value, guarded if it is a method of one of
// go.starlark.net's own types: somebody may call it who knows of no guard, such as
// sorted, of which it is the key.
func Method(v starlark.Value, of func(*starlark.Thread) *Budget) starlark.Value {
	if fn, ok := v.(*starlark.Builtin); ok {
		switch x := fn.Receiver().(type) {
		case starlark.String, starlark.Bytes, *starlark.List, *starlark.Dict, *starlark.Set:
			return Guarded(fn, of).BindReceiver(x)
		}
	}
	return v
}

type function func(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error)

// functions are those that are guarded; the others take no time and make nothing big.
var functions = map[string]function{
	"all":       through("", 0, nil),
	"any":       through("", 0, nil),
	"sum":       through("", 0, nil),
	"bytes":     toBytes,
	"dict":      toDict,
	"enumerate": through("list", 72, nil),
	"fail":      printed,
	"getattr":   plain,
	"int":       toInt,
	"list":      through("list", slot, nil),
	"max":       extreme,
	"min":       extreme,
	"print":     printed,
	"repr":      toText,
	"reversed":  through("list", slot, nil),
	"set":       through("set", entry, itself),
	"sorted":    sorted,
	"str":       toText,
	"tuple":     through("tuple", slot, nil),
	"zip":       zip,
}

// plain is for functions of whose result Guarded takes care.
func plain(_ *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return fn.CallInternal(thread, args, kwargs)
}

// through is for functions that go through their first argument and make something,
// of so many bytes an element, and hash a part of each.
func through(what string, size int64, key func(starlark.Value) starlark.Value) function {
	return func(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if len(args) == 0 {
			return fn.CallInternal(thread, args, kwargs)
		}
		x, ok := args[0].(starlark.Iterable)
		if !ok {
			return fn.CallInternal(thread, args, kwargs)
		}
		e := eye{b: b, what: what, size: size, key: key}
		if size > 0 {
			e.size += weight(x)
		}
		return e.call(thread, fn, args, kwargs)
	}
}

// call calls fn with an eye on its first argument, an iterable.
func (e eye) call(thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	x := args[0].(starlark.Iterable)
	n := int64(length(x))
	if err := e.b.make(e.what, n, e.size); err != nil {
		return nil, err
	}
	if e.plain(x) {
		return fn.CallInternal(thread, args, kwargs)
	}
	if e.key == nil {
		e.made = n // go.starlark.net makes lists and tuples of known length at once
	}
	defer halted(&err)
	args = append(starlark.Tuple{e.on(thread, x)}, args[1:]...)
	return fn.CallInternal(thread, args, kwargs)
}

// zip makes as many tuples as its shortest argument has elements.
func zip(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	rows, size := -1, 40+16*int64(len(args))
	for i, x := range args {
		if n := length(x); i == 0 || n < rows {
			rows = n
		}
		if _, ok := x.(starlark.Iterable); ok {
			size += weight(x)
		}
	}
	if err := b.make("list", int64(rows), size); err != nil {
		return nil, err
	}
	if rows >= 0 && rows <= patience || len(args) == 0 {
		return fn.CallInternal(thread, args, kwargs)
	}
	defer halted(&err)
	args = append(starlark.Tuple(nil), args...)
	for i, x := range args {
		if x, ok := x.(starlark.Iterable); ok {
			args[i] = eye{b: b, what: "list", size: size, made: int64(rows)}.on(thread, x)
		}
	}
	return fn.CallInternal(thread, args, kwargs)
}

func toDict(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 {
		return fn.CallInternal(thread, args, kwargs)
	}
	x, ok := pairsOf(args[0])
	if !ok {
		return fn.CallInternal(thread, args, kwargs)
	}
	return eye{b: b, what: "dict", size: entry, key: first}.call(thread, fn, starlark.Tuple{x}, kwargs)
}

// pairsOf returns what dict and update go through: of a long dict its entries as
// tuples, which makes no difference to them, but can be stopped.
func pairsOf(x starlark.Value) (starlark.Iterable, bool) {
	switch x := x.(type) {
	case *starlark.Dict:
		if x.Len() <= patience {
			return nil, false
		}
		items := x.Items()
		list := make(starlark.Tuple, len(items))
		for i, kv := range items {
			list[i] = kv
		}
		return list, true
	case starlark.IterableMapping:
		return nil, false
	case starlark.Iterable:
		return x, true
	}
	return nil, false
}

func toBytes(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 {
		switch x := args[0].(type) {
		case starlark.String:
			if err := b.transcode("bytes", string(x)); err != nil {
				return nil, err
			}
		case starlark.Iterable:
			return eye{b: b, what: "bytes", size: 1}.call(thread, fn, args, kwargs)
		}
	}
	return fn.CallInternal(thread, args, kwargs)
}

// transcode says whether a string may be made valid UTF-8: a wrong byte becomes three.
func (b *Budget) transcode(what, s string) error {
	n := int64(len(s))
	if 3*n <= b.Max || utf8.ValidString(s) {
		return nil
	}
	return b.make(what, 3*n, 1)
}

func toText(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return fn.CallInternal(thread, args, kwargs)
	}
	if fn.Name() == "str" {
		switch x := args[0].(type) {
		case starlark.String:
			return x, nil
		case starlark.Bytes:
			if err := b.transcode("string", string(x)); err != nil {
				return nil, err
			}
			return fn.CallInternal(thread, args, kwargs)
		}
	}
	s, err := b.Text(args[0])
	if err != nil {
		return nil, err
	}
	return starlark.String(s), nil
}

// printed writes containers out first, so that print and fail find only strings.
func printed(b *Budget, thread *starlark.Thread, fn *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if allFlat(args) && len(kwargs) == 0 {
		return fn.CallInternal(thread, args, kwargs)
	}
	sep := " "
	if starlark.UnpackArgs(fn.Name(), nil, kwargs, "sep?", &sep) != nil {
		return fn.CallInternal(thread, args, kwargs)
	}
	total := times(int64(len(sep)), int64(len(args)))
	args = append(starlark.Tuple(nil), args...)
	for i, x := range args {
		raw := false
		switch x := x.(type) {
		case starlark.String:
			total, raw = plus(total, int64(len(x))), true
		case starlark.Bytes:
			if raw = fn.Name() == "print"; raw {
				total = plus(total, int64(len(x)))
			}
		}
		if !raw {
			s, err := b.Text(x)
			if err != nil {
				return nil, err
			}
			args[i], total = starlark.String(s), plus(total, int64(len(s)))
		}
		if err := b.spend(1); err != nil {
			return nil, err
		}
		if err := b.fits("text", total, 1); err != nil {
			return nil, err
		}
	}
	return fn.CallInternal(thread, args, kwargs)
}

// Functions returns the names of the functions of starlark.Universe that Call guards.
func Functions() []string { return slices.Sorted(maps.Keys(functions)) }
