// Package valuejson writes values as JSON that people can read and edit, and from which
// equal values are made, of the same types.
package valuejson

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

const (
	// MaxBytes is how many bytes of JSON a value may take.
	MaxBytes = 64 << 20

	// maxDepth is how many values may be within each other.
	maxDepth = 1000
)

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
	var e encoder
	err := e.value(v)
	if err == nil && e.b.Len() > MaxBytes {
		err = e.tooBig()
	}
	if err != nil {
		return nil, &Unheld{"value" + err.path(), err.msg}
	}
	return e.b.Bytes(), nil
}

// A refusal is an Unheld on its way out.
type refusal struct {
	msg   string
	level int      // 1-based: of the container that it is about, if that is not the innermost; 0: it is
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
	b      bytes.Buffer
	within []starlark.Value // containers that are being written, outermost first
}

func (e *encoder) value(v starlark.Value) *refusal {
	if e.b.Len() > MaxBytes {
		return e.tooBig()
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
	case starlark.Tuple, *starlark.List, *starlark.Dict:
		return e.container(v)
	default:
		return refuse("is %s", withArticle(v.Type()))
	}
	return nil
}

func (e *encoder) container(v starlark.Value) (err *refusal) {
	e.within = append(e.within, v)
	depth := len(e.within)
	if depth > maxDepth {
		return e.stuck("is nested more than %d levels deep", maxDepth)
	}
	switch v := v.(type) {
	case starlark.Tuple:
		err = e.tuple(v)
	case *starlark.List:
		err = e.elements(v)
	case *starlark.Dict:
		err = e.dict(v)
	}
	if err != nil && err.level > 0 && depth >= err.level {
		err.steps = nil
	}
	e.within = e.within[:depth-1]
	return err
}

// stuck refuses what cannot go on: because it goes in a circle, or for another reason.
// That it does is seen only here, for looking each time would cost more than the rest.
func (e *encoder) stuck(format string, args ...any) *refusal {
	seen := map[starlark.Value]bool{}
	for i, v := range e.within {
		if _, ok := v.(starlark.Tuple); ok {
			continue // contains itself only through another
		}
		if seen[v] {
			return &refusal{msg: "contains itself", level: i + 1}
		}
		seen[v] = true
	}
	return refuse(format, args...)
}

func (e *encoder) tooBig() *refusal {
	return e.stuck("would take more than %d MiB", MaxBytes>>20)
}

func (e *encoder) int(n starlark.Int) *refusal {
	if small, ok := n.Int64(); ok {
		e.b.Write(strconv.AppendInt(e.b.AvailableBuffer(), small, 10))
		return nil
	}
	b := n.BigInt()
	if b.BitLen()/4 > MaxBytes {
		return e.tooBig()
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
	if e.b.Len()+len(s) > MaxBytes {
		return e.tooBig()
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

func shortened(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
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
