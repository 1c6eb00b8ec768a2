package guard

import "go.starlark.net/starlark"

// A Stream is an iterable whose elements must be waited for. It is iterated over on
// the thread that it belongs to, and by [Iterate]; Iterate of its own is for host code
// that knows of no thread. How many elements it has is seen on the way only, whatever
// its Len says.
type Stream interface {
	starlark.Iterable

	// IterateOn returns an iterator for a thread, or why there is none: it is another
	// thread's, or was iterated over before. It must be followed by Done.
	IterateOn(thread *starlark.Thread) (starlark.Iterator, error)
}

// A Fallible is an iterator that may end because it has failed, such as that of a
// stream.
type Fallible interface {
	starlark.Iterator

	// Err returns why there are no more elements, nil if there were just no more. It is
	// asked once Next has returned false, before Done.
	Err() error
}

// Iterate is starlark.Iterate on a thread: it returns an iterator of x, which must be
// followed by Done, or why there is none. x cannot be iterated over: nil, nil.
func Iterate(thread *starlark.Thread, x starlark.Value) (starlark.Iterator, error) {
	switch x := x.(type) {
	case *starlark.List:
		return x.Iterate(), nil
	case Stream:
		return x.IterateOn(thread)
	case starlark.Iterable:
		return x.Iterate(), nil
	}
	return nil, nil
}

// Err returns why an iterator whose Next has returned false could not go on, or nil.
func Err(it starlark.Iterator) error {
	if it, ok := it.(Fallible); ok {
		return it.Err()
	}
	return nil
}

// length returns how many elements x has, -1 if that is not known before.
func length(x starlark.Value) int {
	switch x := x.(type) {
	case *starlark.List: // first, for they are many
		return x.Len()
	case starlark.Tuple:
		return len(x)
	case Stream:
		return -1
	}
	return starlark.Len(x)
}
