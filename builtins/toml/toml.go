// Package toml gives scripts TOML 1.0, and what 1.1 allows beyond it. Keys keep their order. Dates and times stay
// strings, as they are written; time.parse_time makes moments of those that have a zone.
//
// pelletier/go-toml parses a document. What its expressions mean together is found out
// here: its Unmarshal does not tell the order of keys, and cannot be stopped.
package toml

import (
	"errors"
	"fmt"

	"github.com/pelletier/go-toml/v2/unstable"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// MaxText is how long a document may be. A single value that takes all of it is parsed in
// about half a second, and cannot be stopped meanwhile.
const MaxText = 4 << 20

// module toml
//
// Documents in TOML.

// Module returns the module toml.
func Module() engine.Module {
	members := starlark.StringDict{
		"decode": starlark.NewBuiltin("decode", decode),
		"encode": starlark.NewBuiltin("encode", encode),
	}
	guesses := map[string]string{
		"loads": "decode", "load": "decode", "parse": "decode", "dumps": "encode", "dump": "encode", "stringify": "encode",
	}
	return engine.Module{Name: "toml", Globals: starlark.StringDict{
		"toml": engine.NewNamespace("toml", members, guesses),
	}}
}

// def decode(text: str) -> dict
//
// decode returns a document as a dict.
func decode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &v); err != nil {
		return nil, err
	}
	s, ok := builtin.Bytes(v)
	if !ok {
		return nil, fmt.Errorf("%s: text must be a string or bytes, not %s", b.Name(), v.Type())
	}
	if len(s) > MaxText {
		return nil, fmt.Errorf("%s: a document of %d bytes is too long, limit is %d", b.Name(), len(s), MaxText)
	}
	t := engine.Of(thread)
	if err := t.Cancelled(); err != nil {
		return nil, err
	}
	d, err := document(t, []byte(s))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return d, nil
}

// document reads a text, expression by expression.
func document(t *engine.Thread, text []byte) (*starlark.Dict, error) {
	r := newReader(t)
	r.parser.Reset(text)
	for n := 0; r.parser.NextExpression(); n++ {
		if n%100 == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		e := r.parser.Expression()
		at := r.place(e)
		if err := r.expression(e); err != nil {
			if stop := t.Cancelled(); stop != nil {
				return nil, stop
			}
			return nil, fmt.Errorf("line %d: %w", r.parser.Shape(at).Start.Line, err)
		}
	}
	err := r.parser.Error()
	var wrong *unstable.ParserError
	if errors.As(err, &wrong) {
		return nil, fmt.Errorf("line %d: %s", r.parser.Shape(r.parser.Range(wrong.Highlight)).Start.Line, wrong.Message)
	}
	return r.root, err
}
