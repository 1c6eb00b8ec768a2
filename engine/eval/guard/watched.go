package guard

import (
	"errors"
	"strings"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// An eye watches go.starlark.net go through an iterable: whether it must stop, and
// what it makes of the elements.
type eye struct {
	b    *Budget
	what string                              // that is being made of them
	size int64                               // bytes of it for each element; 0: none
	key  func(starlark.Value) starlark.Value // what of an element will be hashed; nil: nothing
	seen int64
	made int64 // elements for which there is room already
}

// A halt is panicked to get out of go.starlark.net's code, and recovered by halted.
type halt struct{ err error }

// halted sets err to that of a halt that has been panicked.
func halted(err *error) {
	switch v := recover().(type) {
	case nil:
	case halt:
		*err = v.err
	default:
		panic(v)
	}
}

// A watched is an iterable with an eye on it. It lives for one call, on a thread.
type watched struct {
	starlark.Iterable
	*eye
	thread *starlark.Thread
}

func (w *watched) Iterate() starlark.Iterator {
	it, err := Iterate(w.thread, w.Iterable)
	if err != nil {
		panic(halt{err})
	}
	return &watchedIterator{it, w.eye}
}

// A watchedSequence is a watched of known length.
type watchedSequence struct{ watched }

func (w *watchedSequence) Len() int { return starlark.Len(w.Iterable) }

// on returns x with an eye of its own on it.
func (e eye) on(thread *starlark.Thread, x starlark.Iterable) starlark.Iterable {
	w := watched{x, &e, thread}
	if length(x) < 0 {
		return &w
	}
	return &watchedSequence{w}
}

type watchedIterator struct {
	starlark.Iterator
	*eye
}

func (it *watchedIterator) Next(p *starlark.Value) bool {
	if !it.Iterator.Next(p) {
		if err := Err(it.Iterator); err != nil {
			panic(halt{err})
		}
		return false
	}
	if err := it.look(*p); err != nil {
		panic(halt{err})
	}
	return true
}

func (e *eye) look(x starlark.Value) error {
	e.seen++
	if err := e.b.spend(1); err != nil {
		return err
	}
	if e.key != nil {
		if err := e.b.Hashable(e.key(x)); err != nil {
			return err
		}
	}
	if e.size == 0 {
		return nil
	}
	if e.seen <= e.made {
		return nil
	}
	return e.b.grow(e.what, e.seen-1, e.seen, e.size)
}

// itself is the key of an element that is hashed as it is.
func itself(x starlark.Value) starlark.Value { return x }

// first is the key of an element that is a key and a value.
func first(x starlark.Value) starlark.Value {
	switch x := x.(type) {
	case starlark.Tuple:
		if len(x) == 2 {
			return x[0]
		}
	case *starlark.List:
		if x.Len() == 2 {
			return x.Index(0)
		}
	case Stream: // has no length, so it is no pair
	case starlark.Iterable:
		it := x.Iterate()
		defer it.Done()
		var k starlark.Value = starlark.None
		if starlark.Len(x) == 2 {
			it.Next(&k)
		}
		return k
	}
	return starlark.None
}

// plain reports whether a short iterable needs no eye on it: it has an end, and
// hashing its elements takes no time.
func (e *eye) plain(x starlark.Iterable) bool {
	n := length(x)
	if n < 0 || n > patience {
		return false
	}
	if e.key == nil || n == 0 {
		return true
	}
	list, ok := x.(starlark.Indexable)
	if !ok {
		return false
	}
	for i := range n {
		switch e.key(list.Index(i)).(type) {
		case starlark.Tuple, *starlarkstruct.Struct:
			return false
		}
	}
	return true
}

// weight is how many bytes an element of x takes that is made only when it is asked for.
func weight(x starlark.Value) int64 {
	switch x.Type() {
	case "string.elems", "string.codepoints":
		return 16
	case "range":
		r, ok := x.(starlark.Indexable)
		if !ok || r.Len() < 1 {
			return 0
		}
		for _, i := range []int{0, r.Len() - 1} {
			if _, err := starlark.AsInt32(r.Index(i)); err != nil {
				return 64
			}
		}
	}
	return 0
}

// Collect appends the elements of x to list. It can be stopped, and refuses to make
// what would not fit.
func (b *Budget) Collect(thread *starlark.Thread, list []starlark.Value, x starlark.Iterable) ([]starlark.Value, error) {
	it, err := Iterate(thread, x)
	if err != nil {
		return nil, err
	}
	defer it.Done()
	return b.CollectFrom(list, x, it)
}

// CollectFrom is Collect with an iterator of x, which it does not close.
func (b *Budget) CollectFrom(list []starlark.Value, x starlark.Iterable, it starlark.Iterator) ([]starlark.Value, error) {
	e := eye{b: b, what: "list", size: slot + weight(x), seen: int64(len(list))}
	if n := length(x); n > 0 {
		if err := b.make(e.what, e.seen+int64(n), e.size); err != nil {
			return nil, err
		}
		e.made = e.seen + int64(n)
		if cap(list)-len(list) < n {
			list = append(make([]starlark.Value, 0, len(list)+n), list...)
		}
	}
	var v starlark.Value
	for it.Next(&v) {
		if err := e.look(v); err != nil {
			return nil, err
		}
		list = append(list, v)
	}
	if err := Err(it); err != nil {
		return nil, err
	}
	return list, nil
}

// Extend does x += y for a list, which verb names in an error: go.starlark.net says
// "apply += to" for the operator. If it is stopped, or y fails, x has got some of the
// elements.
func (b *Budget) Extend(thread *starlark.Thread, x *starlark.List, y starlark.Iterable, verb string) error {
	if err := changeable(x, verb); err != nil {
		return err
	}
	return b.extend(thread, x, y)
}

func (b *Budget) extend(thread *starlark.Thread, x *starlark.List, y starlark.Iterable) error {
	e := eye{b: b, what: "list", size: slot + weight(y), seen: int64(x.Len())}
	n := length(y)
	if n > 0 {
		if err := b.grow(e.what, e.seen, e.seen+int64(n), e.size); err != nil {
			return err
		}
	}
	if l, ok := y.(*starlark.List); ok {
		if n > 32 {
			_, err := extend.BindReceiver(x).CallInternal(nil, starlark.Tuple{l}, nil)
			return err
		}
		for i := range n { // of before: x += x ends
			_ = x.Append(l.Index(i))
		}
		return nil
	}
	it, err := Iterate(thread, y)
	if err != nil {
		return err
	}
	defer it.Done()
	var v starlark.Value
	for it.Next(&v) {
		if err := e.look(v); err != nil {
			return err
		}
		if err := x.Append(v); err != nil {
			return err
		}
	}
	return Err(it)
}

// changeable returns the error of changing x if it is frozen or being iterated over.
// It asks for a change that is none.
func changeable(x *starlark.List, verb string) error {
	asked, err := "", error(nil)
	if x.Len() == 0 {
		asked, err = "clear", x.Clear()
	} else {
		asked, err = "assign to element of", x.SetIndex(0, x.Index(0))
	}
	if err == nil {
		return nil
	}
	return errors.New(strings.Replace(err.Error(), asked, verb, 1))
}
