package threadgroup

import (
	"strings"

	"go.starlark.net/starlark"
)

// Results can hold lists that hold the results: starlark's own printing sees
// cycles of lists and dicts only, so values inside results are printed here.

// repr is what print shows of v inside a list.
func repr(v starlark.Value) string {
	p := printer{path: map[any]bool{}}
	p.value(v)
	return p.String()
}

// A printer writes values; what it is in the midst of writing it writes as "...".
type printer struct {
	strings.Builder
	path  map[any]bool
	nodes int // values written
}

// maxNodes bounds the values that are written: a small structure may be shared so
// often that its text fills any memory. The rest is "...".
const maxNodes = 10_000_000

func (p *printer) full() bool { return p.nodes > maxNodes }

// maxNesting bounds the depth to which values are printed.
const maxNesting = 1000

func (p *printer) value(v starlark.Value) {
	if p.nodes++; p.full() {
		p.WriteString("...")
		return
	}
	switch v := v.(type) {
	case nil:
		p.WriteString("None")
	case *starlark.List:
		p.nested(v, "[", "]", func() { p.elements(v) })
	case *starlark.Set:
		p.nested(v, "set([", "])", func() { p.elements(v) })
	case starlark.Tuple:
		p.tuple(v)
	case *starlark.Dict:
		p.nested(v, "{", "}", func() { p.entries(v) })
	case *Result:
		p.nested(v, "(", ")", func() { v.write(p) })
	case *Results:
		p.nested(v, "[", "]", func() { p.elements(v) })
	case *Function:
		p.nested(v, "", "", func() { v.write(p) })
	default:
		p.WriteString(v.String())
	}
}

func (p *printer) nested(v any, open, close string, body func()) {
	if p.path[v] || len(p.path) >= maxNesting {
		p.WriteString(open + "..." + close)
		return
	}
	p.path[v] = true
	p.WriteString(open)
	body()
	p.WriteString(close)
	delete(p.path, v)
}

func (p *printer) elements(it starlark.Iterable) {
	first := true
	for e := range starlark.Elements(it) {
		if p.full() {
			return
		}
		if !first {
			p.WriteString(", ")
		}
		first = false
		p.value(e)
	}
}

func (p *printer) entries(d *starlark.Dict) {
	first := true
	for k, v := range d.Entries() {
		if p.full() {
			return
		}
		if !first {
			p.WriteString(", ")
		}
		first = false
		p.value(k)
		p.WriteString(": ")
		p.value(v)
	}
}

// tuple has no identity: only what it holds can close a cycle.
func (p *printer) tuple(t starlark.Tuple) {
	p.WriteByte('(')
	for i, e := range t {
		if p.full() {
			break
		}
		if i > 0 {
			p.WriteString(", ")
		}
		p.value(e)
	}
	if len(t) == 1 {
		p.WriteByte(',')
	}
	p.WriteByte(')')
}
