package eval

import (
	"errors"
	"fmt"
	"runtime/debug"
)

// A PanicError is a Go panic in a host function or an operator.
type PanicError struct {
	Builtin string // "" if it was not in a function
	Value   any
	Stack   []byte // of the goroutine
}

func (e *PanicError) Error() string {
	if e.Builtin == "" {
		return fmt.Sprintf("panic: %v", e.Value)
	}
	return fmt.Sprintf("panic in built-in %s: %v", e.Builtin, e.Value)
}

// Kind returns "panic".
func (e *PanicError) Kind() string { return "panic" }

// Hint tells whose fault it is.
func (e *PanicError) Hint() string {
	return "this is a bug in the built-in, not in the script; please report it"
}

// A mark is the state of a machine at the beginning of a call from host code.
type mark struct {
	depth, room, calls, iters, used int
	chunk                           *chunk
	top                             *frame
}

func (m *machine) mark() mark {
	return mark{m.depth, m.room, len(m.stack.entries), len(m.iters), m.chunk.used, m.chunk, m.top}
}

// unwind goes back to a mark after a panic, and returns it as an error with the
// call stack of where it happened. Iterators are closed: what was iterated over
// stays usable.
func (m *machine) unwind(to *mark, value any) error {
	p := &PanicError{Value: value, Stack: debug.Stack()}
	if n := len(m.stack.entries); n > to.calls {
		if c := *m.stack.callable(n - 1); c != nil {
			if _, ok := c.(*frame); !ok {
				p.Builtin = c.Name()
			}
		}
	}
	var err error = p
	if e, ok := value.(error); ok && errors.As(e, new(*PanicError)) {
		err = e
	}
	err = m.tracedHere(err)
	m.reset(to)
	return err
}

// caught is deferred by calls from host code: what did not return has panicked.
func (m *machine) caught(start *mark, returned *bool, err *error) {
	if *returned {
		return
	}
	if v := recover(); v != nil {
		*err = m.unwind(start, v)
	} else {
		m.reset(start) // runtime.Goexit
	}
	m.end(start.depth)
}

func (m *machine) reset(to *mark) {
	for len(m.iters) > to.iters {
		m.popIter()
	}
	for fr := to.top.next; fr != nil; fr = fr.next {
		fr.loc, fr.result, fr.pushed = nil, val{}, false
	}
	m.stack.truncate(to.calls)
	for m.chunk != to.chunk {
		clear(m.chunk.vals)
		m.chunk.used = 0
		m.chunk = m.chunk.prev
	}
	clear(m.chunk.vals[to.used:])
	m.chunk.used = to.used
	m.depth, m.room, m.top = to.depth, to.room, to.top
}
