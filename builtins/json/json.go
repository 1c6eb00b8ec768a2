// Package json is go.starlark.net's json module, with a bound on nesting: its
// code is recursive, and without one a long row of "[" ends the process.
package json

import (
	"fmt"
	"maps"
	"strings"
	"unsafe"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/lib/json"
	"go.starlark.net/starlark"
)

// MaxDepth is how deep JSON text and the values to encode may be nested.
const MaxDepth = 10_000

// module json
//
// Values as JSON, and JSON as values.

// Module returns the module json.
func Module() engine.Module {
	members := maps.Clone(json.Module.Members)
	members["decode"] = guard("decode", checkText) // its default, if given, answers deep text too
	members["encode"] = guard("encode", checkValue)
	members["encode_indent"] = guard("encode_indent", checkValue)
	members["indent"] = guard("indent", checkText)
	guesses := map[string]string{
		"loads": "decode", "load": "decode", "parse": "decode", "dumps": "encode", "dump": "encode", "stringify": "encode",
	}
	return engine.Module{Name: "json", Globals: starlark.StringDict{
		"json": engine.NewNamespace("json", members, guesses),
	}}
}

// Encode returns v as json.encode does. The value must not change meanwhile.
func Encode(v starlark.Value) ([]byte, error) {
	text, err := guard("encode", checkValue).CallInternal(new(starlark.Thread), starlark.Tuple{v}, nil)
	if err != nil {
		return nil, err
	}
	return []byte(text.(starlark.String)), nil
}

// Decode returns what json.decode does, for a thread.
func Decode(thread *starlark.Thread, text string) (starlark.Value, error) {
	return guard("decode", checkText).CallInternal(thread, starlark.Tuple{starlark.String(text)}, nil)
}

// guard has check look at the first argument before the function gets it.
func guard(name string, check func(starlark.Value) error) *starlark.Builtin {
	fn := json.Module.Members[name].(*starlark.Builtin)
	return starlark.NewBuiltin(fn.Name(), func(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		values := args[:min(len(args), 1)]
		for _, kv := range kwargs {
			values = append(values[:len(values):len(values)], kv[1])
		}
		for _, v := range values {
			if err := check(v); err == nil {
				continue
			} else if otherwise := defaultOf(name, args, kwargs); otherwise != nil {
				return otherwise, nil
			} else {
				return nil, fmt.Errorf("%s: %w", b.Name(), err)
			}
		}
		if t := engine.TryOf(thread); t != nil {
			if err := t.Printable(values...); err != nil {
				return nil, err
			}
		}
		return fn.CallInternal(thread, args, kwargs)
	})
}

// defaultOf returns the argument default of decode, or nil.
func defaultOf(name string, args starlark.Tuple, kwargs []starlark.Tuple) starlark.Value {
	if name != "decode" {
		return nil
	}
	if len(args) > 1 {
		return args[1]
	}
	for _, kv := range kwargs {
		if kv[0] == starlark.String("default") {
			return kv[1]
		}
	}
	return nil
}

var errDepth = fmt.Errorf("nested more than %d levels deep", MaxDepth)

// checkText bounds the brackets that are open at once in JSON text.
func checkText(v starlark.Value) error {
	text, _ := starlark.AsString(v)
	depth := 0
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '"':
			i = endOfString(text, i)
		case '[', '{':
			if depth++; depth > MaxDepth {
				return errDepth
			}
		case ']', '}':
			depth--
		}
	}
	return nil
}

// endOfString returns the index of the quote that ends the string beginning at i.
func endOfString(text string, i int) int {
	for i++; i < len(text); i++ {
		j := strings.IndexAny(text[i:], `"\`)
		if j < 0 {
			return len(text)
		}
		if i += j; text[i] == '"' {
			return i
		}
		i++
	}
	return i
}

// checkValue bounds the nesting of a value, level by level. A value that holds
// itself has no last level; if it is small, json says so in better words.
func checkValue(v starlark.Value) error {
	level := []starlark.Value{v}
	all := map[unsafe.Pointer]bool{}
	for depth := 0; len(level) > 0; depth++ {
		if depth > MaxDepth {
			if len(all) <= MaxDepth { // fewer containers than levels
				return nil
			}
			return errDepth
		}
		var next []starlark.Value
		seen := map[unsafe.Pointer]bool{}
		for _, v := range level {
			next = inside(next, v, seen)
		}
		for at := range seen {
			all[at] = true
		}
		level = next
	}
	return nil
}

// inside appends the containers in v.
func inside(to []starlark.Value, v starlark.Value, seen map[unsafe.Pointer]bool) []starlark.Value {
	add := func(v starlark.Value) {
		var at unsafe.Pointer
		switch v := v.(type) {
		case *starlark.List:
			at = unsafe.Pointer(v)
		case *starlark.Dict:
			at = unsafe.Pointer(v)
		case starlark.Tuple:
			at = unsafe.Pointer(unsafe.SliceData(v))
		default:
			return
		}
		if !seen[at] {
			seen[at] = true
			to = append(to, v)
		}
	}
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			add(v.Index(i))
		}
	case starlark.Tuple:
		for _, e := range v {
			add(e)
		}
	case *starlark.Dict:
		for _, e := range v.Entries() {
			add(e)
		}
	}
	return to
}
