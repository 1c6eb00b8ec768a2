package engine

import (
	"fmt"

	"go.starlark.net/starlark"
)

// consumers are the universal functions that go through an iterable, with the
// bytes that they make for each element.
var consumers = map[string]int64{
	"all": 0, "any": 0, "max": 0, "min": 0,
	"list": 16, "tuple": 16, "reversed": 16, "sorted": 32, "bytes": 1, "enumerate": 88, "zip": 64, "set": 80, "dict": 96,
}

// printers are the universal functions that write values out.
var printers = map[string]bool{"str": true, "repr": true, "print": true, "fail": true}

// universal returns a function of Starlark's universe that a task can be stopped
// in, and that refuses to make what would not fit.
func universal(name string, b *starlark.Builtin) *starlark.Builtin {
	size, consumes := consumers[name]
	return NewBuiltin(name, func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		t := TryOf(thread)
		switch {
		case t == nil:
		case consumes:
			return t.consume(b, size, args, kwargs)
		case printers[name]:
			if err := t.Printable(args...); err != nil {
				return nil, err
			}
		case name == "int":
			if err := shortEnough(args); err != nil {
				return nil, err
			}
		}
		return b.CallInternal(thread, args, kwargs)
	})
}

// patience is how many elements are taken between two looks at whether to stop.
const patience = 1 << 12

// consume calls b; large iterables among its arguments end when the thread is stopped.
func (t *Thread) consume(b *starlark.Builtin, size int64, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	slow := false
	for i, v := range args {
		it, ok := v.(starlark.Iterable)
		if !ok {
			continue
		}
		n := starlark.Len(v)
		if max := t.run.engine.opts.maxValue(); size > 0 && int64(n) > max/size {
			return nil, &LimitError{Msg: fmt.Sprintf("%s of %d elements needs %s, limit is %s", b.Name(), n, bytesText(size*min(int64(n), 1<<62/size)), bytesText(max))}
		}
		if n < 0 || n > patience {
			if !slow {
				args, slow = append(starlark.Tuple(nil), args...), true
			}
			args[i] = &stoppable{Iterable: it, t: t}
		}
	}
	v, err := b.CallInternal(t.star, args, kwargs)
	if slow && err == nil {
		err = t.Cancelled()
	}
	return v, err
}

// A stoppable is an iterable that ends early when its thread is stopped. It lives
// for one call.
type stoppable struct {
	starlark.Iterable
	t *Thread
}

func (s *stoppable) Iterate() starlark.Iterator {
	return &stoppableIterator{Iterator: s.Iterable.Iterate(), t: s.t}
}

type stoppableIterator struct {
	starlark.Iterator
	t *Thread
	n int
}

func (it *stoppableIterator) Next(p *starlark.Value) bool {
	if it.n++; it.n%patience == 0 && it.t.Cancelled() != nil {
		return false
	}
	return it.Iterator.Next(p)
}

// What is printed is bounded in depth, for starlark's code is recursive, and in
// size, for a small structure may be shared so often that its text fills any memory.
const (
	maxPrintDepth = 10_000
	maxPrintNodes = 10_000_000
)

// Printable returns an error if the text of one of the values would be too deep or
// too long to be written, or the thread is stopped while they are looked at. A
// built-in that writes a value out asks first: it could not be stopped.
func (t *Thread) Printable(values ...starlark.Value) error {
	c := census{t: t}
	for _, v := range values {
		if err := c.count(v); err != nil {
			return err
		}
	}
	return nil
}

// A census counts what a printer would visit, with a stack of its own.
type census struct {
	t     *Thread
	nodes int
	stack []visit
	on    map[starlark.Value]bool // lists and dicts on the stack: in itself one is printed as "..."
}

// A visit is a container and how much of it has been counted.
type visit struct {
	self starlark.Value // list or dict; nil for a tuple
	list *starlark.List // its elements, or
	rest []starlark.Value
	next int
}

func (c *census) count(v starlark.Value) error {
	c.enter(v)
	for len(c.stack) > 0 {
		v, ok := c.stack[len(c.stack)-1].step()
		if !ok {
			c.leave()
			continue
		}
		if c.nodes++; c.nodes > maxPrintNodes {
			return &LimitError{Msg: fmt.Sprintf("text of more than %d values", maxPrintNodes)}
		}
		if c.nodes%patience == 0 && c.t.Cancelled() != nil {
			return c.t.Cancelled()
		}
		c.enter(v)
		if len(c.stack) > maxPrintDepth {
			return &LimitError{Msg: fmt.Sprintf("text of a value nested more than %d levels deep", maxPrintDepth)}
		}
	}
	return nil
}

func (v *visit) step() (starlark.Value, bool) {
	i := v.next
	v.next++
	if v.list != nil && i < v.list.Len() {
		return v.list.Index(i), true
	}
	if i < len(v.rest) {
		return v.rest[i], true
	}
	return nil, false
}

// enter puts a container on the stack.
func (c *census) enter(v starlark.Value) {
	switch v := v.(type) {
	case starlark.Tuple:
		c.stack = append(c.stack, visit{rest: v})
	case *starlark.List:
		if !c.on[v] {
			c.push(visit{self: v, list: v})
		}
	case *starlark.Dict:
		if !c.on[v] {
			var rest []starlark.Value
			for k, e := range v.Entries() {
				rest = append(rest, k, e)
			}
			c.push(visit{self: v, rest: rest})
		}
	}
}

func (c *census) push(v visit) {
	if c.on == nil {
		c.on = map[starlark.Value]bool{}
	}
	c.on[v.self] = true
	c.stack = append(c.stack, v)
}

func (c *census) leave() {
	top := len(c.stack) - 1
	if self := c.stack[top].self; self != nil {
		delete(c.on, self)
	}
	c.stack = c.stack[:top]
}

// maxDigits is how long a number in a text may be: reading it takes time that
// grows faster than its length, and cannot be interrupted.
const maxDigits = 1_000_000

func shortEnough(args starlark.Tuple) error {
	if len(args) > 0 {
		if s, ok := starlark.AsString(args[0]); ok && len(s) > maxDigits {
			return &LimitError{Msg: fmt.Sprintf("int: text of %d characters, limit is %d", len(s), maxDigits)}
		}
	}
	return nil
}
