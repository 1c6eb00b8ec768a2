package engine

import (
	"fmt"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
)

// A Stream is an iterable whose elements have to be waited for: it belongs to one
// thread, and it can fail. Loops and built-in functions use IterateOn; once Next has
// returned false they ask the iterator, if it has a method Err, whether it failed.
type Stream = guard.Stream

// Iterate returns an iterator over x for a thread, or why there is none. The caller
// calls Done, and IterErr once Next has returned false.
func Iterate(thread *starlark.Thread, x starlark.Value) (starlark.Iterator, error) {
	it, err := guard.Iterate(thread, x)
	if it == nil && err == nil {
		err = fmt.Errorf("%s value is not iterable", x.Type())
	}
	return it, err
}

// Each calls f with every element of x, until there are no more or f returns an error, which
// it returns. It ends when the thread must stop.
func Each(thread *starlark.Thread, x starlark.Value, f func(starlark.Value) error) error {
	it, err := Iterate(thread, x)
	if err != nil {
		return err
	}
	defer it.Done()
	t := Of(thread)
	n := 0
	for v := starlark.Value(nil); it.Next(&v); n++ {
		if n%patience == 0 {
			if err := t.Cancelled(); err != nil {
				return err
			}
		}
		if err := f(v); err != nil {
			return err
		}
	}
	return IterErr(it)
}

// patience is how many elements Each takes between two looks at whether to stop.
const patience = 1 << 12

// IterErr returns why an iterator whose Next has returned false failed, or nil.
func IterErr(it starlark.Iterator) error { return guard.Err(it) }
