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

// A writer writes values as repr does, with a stack of its own.
type writer struct {
	*text
	stack []visit
	on    map[starlark.Value]bool // lists and dicts from the scan-th level on
}

// value writes x as repr does. A list or dict that is in itself ends as [...] there,
// also where go.starlark.net, through a struct, would not find the end.
func (t *text) value(x starlark.Value) error {
	if !isContainer(x) {
		return t.leaf(x)
	}
	var room [4]visit
	w := writer{text: t, stack: room[:0]}
	if err := w.enter(x); err != nil {
		return err
	}
	for len(w.stack) > 0 {
		if err := t.b.spend(1); err != nil {
			return err
		}
		x, more, err := w.step(&w.stack[len(w.stack)-1])
		switch {
		case err != nil:
			return err
		case !more:
			err = w.leave()
		case isContainer(x):
			err = w.enter(x)
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
func (w *writer) step(v *visit) (x starlark.Value, more bool, err error) {
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
		return field, true, w.add(name + " = ")
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
		err = w.add(between)
	}
	return x, true, err
}

// enter begins to write a container, if it cannot be written at once.
func (w *writer) enter(x starlark.Value) error {
	if e, ok := w.known[pieceOf(x)]; ok {
		w.contains(e.levels+1, false)
		if err := w.levels(len(w.stack) + e.levels + 1); err != nil {
			return err
		}
		return w.count(e.bytes)
	}
	v := visit{self: x, before: w.n}
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
	if cycle != "" && w.isOn(x) {
		w.contains(1, true)
		return w.add(cycle)
	}
	if err := w.levels(len(w.stack) + 1); err != nil {
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
	if cycle != "" && len(w.stack) >= scan {
		if w.on == nil {
			w.on = map[starlark.Value]bool{}
		}
		w.on[x] = true
	}
	w.stack = append(w.stack, v)
	return w.add(open)
}

// contains notes that levels of values are nested in the innermost container, and
// whether one of them is written as "...".
func (w *writer) contains(levels int, cyclic bool) {
	if top := len(w.stack) - 1; top >= 0 {
		w.stack[top].levels = max(w.stack[top].levels, levels)
		w.stack[top].cyclic = w.stack[top].cyclic || cyclic
	}
}

// levels says whether values may be nested as deep.
func (w *writer) levels(n int) error {
	if w.deep == 0 || n <= w.deep {
		return nil
	}
	return &LimitError{Msg: fmt.Sprintf("text of a value nested more than %d levels deep", w.deep)}
}

func structName(x *starlarkstruct.Struct) string {
	if name, ok := x.Constructor().(starlark.String); ok {
		return string(name)
	}
	return x.Constructor().String()
}

func (w *writer) isOn(x starlark.Value) bool {
	for _, v := range w.stack[:min(scan, len(w.stack))] {
		if _, tuple := v.self.(starlark.Tuple); !tuple && v.self == x {
			return true
		}
	}
	return w.on[x]
}

// leave ends the innermost container.
func (w *writer) leave() error {
	top := len(w.stack) - 1
	v := &w.stack[top]
	end := ""
	switch x := v.self.(type) {
	case *starlark.List:
		end = "]"
		delete(w.on, v.self)
	case starlark.Tuple:
		end = ")"
		if len(x) == 1 {
			end = ",)"
		}
	case *starlark.Dict:
		end = "}"
		delete(w.on, v.self)
	case *starlark.Set:
		end = "])"
	case *starlarkstruct.Struct:
		end = ")"
	}
	if err := w.add(end); err != nil {
		return err
	}
	if !v.cyclic { // else it is written otherwise elsewhere
		w.know(pieceOf(v.self), extent{w.n - v.before, v.levels})
	}
	levels, cyclic := v.levels, v.cyclic
	*v = visit{}
	w.stack = w.stack[:top]
	w.contains(levels+1, cyclic)
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
// may be nested as deep as it is.
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
	return nil
}
