package eval_test

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A box has attributes, operators and an order; some of each fail.
type box struct {
	n, x   starlark.Value
	frozen bool
}

var (
	_ starlark.HasSetField = (*box)(nil)
	_ starlark.HasBinary   = (*box)(nil)
	_ starlark.HasUnary    = (*box)(nil)
	_ starlark.Comparable  = (*box)(nil)
)

func makeBox(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n starlark.Int
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	return &box{n: n, x: starlark.None}, nil
}

func (b *box) String() string       { return fmt.Sprintf("box(%s)", b.n) }
func (b *box) Type() string         { return "box" }
func (b *box) Freeze()              { b.frozen = true }
func (b *box) Truth() starlark.Bool { return b.n.Truth() }
func (b *box) Hash() (uint32, error) {
	if b.n == starlark.MakeInt(0) {
		return 0, errors.New("unhashable box")
	}
	return b.n.Hash()
}
func (b *box) AttrNames() []string { return []string{"bad", "call", "gone", "n", "typo", "x"} }

func (b *box) Attr(name string) (starlark.Value, error) {
	switch name {
	case "n":
		return b.n, nil
	case "x":
		return b.x, nil
	case "call":
		return starlark.NewBuiltin("call", apply).BindReceiver(b), nil
	case "bad":
		return nil, errors.New("bad attribute")
	case "typo":
		return nil, starlark.NoSuchAttrError("no attribute typo")
	}
	return nil, nil
}

func (b *box) SetField(name string, v starlark.Value) error {
	switch name {
	case "n":
		b.n = v
	case "x":
		if b.frozen {
			return errors.New("frozen box")
		}
		b.x = v
	case "ro":
		return errors.New("ro cannot be set")
	default:
		return starlark.NoSuchAttrError("box has no ." + name)
	}
	return nil
}

func (b *box) Binary(op syntax.Token, y starlark.Value, side starlark.Side) (starlark.Value, error) {
	switch y := y.(type) {
	case starlark.Int:
		if y == starlark.MakeInt(13) {
			return nil, fmt.Errorf("13 is refused by %s", op)
		}
		if op == syntax.PLUS {
			n, err := starlark.Binary(op, b.n, y)
			return &box{n: n, x: starlark.Bool(side)}, err
		}
	case starlark.String:
		return nil, fmt.Errorf("box %s string (%v)", op, side)
	case *box:
		if op == syntax.MINUS {
			n, err := starlark.Binary(op, b.n, y.n)
			return &box{n: n, x: starlark.None}, err
		}
	}
	return nil, nil
}

func (b *box) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.MINUS:
		n, err := starlark.Unary(op, b.n)
		return &box{n: n, x: starlark.None}, err
	case syntax.PLUS:
		return nil, errors.New("no unary plus")
	}
	return nil, nil
}

func (b *box) CompareSameType(op syntax.Token, y starlark.Value, depth int) (bool, error) {
	if b.n == starlark.MakeInt(13) {
		return false, errors.New("13 cannot be compared")
	}
	return starlark.CompareDepth(op, b.n, y.(*box).n, depth)
}

// A row is a sequence whose elements can be set.
type row struct{ items []starlark.Value }

var (
	_ starlark.HasSetIndex = (*row)(nil)
	_ starlark.Sliceable   = (*row)(nil)
	_ starlark.Sequence    = (*row)(nil)
	_ starlark.HasAttrs    = (*row)(nil)
)

func makeRow(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(kwargs) > 0 {
		return nil, errors.New("row: no names please")
	}
	return &row{append([]starlark.Value(nil), args...)}, nil
}

func (r *row) String() string             { return "row" + starlark.Tuple(r.items).String() }
func (r *row) Type() string               { return "row" }
func (r *row) Freeze()                    {}
func (r *row) Truth() starlark.Bool       { return len(r.items) > 0 }
func (r *row) Hash() (uint32, error)      { return 0, errors.New("unhashable row") }
func (r *row) Len() int                   { return len(r.items) }
func (r *row) Index(i int) starlark.Value { return r.items[i] }
func (r *row) Iterate() starlark.Iterator { return &iterator{items: r.items} }
func (r *row) AttrNames() []string        { return []string{"n"} }
func (r *row) Attr(name string) (starlark.Value, error) {
	if name == "n" {
		return starlark.MakeInt(len(r.items)), nil
	}
	return nil, nil
}

func (r *row) SetIndex(i int, v starlark.Value) error {
	if v == starlark.String("bad") {
		return errors.New("row refuses it")
	}
	r.items[i] = v
	return nil
}

func (r *row) Slice(start, end, step int) starlark.Value {
	part := &row{}
	for i := start; step > 0 && i < end || step < 0 && i > end; i += step {
		part.items = append(part.items, r.items[i])
	}
	return part
}

// A table is a mapping that is no dict; it cannot be iterated over.
type table struct{ dict *starlark.Dict }

