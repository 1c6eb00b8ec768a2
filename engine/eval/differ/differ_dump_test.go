package differ_test

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// A dumper writes values so that one sees which are the same value, and which
// cannot be changed.
type dumper struct {
	out   strings.Builder
	seen  []starlark.Value
	probe bool // whether to look if values can be changed
}

// dump writes a value.
func (d *dumper) dump(v starlark.Value) {
	if d.out.Len() > 1<<16 {
		return
	}
	switch v := v.(type) {
	case *starlark.List:
		if d.known(v) {
			return
		}
		d.state(listState(v))
		d.items("[", starlark.Iterate(v), "]")
	case starlark.Tuple:
		d.items("(", v.Iterate(), ")")
	case *starlark.Set:
		if d.known(v) {
			return
		}
		d.state(setState(v))
		d.items("set(", v.Iterate(), ")")
	case *starlark.Dict:
		if d.known(v) {
			return
		}
		d.state(dictState(v))
		d.out.WriteString("{")
		for _, item := range v.Items() {
			d.dump(item[0])
			d.out.WriteString(": ")
			d.dump(item[1])
			d.out.WriteString(", ")
		}
		d.out.WriteString("}")
	case *row:
		if !d.known(v) {
			d.items("row(", v.Iterate(), ")")
		}
	case *bag:
		if !d.known(v) {
			fmt.Fprintf(&d.out, "%d open ", v.open)
			d.items("bag(", &iterator{items: v.items}, ")")
		}
	case *table:
		if !d.known(v) {
			d.out.WriteString("table ")
			d.dump(v.dict)
		}
	case *box:
		if !d.known(v) {
			fmt.Fprintf(&d.out, "box %v ", v.frozen)
			d.dump(v.n)
			d.dump(v.x)
		}
	case starlark.Callable:
		if !d.known(v) {
			d.out.WriteString(v.String())
		}
	default:
		d.out.WriteString(v.Type() + " " + v.String())
	}
}

func (d *dumper) items(open string, it starlark.Iterator, closing string) {
	defer it.Done()
	d.out.WriteString(open)
	var x starlark.Value
	for it.Next(&x) {
		d.dump(x)
		d.out.WriteString(", ")
	}
	d.out.WriteString(closing)
}

// known writes the number of a value, and reports whether it was seen before. The
// same number twice is the same value twice.
func (d *dumper) known(v starlark.Value) bool {
	for i, s := range d.seen {
		if s == v {
			fmt.Fprintf(&d.out, "#%d", i)
			return true
		}
	}
	fmt.Fprintf(&d.out, "#%d=", len(d.seen))
	d.seen = append(d.seen, v)
	return false
}

func (d *dumper) state(err error) {
	if d.probe && err != nil {
		fmt.Fprintf(&d.out, "<%s>", err)
	}
}

// The states are found out by changes that change nothing.

func listState(l *starlark.List) error {
	if l.Len() == 0 {
		return l.Clear()
	}
	return l.SetIndex(0, l.Index(0))
}

func dictState(d *starlark.Dict) error {
	for k, v := range d.Entries() {
		return d.SetKey(k, v)
	}
	return d.Clear()
}

func setState(s *starlark.Set) error {
	for x := range s.Elements() {
		return s.Insert(x)
	}
	return s.Clear()
}
