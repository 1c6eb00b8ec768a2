package guard

import (
	"fmt"
	"unsafe"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A visit is a container that is being written, and how much of it has been.
type visit struct {
	self  starlark.Value
	list  *starlark.List         // its elements, or
	items []starlark.Value       // its elements, or keys and values, or
	names *starlarkstruct.Struct // its fields

	next   int
	before int64 // length of the dry text when it began
	levels int   // nested in it, as far as has been seen
	cyclic bool  // a container in it is written as "..."
}

// scan is how many levels are looked through for a container that is in itself;
// those below are in a map.
const scan = 16

// value writes x as repr does. A list or dict that is in itself ends as [...] there,
// also where go.starlark.net, through a struct, would not find the end.
func (t *text) value(x starlark.Value) error {
	if !isContainer(x) {
		return t.leaf(x)
	}
	if err := t.enter(x); err != nil {
		return err
	}
	for len(t.stack) > 0 {
		if err := t.b.spend(1); err != nil {
			return err
		}
		x, more, err := t.step(&t.stack[len(t.stack)-1])
		switch {
		case err != nil:
			return err
		case !more:
			err = t.leave()
		case isContainer(x):
			err = t.enter(x)
		default:
			err = t.leaf(x)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func isContainer(x starlark.Value) bool {
	switch x.(type) {
	case *starlark.List, starlark.Tuple, *starlark.Dict, *starlark.Set, *starlarkstruct.Struct:
		return true
	}
	return false
}

// step returns the next value in v, after writing what stands before it.
func (t *text) step(v *visit) (x starlark.Value, more bool, err error) {
	i := v.next
	v.next++
	between := ", "
	switch {
	case v.list != nil:
		if i == v.list.Len() {
			return nil, false, nil
		}
		x = v.list.Index(i)
	case v.names != nil:
		if i == v.names.Len() {
			return nil, false, nil
		}
		name, field := v.names.AttrAt(i)
		if i > 0 {
			name = ", " + name
		}
		return field, true, t.add(name + " = ")
	default:
		if i == len(v.items) {
			return nil, false, nil
		}
		x = v.items[i]
		if _, dict := v.self.(*starlark.Dict); dict && i%2 == 1 {
			between = ": "
		}
	}
	if i > 0 {
		err = t.add(between)
	}
	return x, true, err
}

// enter begins to write a container, if it cannot be written at once.
func (t *text) enter(x starlark.Value) error {
	if e, ok := t.known[pieceOf(x)]; ok {
		t.contains(e.levels+1, false)
		if err := t.levels(len(t.stack) + e.levels + 1); err != nil {
			return err
		}
		return t.count(e.bytes)
	}
	v := visit{self: x, before: t.n}
	open, cycle := "", ""
	switch x := x.(type) {
	case *starlark.List:
		v.list, open, cycle = x, "[", "[...]"
	case starlark.Tuple:
		v.items, open = x, "("
	case *starlark.Dict:
		open, cycle = "{", "{...}"
	case *starlark.Set:
		open = "set(["
	case *starlarkstruct.Struct:
		v.names = x
		open = structName(x) + "("
	}
	if cycle != "" && t.isOn(x) {
		t.contains(1, true)
		return t.add(cycle)
	}
	if err := t.levels(len(t.stack) + 1); err != nil {
		return err
	}
	switch x := x.(type) {
	case *starlark.Dict:
		v.items = make([]starlark.Value, 0, 2*x.Len())
		for k, e := range x.Entries() {
			v.items = append(v.items, k, e)
		}
	case *starlark.Set:
		v.items = make([]starlark.Value, 0, x.Len())
		for k := range x.Elements() {
			v.items = append(v.items, k)
		}
	}
	if cycle != "" && len(t.stack) >= scan {
		if t.on == nil {
			t.on = map[starlark.Value]bool{}
		}
		t.on[x] = true
	}
	t.stack = append(t.stack, v)
	return t.add(open)
}

// contains notes that levels of values are nested in the innermost container, and
// whether one of them is written as "...".
func (t *text) contains(levels int, cyclic bool) {
	if top := len(t.stack) - 1; top >= 0 {
		t.stack[top].levels = max(t.stack[top].levels, levels)
		t.stack[top].cyclic = t.stack[top].cyclic || cyclic
	}
}

// levels says whether values may be nested as deep.
func (t *text) levels(n int) error {
	if n <= t.deep {
		return nil
	}
	return &LimitError{Msg: fmt.Sprintf("text of a value nested more than %d levels deep", t.deep)}
}

func structName(x *starlarkstruct.Struct) string {
	if name, ok := x.Constructor().(starlark.String); ok {
		return string(name)
	}
	return x.Constructor().String()
}

func (t *text) isOn(x starlark.Value) bool {
	for _, v := range t.stack[:min(scan, len(t.stack))] {
		if _, tuple := v.self.(starlark.Tuple); !tuple && v.self == x {
			return true
		}
	}
	return t.on[x]
}

// leave ends the innermost container.
func (t *text) leave() error {
	top := len(t.stack) - 1
	v := &t.stack[top]
	end := ""
	switch x := v.self.(type) {
	case *starlark.List:
		end = "]"
		delete(t.on, v.self)
	case starlark.Tuple:
		end = ")"
		if len(x) == 1 {
			end = ",)"
		}
	case *starlark.Dict:
		end = "}"
		delete(t.on, v.self)
	case *starlark.Set:
		end = "])"
	case *starlarkstruct.Struct:
		end = ")"
	}
	if err := t.add(end); err != nil {
		return err
	}
	if !v.cyclic { // else it is written otherwise elsewhere
		t.know(pieceOf(v.self), extent{t.n - v.before, v.levels})
	}
	levels, cyclic := v.levels, v.cyclic
	*v = visit{}
	t.stack = t.stack[:top]
	t.contains(levels+1, cyclic)
	return nil
}

func pieceOf(x starlark.Value) piece {
	switch x := x.(type) {
	case *starlark.List:
		return piece{unsafe.Pointer(x), -1}
	case starlark.Tuple:
		return piece{unsafe.Pointer(unsafe.SliceData(x)), len(x)}
	case *starlark.Dict:
		return piece{unsafe.Pointer(x), -1}
	case *starlark.Set:
		return piece{unsafe.Pointer(x), -1}
	case *starlarkstruct.Struct:
		return piece{unsafe.Pointer(x), -1}
	}
	return piece{}
}

// Text is x.String(), but it can be stopped, refuses to become longer than Max, and
// x may be nested deeper than go.starlark.net's recursive code can go.
func (b *Budget) Text(x starlark.Value) (string, error) {
	switch x := x.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Float:
		return x.String(), nil
	case starlark.Int:
		if isSmall(x) {
			return x.String(), nil
		}
	}
	return b.build(func(t *text) error { return t.value(x) })
}

// Printable says whether go.starlark.net's code, or code like it, may write all the
// values: whether their text is not too long and they are not nested too deep. A
// built-in that writes a value out asks first: it could not be stopped.
func (b *Budget) Printable(values ...starlark.Value) error {
	t := text{b: b, dry: true, max: b.Max, deep: maxDepth}
	for _, x := range values {
		var err error
		switch x := x.(type) {
		case starlark.NoneType, starlark.Bool, starlark.Float:
		case starlark.String:
			err = t.count(int64(len(x)))
		default:
			err = t.value(x)
		}
		if err != nil {
			return err
		}
	}
	return b.room(t.n)
}
