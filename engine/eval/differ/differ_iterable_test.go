package differ_test

import (
	"errors"
	"fmt"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

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

func (b *bag) String() string        { return fmt.Sprintf("bag of %d, %d open", len(b.items), b.open) }
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
