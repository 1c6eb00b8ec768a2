package differ_test

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// The texts of host values do not show what is in them: it may be themselves.

// A box has attributes, operators and an order; some of each fail.
type box struct {
	n      starlark.Int
	x      starlark.Value
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
		n, ok := v.(starlark.Int)
		if !ok {
			return errors.New("n must be an int")
		}
		b.n = n
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
			return &box{n: b.n.Add(y), x: starlark.Bool(side)}, nil
		}
	case starlark.String:
		return nil, fmt.Errorf("box %s string (%v)", op, side)
	case *box:
		if op == syntax.MINUS {
			return &box{n: b.n.Sub(y.n), x: starlark.None}, nil
		}
	}
	return nil, nil
}

func (b *box) Unary(op syntax.Token) (starlark.Value, error) {
	switch op {
	case syntax.MINUS:
		return &box{n: starlark.MakeInt(0).Sub(b.n), x: starlark.None}, nil
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

func (r *row) String() string             { return fmt.Sprintf("row of %d", len(r.items)) }
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

func (t *table) String() string             { return fmt.Sprintf("table of %d", t.dict.Len()) }
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
