package yaml

import (
	"bytes"
	"encoding/base64"
	"fmt"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
	"go.yaml.in/yaml/v4"
)

// def encode(value, indent: int = 2) -> str
//
// encode returns a document. It takes None, bools, numbers, strings, bytes, lists,
// tuples and dicts. A value that is met twice is written twice.
func encode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	indent := 2
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "value", &v, "indent?", &indent); err != nil {
		return nil, err
	}
	if indent < 2 || indent > 9 {
		return nil, fmt.Errorf("%s: indent must be from 2 to 9, got %d", b.Name(), indent)
	}
	t := engine.Of(thread)
	if err := t.Printable(v); err != nil {
		return nil, err
	}
	e := &encoder{t: t}
	node, err := e.node(v, 0)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	out := &sink{t: t}
	dumper, err := yaml.NewDumper(out, yaml.WithIndent(indent), yaml.WithLineWidth(-1))
	if err == nil {
		err = dumper.Dump(node)
	}
	if err == nil {
		err = dumper.Close()
	}
	if stop := t.Cancelled(); stop != nil {
		return nil, stop
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return starlark.String(out.String()), nil
}

// A sink is a text that takes no more when the thread must stop.
type sink struct {
	bytes.Buffer
	t *engine.Thread
}

func (s *sink) Write(p []byte) (int, error) {
	if err := s.t.Cancelled(); err != nil {
		return 0, err
	}
	return s.Buffer.Write(p)
}

// An encoder makes nodes of values.
type encoder struct {
	t     *engine.Thread
	nodes int64
}

// nodeSize is what a node takes in memory, about.
const nodeSize = 256

func (e *encoder) count() error {
	if e.nodes++; e.nodes%1000 != 0 {
		return nil
	}
	if max := e.t.Run().Options().MaxMemory; max > 0 && e.nodes*nodeSize > max {
		return &engine.LimitError{Msg: fmt.Sprintf("YAML of more than %d values needs more than %d bytes, the limit of memory", e.nodes, max)}
	}
	return e.t.Cancelled()
}

func (e *encoder) node(v starlark.Value, depth int) (*yaml.Node, error) {
	if depth > MaxDepth {
		return nil, fmt.Errorf("the value is nested more than %d levels deep, or contains itself", MaxDepth)
	}
	if err := e.count(); err != nil {
		return nil, err
	}
	switch v := v.(type) {
	case *starlark.List:
		return e.sequence(v, depth)
	case starlark.Tuple:
		return e.sequence(v, depth)
	case *starlark.Dict:
		return e.mapping(v, depth)
	}
	return scalarNode(v)
}

func (e *encoder) sequence(list starlark.Indexable, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.SequenceNode, Tag: "!!seq"}
	for i := range list.Len() {
		c, err := e.node(list.Index(i), depth+1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, c)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n, nil
}

func (e *encoder) mapping(d *starlark.Dict, depth int) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.MappingNode, Tag: "!!map"}
	for k, v := range d.Entries() {
		key, err := scalarNode(k)
		if err != nil {
			return nil, fmt.Errorf("key of a dict: %w", err)
		}
		value, err := e.node(v, depth+1)
		if err != nil {
			return nil, err
		}
		n.Content = append(n.Content, key, value)
	}
	if len(n.Content) == 0 {
		n.Style = yaml.FlowStyle
	}
	return n, nil
}

func scalarNode(v starlark.Value) (*yaml.Node, error) {
	n := &yaml.Node{Kind: yaml.ScalarNode}
	switch v := v.(type) {
	case starlark.NoneType:
		n.Tag, n.Value = "!!null", "null"
	case starlark.Bool:
		n.Tag, n.Value = "!!bool", strings.ToLower(v.String())
	case starlark.Int:
		n.Tag, n.Value = "!!int", v.String()
	case starlark.Float:
		n.Tag, n.Value = "!!float", floatText(float64(v))
	case starlark.String:
		if !utf8.ValidString(string(v)) {
			return nil, fmt.Errorf("a string that is not valid UTF-8 cannot be encoded: use bytes")
		}
		n.Tag, n.Value = "!!str", string(v)
		switch {
		case strings.Contains(n.Value, "\n") && readable(n.Value):
			n.Style = yaml.LiteralStyle
		case old(n.Value):
			n.Style = yaml.SingleQuotedStyle
		}
	case starlark.Bytes:
		n.Tag, n.Value = "!!binary", base64.StdEncoding.EncodeToString([]byte(v))
	default:
		return nil, fmt.Errorf("a value of type %s cannot be encoded", v.Type())
	}
	return n, nil
}

// old reports whether YAML 1.1 takes a text for a bool, or for a number on the base of 60.
func old(s string) bool {
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off":
		return true
	}
	return strings.Contains(s, ":") && strings.Trim(s, "0123456789:_.+-") == ""
}

// floatText writes a float so that every reader takes it for one.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return ".inf"
	case math.IsInf(f, -1):
		return "-.inf"
	case math.IsNaN(f):
		return ".nan"
	}
	s := starlark.Float(f).String()
	if mantissa, exponent, ok := strings.Cut(s, "e"); ok && !strings.Contains(mantissa, ".") {
		return mantissa + ".0e" + exponent
	}
	return s
}

// readable reports whether a text may stand in a block as it is.
func readable(s string) bool {
	if s[0] == ' ' || s[0] == '\n' || s[0] == '\t' {
		return false
	}
	for i, r := range s {
		end := i+1 == len(s) || s[i+1] == '\n'
		if r != '\n' && !unicode.IsPrint(r) && r != '\t' || (r == ' ' || r == '\t') && end {
			return false
		}
	}
	return true
}
