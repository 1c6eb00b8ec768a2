package engine

import "go.starlark.net/starlark"

// A Flow is a function that takes some of its arguments out of a store and puts what
// it returns into one, such as a vault. Called by hand it does both by itself. A group
// runs it in steps, and reads of Needs and Gives which task waits for which.
type Flow interface {
	starlark.Callable

	// Needs returns what Take takes, Gives what Give puts. They block on nothing.
	Needs() []Port
	Gives() []Port

	// Take returns the arguments by name, kwargs and those out of the store.
	Take(thread *Thread, kwargs []starlark.Tuple) ([]starlark.Tuple, error)
	// Function is what is called with them.
	Function() starlark.Callable
	// Give puts the value of a task that has succeeded into the store: all that belongs
	// to it, or nothing.
	Give(thread *Thread, value starlark.Value) error
}

// A Port is a value of a store that a Flow needs or gives.
type Port struct {
	Store    Store
	Key      string
	Optional bool // it is used if it is there when its task has its turn
}

// A Store holds what a Flow needs and gives. Safe for concurrent use.
type Store interface {
	starlark.Value
	Title() string          // such as: vault "orders"
	Has(key string) bool    // whether it has the key now
	Check(key string) error // why nothing may be put under the key now; nil: it may
}

// OnReplaced has f called when a decorator replaces a function that another one has
// handed to somebody, as in a stack of them.
func (t *Thread) OnReplaced(f func(old, new starlark.Callable)) { t.replaced = append(t.replaced, f) }

// Replace tells that new stands for the function old now.
func (t *Thread) Replace(old, new starlark.Callable) {
	for _, f := range t.replaced {
		f(old, new)
	}
}
