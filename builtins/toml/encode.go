package toml

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// maxDepth is how deep values may be nested that are encoded.
const maxDepth = 1000

// def encode(value: dict) -> str
//
// encode returns a document. value is a dict; its keys are strings, and its values
// strings, ints of 64 bits, floats, bools, moments of the time module, lists, tuples and
// dicts. None cannot be encoded. A table comes behind what is not one, as TOML wants it.
func encode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var d *starlark.Dict
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "value", &d); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if err := t.Printable(d, d); err != nil {
		return nil, err
	}
	w := &writer{t: t}
	if err := w.table(d, nil); err != nil {
		return nil, fmt.Errorf("%s: %w", b.Name(), err)
	}
	return starlark.String(w.out.String()), nil
}

// A writer writes a document.
type writer struct {
	t    *engine.Thread
	out  strings.Builder
	seen int
}

// table writes the keys of a table, then the tables in it.
func (w *writer) table(d *starlark.Dict, path []string) error {
	if len(path) > maxDepth {
		return errDeep
	}
	var tables []starlark.Tuple
	for k, v := range d.Entries() {
		name, ok := starlark.AsString(k)
		if !ok {
			return fmt.Errorf("%sa key must be a string, not %s", in(path), k.Type())
		}
		if isTable(v) || isTables(v) {
			tables = append(tables, starlark.Tuple{k, v})
			continue
		}
		key, err := quoted(name, true)
		if err != nil {
			return err
		}
		w.out.WriteString(key + " = ")
		if err := w.value(v, 0); err != nil {
			return fmt.Errorf("%s%w", in(append(path, key)), err)
		}
		w.out.WriteByte('\n')
	}
	for _, kv := range tables {
		key, err := quoted(string(kv[0].(starlark.String)), true)
		if err != nil {
			return err
		}
		if err := w.tables(kv[1], append(path, key)); err != nil {
			return err
		}
	}
	return nil
}

var errDeep = fmt.Errorf("the value is nested more than %d levels deep, or contains itself", maxDepth)

// in says where in the document something is.
func in(path []string) string {
	if len(path) == 0 {
		return ""
	}
	if len(path) > 10 {
		path = append(append([]string{}, path[:5]...), append([]string{"…"}, path[len(path)-5:]...)...)
	}
	return strings.Join(path, ".") + ": "
}

// tables writes a table, or each of a list, with its head.
func (w *writer) tables(v starlark.Value, path []string) error {
	name := strings.Join(path, ".")
	head := func(text string) {
		if w.out.Len() > 0 {
			w.out.WriteByte('\n')
		}
		w.out.WriteString(text + "\n")
	}
	if d, ok := v.(*starlark.Dict); ok {
		if d.Len() == 0 || !onlyTables(d) {
			head("[" + name + "]")
		}
		return w.table(d, path)
	}
	list := v.(starlark.Indexable)
	for i := range list.Len() {
		head("[[" + name + "]]")
		if err := w.table(list.Index(i).(*starlark.Dict), path); err != nil {
			return err
		}
	}
	return nil
}

func isTable(v starlark.Value) bool { _, ok := v.(*starlark.Dict); return ok }

// isTables reports whether v is a list of dicts.
func isTables(v starlark.Value) bool {
	var list starlark.Indexable
	switch v := v.(type) {
	case *starlark.List:
		list = v
	case starlark.Tuple:
		list = v
	default:
		return false
	}
	for i := range list.Len() {
		if !isTable(list.Index(i)) {
			return false
		}
	}
	return list.Len() > 0
}

// onlyTables reports whether a table has no key of its own, so that it needs no head.
func onlyTables(d *starlark.Dict) bool {
	for _, v := range d.Entries() {
		if !isTable(v) && !isTables(v) {
			return false
		}
	}
	return true
}

// value writes what stands behind "=".
func (w *writer) value(v starlark.Value, depth int) error {
	if depth > maxDepth {
		return errDeep
	}
	if w.seen++; w.seen%1000 == 0 {
		if err := w.t.Cancelled(); err != nil {
			return err
		}
	}
	switch v := v.(type) {
	case starlark.String:
		s, err := quoted(string(v), false)
		w.out.WriteString(s)
		return err
	case starlark.Int:
		if _, ok := v.Int64(); !ok {
			return errors.New("an int of more than 64 bits cannot be encoded: use a string")
		}
		w.out.WriteString(v.String())
	case starlark.Bool:
		w.out.WriteString(strconv.FormatBool(bool(v)))
	case starlark.Float:
		w.out.WriteString(floatString(float64(v)))
	case startime.Time:
		w.out.WriteString(time.Time(v).Format(time.RFC3339Nano))
	case *starlark.List:
		return w.array(v, depth)
	case starlark.Tuple:
		return w.array(v, depth)
	case *starlark.Dict:
		return w.inline(v, depth)
	case starlark.NoneType:
		return errors.New("None cannot be encoded: TOML has no null; leave the key out")
	default:
		return fmt.Errorf("a value of type %s cannot be encoded", v.Type())
	}
	return nil
}

func (w *writer) array(list starlark.Indexable, depth int) error {
	w.out.WriteByte('[')
	for i := range list.Len() {
		if i > 0 {
			w.out.WriteString(", ")
		}
		if err := w.value(list.Index(i), depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte(']')
	return nil
}

func (w *writer) inline(d *starlark.Dict, depth int) error {
	w.out.WriteByte('{')
	first := true
	for k, v := range d.Entries() {
		name, ok := starlark.AsString(k)
		if !ok {
			return fmt.Errorf("a key must be a string, not %s", k.Type())
		}
		key, err := quoted(name, true)
		if err != nil {
			return err
		}
		if !first {
			w.out.WriteString(", ")
		}
		first = false
		w.out.WriteString(key + " = ")
		if err := w.value(v, depth+1); err != nil {
			return err
		}
	}
	w.out.WriteByte('}')
	return nil
}

func floatString(f float64) string {
	switch {
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	}
	return starlark.Float(f).String()
}

// quoted returns a string as TOML has it; a key is bare if it can be.
func quoted(s string, key bool) (string, error) {
	if !utf8.ValidString(s) {
		return "", errors.New("a string that is not valid UTF-8 cannot be encoded")
	}
	if key && s != "" && strings.Trim(s, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-") == "" {
		return s, nil
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\t':
			b.WriteString(`\t`)
		case r == '\r':
			b.WriteString(`\r`)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String(), nil
}