var (
	_ starlark.HasSetKey       = (*table)(nil)
	_ starlark.IterableMapping = (*table)(nil)
)

func makeTable(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := &table{new(starlark.Dict)}
	for _, kv := range kwargs {
		if err := t.dict.SetKey(kv[0], kv[1]); err != nil {
			return nil, err
		}
	}
	return t, starlark.UnpackPositionalArgs(b.Name(), args, nil, 0)
}

func (t *table) String() string             { return "table(" + t.dict.String() + ")" }
func (t *table) Type() string               { return "table" }
func (t *table) Freeze()                    { t.dict.Freeze() }
func (t *table) Truth() starlark.Bool       { return true }
func (t *table) Hash() (uint32, error)      { return 0, errors.New("unhashable table") }
func (t *table) Items() []starlark.Tuple    { return t.dict.Items() }
func (t *table) Iterate() starlark.Iterator { return t.dict.Iterate() }
func (t *table) SetKey(k, v starlark.Value) error {
	if k == starlark.String("bad") {
		return errors.New("table refuses the key")
	}
	return t.dict.SetKey(k, v)
}

func (t *table) Get(k starlark.Value) (starlark.Value, bool, error) {
	if k == starlark.String("bad") {
		return nil, false, errors.New("table does not like the key")
	}
	return t.dict.Get(k)
}

// A bag can only be iterated over. It knows how many iterators are open.
type bag struct {
	items []starlark.Value
	open  int
}

var (
	_ starlark.Iterable = (*bag)(nil)
	_ starlark.HasAttrs = (*bag)(nil)
)

func makeBag(_ *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
	return &bag{items: append([]starlark.Value(nil), args...)}, nil
}

func (b *bag) String() string        { return fmt.Sprintf("bag%s, %d open", starlark.Tuple(b.items), b.open) }
func (b *bag) Type() string          { return "bag" }
func (b *bag) Freeze()               {}
func (b *bag) Truth() starlark.Bool  { return len(b.items) != 1 }
func (b *bag) Hash() (uint32, error) { return 5, nil }
func (b *bag) AttrNames() []string   { return []string{"open"} }
func (b *bag) Attr(name string) (starlark.Value, error) {
	if name == "open" {
		return starlark.MakeInt(b.open), nil
	}
	return nil, nil
}

func (b *bag) Iterate() starlark.Iterator {
	b.open++
	return &iterator{items: b.items, done: func() { b.open-- }}
}

type iterator struct {
	items []starlark.Value
	done  func()
}

func (it *iterator) Next(p *starlark.Value) bool {
	if len(it.items) == 0 {
		return false
	}
	*p, it.items = it.items[0], it.items[1:]
	return true
}

func (it *iterator) Done() {
	if it.done != nil {
		it.done()
	}
}

// A waker calls a function of the script when an operator is applied to it.
type waker struct {
	thread *starlark.Thread
	fn     starlark.Value
}

var (
	_ starlark.HasBinary  = (*waker)(nil)
	_ starlark.HasUnary   = (*waker)(nil)
	_ starlark.HasAttrs   = (*waker)(nil)
	_ starlark.Mapping    = (*waker)(nil)
	_ starlark.Iterable   = (*waker)(nil)
	_ starlark.Comparable = (*waker)(nil)
)

func makeWaker(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	w := &waker{thread: thread}
	return w, starlark.UnpackPositionalArgs(b.Name(), args, kwargs, 1, &w.fn)
}

func (w *waker) wake() (starlark.Value, error) { return starlark.Call(w.thread, w.fn, nil, nil) }

func (w *waker) String() string        { return "waker" }
func (w *waker) Type() string          { return "waker" }
func (w *waker) Freeze()               {}
func (w *waker) Truth() starlark.Bool  { return true }
func (w *waker) Hash() (uint32, error) { return 0, errors.New("unhashable waker") }
func (w *waker) AttrNames() []string   { return []string{"now"} }
func (w *waker) Attr(name string) (starlark.Value, error) {
	if name == "now" {
		return w.wake()
	}
	return nil, nil
}
func (w *waker) Binary(syntax.Token, starlark.Value, starlark.Side) (starlark.Value, error) {
	return w.wake()
}
func (w *waker) Unary(syntax.Token) (starlark.Value, error) { return w.wake() }
func (w *waker) Get(starlark.Value) (starlark.Value, bool, error) {
	v, err := w.wake()
	return v, err == nil, err
}
func (w *waker) CompareSameType(syntax.Token, starlark.Value, int) (bool, error) {
	v, err := w.wake()
	return err == nil && bool(v.Truth()), err
}
func (w *waker) Iterate() starlark.Iterator {
	v, err := w.wake()
	if err != nil {
		return &iterator{items: []starlark.Value{starlark.String(err.Error())}}
	}
	if it := starlark.Iterate(v); it != nil {
		return it
	}
	return &iterator{items: []starlark.Value{v}}
}
