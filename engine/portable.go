package engine

import "go.starlark.net/starlark"

// A Portable is a value of a module that can go to another process: there its module makes
// an equal one of its state ([Module.Restore]).
type Portable interface {
	starlark.Value

	// State returns what Restore needs, most often a tuple of plain values, and under which
	// name the module has it. The error says why the value cannot go anywhere.
	State() (kind string, state starlark.Value, err error)
}

// A Failed is an error within the state of a Portable. No script sees it.
type Failed struct {
	starlark.NoneType
	Err *Error
}

// Restore makes a Portable of its state, with the function of the module that has the kind;
// ok is false if none has. The state may have been made by anybody.
func (e *Engine) Restore(kind string, state starlark.Value) (v starlark.Value, ok bool, err error) {
	for _, m := range e.opts.Modules {
		if restore, ok := m.Restore[kind]; ok {
			v, err := restore(state)
			return v, true, err
		}
	}
	return nil, false, nil
}

// Engine returns the engine that runs it.
func (r *Run) Engine() *Engine { return r.engine }
