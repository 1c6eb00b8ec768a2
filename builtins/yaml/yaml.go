// Package yaml gives scripts YAML, by go.yaml.in/yaml/v4: YAML 1.2, in which yes, no, on
// and off are strings. What JSON has becomes what it is; dates and times stay strings, as
// they are written, and are quoted when they are encoded; !!binary is bytes. Other tags
// are an error. Keys may be strings, numbers, bools and null; the same key twice is an
// error. An alias stands for a copy of what its anchor marks.
package yaml

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
	"go.yaml.in/yaml/v4"
)

// MaxDepth is how deep values may be nested, in YAML and to be encoded.
const MaxDepth = 1000

// module yaml
//
// Documents in YAML.

// Module returns the module yaml.
func Module() engine.Module {
	members := starlark.StringDict{
		"decode":     starlark.NewBuiltin("decode", decode),
		"decode_all": starlark.NewBuiltin("decode_all", decodeAll),
		"encode":     starlark.NewBuiltin("encode", encode),
	}
	guesses := map[string]string{
		"safe_load": "decode", "load": "decode", "loads": "decode", "parse": "decode", "safe_load_all": "decode_all", "load_all": "decode_all", "full_load": "decode",
		"dump": "encode", "dumps": "encode", "safe_dump": "encode", "dump_all": "encode for each, and put \"---\\n\" between", "stringify": "encode",
		"safe_dump_all": "encode for each, and put \"---\\n\" between", "encode_all": "encode for each, and put \"---\\n\" between",
	}
	return engine.Module{Name: "yaml", Globals: starlark.StringDict{
		"yaml": engine.NewNamespace("yaml", members, guesses),
	}}
}

// def decode(text: str | bytes) -> Any
//
// decode returns the value of a document; None if there is nothing in it.
func decode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	docs, err := documents(thread, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	switch len(docs) {
	case 0:
		return starlark.None, nil
	case 1:
		return docs[0], nil
	}
	return nil, fmt.Errorf("%s: there are %d documents: use yaml.decode_all", b.Name(), len(docs))
}

// def decode_all(text: str | bytes) -> list
//
// decode_all returns the list of all documents.
func decodeAll(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	docs, err := documents(thread, b, args, kwargs)
	if err != nil {
		return nil, err
	}
	return starlark.NewList(docs), nil
}

func documents(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) ([]starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "text", &v); err != nil {
		return nil, err
	}
	text, ok := builtin.Bytes(v)
	if !ok {
		return nil, fmt.Errorf("%s: text must be a string or bytes, not %s", b.Name(), v.Type())
	}
	t := engine.Of(thread)
	loader, err := yaml.NewLoader(t.Reader(strings.NewReader(text)))
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	var docs []starlark.Value
	for {
		var node yaml.Node
		err := loader.Load(&node)
		if err == io.EOF {
			return docs, nil
		}
		if stop := t.Cancelled(); stop != nil {
			return nil, stop
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), located(err))
		}
		d := &decoder{t: t, left: maxCopies + len(text)}
		doc, err := d.value(&node, 0)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", b.Name(), err)
		}
		docs = append(docs, doc)
	}
}

// located words an error of the library as those of this package are.
func located(err error) error {
	var e *yaml.LoadError
	if !errors.As(err, &e) || e.Mark.Line == 0 {
		return err
	}
	msg := e.Message
	if e.ContextMsg != "" {
		msg += " " + e.ContextMsg
	}
	return fmt.Errorf("line %d: %s", e.Mark.Line, msg)
}
