package eval

import (
	"errors"

	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A frame is one call of a script function. It is what host code finds on the
// thread's stack: its position is where the function is right now. Frames are used
// again by later calls of the same depth.
type frame struct {
	m      *machine
	fn     *Function
	env    *env  // of fn
	loc    []val // variables: parameters, other locals, then what the compiler added
	at     spot  // of the call or failure in progress
	pushed bool  // host code knows of the call
	result val   // of the return statement

	prev, next *frame
}

// A spot is a position in the file of a function.
type spot struct{ line, col int32 }

func spotOf(p syntax.Position) spot { return spot{p.Line, p.Col} }

func (s spot) in(file syntax.Position) syntax.Position {
	file.Line, file.Col = s.line, s.col
	return file
}

var _ starlark.Callable = (*frame)(nil)

func (fr *frame) Name() string          { return fr.fn.Name() }
func (fr *frame) String() string        { return fr.fn.String() }
func (fr *frame) Type() string          { return fr.fn.Type() }
func (fr *frame) Freeze()               {}
func (fr *frame) Truth() starlark.Bool  { return true }
func (fr *frame) Hash() (uint32, error) { return fr.fn.Hash() }

// Position is where the call is now.
func (fr *frame) Position() syntax.Position { return fr.at.in(fr.fn.code.pos) }

// CallInternal is there because host code knows frames as functions; nobody calls them.
func (fr *frame) CallInternal(*starlark.Thread, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return nil, errors.New("a call in progress cannot be called")
}

// fail reports an error of the operation at a position.
func (fr *frame) fail(at spot, err error) val {
	fr.at = at
	fr.m.err = fr.m.traced(fr, err)
	return val{}
}

// outside prepares for an operation at a position that host code will do: of a value
// of a type that is not go.starlark.net's. It may look at the thread and call back.
func (fr *frame) outside(at spot) {
	fr.at = at
	fr.m.settle()
	fr.m.expose(fr)
}

// ours reports whether the operations of a value are go.starlark.net's own.
func ours(x starlark.Value) bool {
	switch x.(type) {
	case starlark.Int, starlark.Float, starlark.String, starlark.Bool, starlark.NoneType, starlark.Bytes, starlark.Tuple,
		*starlark.List, *starlark.Dict, *starlark.Set, *Function, *starlark.Builtin:
		return true
	}
	return false
}

// tick is called for a step that is due.
func (fr *frame) tick(at spot) bool {
	if err := fr.m.tick(); err != nil {
		fr.fail(at, err)
		return false
	}
	return true
}

// A cell holds a variable that nested functions share.
type cell struct {
	starlark.NoneType // never seen: only for its place in a frame
	v                 val
}
