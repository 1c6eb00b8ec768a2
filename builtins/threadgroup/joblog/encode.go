package joblog

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// Values are written as the JSON that stands for them, where it does without loss.
// What JSON does not tell apart is tagged:
//
//	(1, 2)         {"$tuple":[1,2]}
//	{"$x": 1}      {"$dict":{"$x":1}}   a dict with a key that begins with "$"
//
// A number is a float if it has a ".", an "e" or an "E", else an int. Dicts keep their order.
const (
	tagTuple = "$tuple"
	tagDict  = "$dict"
)

// maxDepth is how many values may be within each other.
const maxDepth = 1000

// An Unheld says what of a value cannot be kept, and where it is.
type Unheld struct {
	Path string // value["hosts"][3]
	Msg  string // is a set
}

func (e *Unheld) Error() string { return e.Path + " " + e.Msg }

// Encode writes a value as JSON from which Decode makes an equal one, of the same
// types. It holds None, bool, int, finite floats, strings of valid UTF-8, lists, tuples
// and dicts with such strings as keys, up to 1000 within each other and 64 MiB of JSON;
// anything else is an *Unheld. A list that is met twice is written twice. The value
// must not change meanwhile.
func Encode(v starlark.Value) ([]byte, error) {
	e := encoder{path: map[any]bool{}}
	err := e.value(v)
	if err == nil && e.b.Len() > maxValue {
		err = tooBig()
	}
	if err != nil {
		return nil, &Unheld{"value" + err.path(), err.msg}
	}
	return e.b.Bytes(), nil
}

// A refusal is an Unheld on its way out.
type refusal struct {
	msg   string
	steps []string // of the path, innermost first
}

func refuse(format string, args ...any) *refusal { return &refusal{msg: fmt.Sprintf(format, args...)} }

func (r *refusal) in(step string) *refusal {
	r.steps = append(r.steps, step)
	return r
}

// path writes the steps, of a long path both ends.
func (r *refusal) path() string {
	slices.Reverse(r.steps)
	if n := len(r.steps); n > 20 {
		r.steps = slices.Concat(r.steps[:10], []string{"…"}, r.steps[n-10:])
	}
	return strings.Join(r.steps, "")
}

type encoder struct {
	b     bytes.Buffer
	path  map[any]bool // lists and dicts that are being written
	depth int
}

func (e *encoder) value(v starlark.Value) *refusal {
	if e.b.Len() > maxValue {
		return tooBig()
	}
	switch v := v.(type) {
	case starlark.NoneType:
		e.b.WriteString("null")
	case starlark.Bool:
		e.b.WriteString(strconv.FormatBool(bool(v)))
	case starlark.Int:
		return e.int(v)
	case starlark.Float:
		return e.float(float64(v))
	case starlark.String:
		return e.text(string(v), "is a string")
	case starlark.Tuple:
		return e.deeper(func() *refusal { return e.tuple(v) })
	case *starlark.List:
		return e.within(v, func() *refusal { return e.elements(v) })
	case *starlark.Dict:
		return e.within(v, func() *refusal { return e.dict(v) })
	default:
		return refuse("is %s", withArticle(v.Type()))
	}
	return nil
}

// within writes a container that may contain itself.
func (e *encoder) within(v any, write func() *refusal) *refusal {
	if e.path[v] {
		return refuse("contains itself")
	}
	e.path[v] = true
	defer delete(e.path, v)
	return e.deeper(write)
}

// deeper writes a container.
func (e *encoder) deeper(write func() *refusal) *refusal {
	if e.depth++; e.depth > maxDepth {
		return refuse("is nested more than %d levels deep", maxDepth)
	}
	defer func() { e.depth-- }()
	return write()
}

func tooBig() *refusal { return refuse("would take more than %d MiB", maxValue>>20) }

func (e *encoder) int(n starlark.Int) *refusal {
	if small, ok := n.Int64(); ok {
		e.b.Write(strconv.AppendInt(e.b.AvailableBuffer(), small, 10))
		return nil
	}
	b := n.BigInt()
	if b.BitLen()/4 > maxValue {
		return tooBig()
	}
	e.b.Write(b.Append(e.b.AvailableBuffer(), 10))
	return nil
}

func (e *encoder) float(f float64) *refusal {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return refuse("is the float %s", starlark.Float(f))
	}
	s := strconv.FormatFloat(f, 'g', -1, 64)
	e.b.WriteString(s)
	if !strings.ContainsAny(s, ".e") {
		e.b.WriteString(".0")
	}
	return nil
}

func (e *encoder) text(s, is string) *refusal {
	if !utf8.ValidString(s) {
		return refuse("%s that is not valid UTF-8", is)
	}
	if e.b.Len()+len(s) > maxValue {
		return tooBig()
	}
	if plain(s) {
		e.b.WriteByte('"')
		e.b.WriteString(s)
		e.b.WriteByte('"')
		return nil
	}
	w := json.NewEncoder(&e.b)
	w.SetEscapeHTML(false)
	_ = w.Encode(s)             // a string in a buffer cannot fail
	e.b.Truncate(e.b.Len() - 1) // the end of the line
	return nil
}

// plain reports whether a string stands in JSON as it is.
func plain(s string) bool {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return false
		}
	}
	return true
}

func (e *encoder) tuple(t starlark.Tuple) *refusal {
	e.b.WriteString(`{"` + tagTuple + `":`)
	if err := e.elements(t); err != nil {
		return err
	}
	e.b.WriteByte('}')
	return nil
}

func (e *encoder) elements(list starlark.Indexable) *refusal {
	e.b.WriteByte('[')
	for i := range list.Len() {
		if i > 0 {
			e.b.WriteByte(',')
		}
		if err := e.value(list.Index(i)); err != nil {
			return err.in(fmt.Sprintf("[%d]", i))
		}
	}
	e.b.WriteByte(']')
	return nil
}

func (e *encoder) dict(d *starlark.Dict) *refusal {
	items := d.Items()
	tagged := slices.ContainsFunc(items, func(kv starlark.Tuple) bool {
		k, ok := starlark.AsString(kv[0])
		return ok && strings.HasPrefix(k, "$")
	})
	if tagged {
		e.b.WriteString(`{"` + tagDict + `":`)
		defer e.b.WriteByte('}')
	}
	e.b.WriteByte('{')
	for i, kv := range items {
		if i > 0 {
			e.b.WriteByte(',')
		}
		k, ok := kv[0].(starlark.String)
		if !ok {
			return refuse("has a key that is %s", withArticle(kv[0].Type()))
		}
		if err := e.text(string(k), "has a key"); err != nil {
			return err
		}
		e.b.WriteByte(':')
		if err := e.value(kv[1]); err != nil {
			return err.in("[" + strconv.Quote(shortened(string(k), 40)) + "]")
		}
	}
	e.b.WriteByte('}')
	return nil
}

// withArticle puts a or an before the name of a type.
func withArticle(name string) string {
	switch {
	case name == "bytes" || name == "NoneType":
		return "of type " + name
	case name != "" && strings.ContainsRune("aeiouAEIO", rune(name[0])):
		return "an " + name
	}
	return "a " + name
}
