// Package csv gives scripts comma-separated values, on encoding/csv and with the names of
// Python's csv. What differs from Python's: empty lines are left out, a newline within
// quotes is "\n" whatever the text has, only " quotes, and a quote in a wrong place is an
// error unless strict=False.
package csv

import (
	"fmt"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module csv
//
// Comma-separated values, with the names of Python's csv.

// Module returns the module csv.
func Module() engine.Module {
	members := starlark.StringDict{
		"reader":     starlark.NewBuiltin("reader", reader),
		"DictReader": starlark.NewBuiltin("DictReader", dictReader),
		"encode":     starlark.NewBuiltin("encode", encode),
	}
	guesses := map[string]string{
		"writer": "encode(rows)", "DictWriter": "encode(rows, header)", "writerow": "encode([row])", "writerows": "encode(rows)", "dumps": "encode", "dump": "encode",
		"format": "encode", "stringify": "encode", "loads": "reader", "load": "reader", "parse": "reader", "read": "reader", "decode": "reader", "dict_reader": "DictReader",
		"dictreader": "DictReader",
	}
	return engine.Module{Name: "csv", Globals: starlark.StringDict{
		"csv": engine.NewNamespace("csv", members, guesses),
	}}
}

// keywords answers those that users may expect with the right ones.
var keywords = map[string]string{
	"sep": "delimiter", "separator": "delimiter", "comma": "delimiter", "dialect": "delimiter", "quotechar": "\" quotes: there are no others", "quoting": "no option: what needs quotes gets them",
	"escapechar": "a quote twice for one within quotes", "csvfile": "lines", "text": "lines", "names": "fieldnames", "columns": "fieldnames, or header of encode", "newline": "lineterminator of encode",
	"lazy_quotes": "strict=False",
}

// unpack is starlark.UnpackArgs, but answers wrong guesses.
func unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	if err := builtin.Misnamed(fn, kwargs, keywords); err != nil {
		return err
	}
	return starlark.UnpackArgs(fn, args, kwargs, pairs...)
}

// A delimiter is the argument of all functions.
type delimiter rune

// Unpack takes the argument.
func (d *delimiter) Unpack(v starlark.Value) error {
	s, _ := starlark.AsString(v)
	r, n := utf8.DecodeRuneInString(s)
	if n == 0 || n != len(s) || r == utf8.RuneError || r == '\n' || r == '\r' || r == '"' {
		return fmt.Errorf("must be one character, but neither a quote nor an end of line, got %v", v)
	}
	*d = delimiter(r)
	return nil
}

// each calls f with what x, which is called what in errors, gives when it is iterated over.
func each(thread *starlark.Thread, what string, x starlark.Value, f func(starlark.Value) error) error {
	if _, ok := x.(starlark.Iterable); !ok {
		return fmt.Errorf("%s must be a list, not %s", what, x.Type())
	}
	return engine.Each(thread, x, f)
}

// elements returns a fresh list of what x gives.
func elements(thread *starlark.Thread, what string, x starlark.Value) (list []starlark.Value, err error) {
	return list, each(thread, what, x, func(v starlark.Value) error { list = append(list, v); return nil })
}
