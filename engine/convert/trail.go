package convert

import (
	"errors"
	"fmt"
	"reflect"
	"strconv"
	"unsafe"

	"go.starlark.net/starlark"
)

// MaxDepth is how deep values may be nested. The code here is recursive, as is
// much of what is done with its results.
const MaxDepth = 10_000

// MaxValues is how many values one ToGo stores at most: a script of a few lines
// can make a list that is shared 60 levels deep, or range(1 << 40).
const MaxValues = 10_000_000

var (
	errDepth  = fmt.Errorf("nested more than %d levels deep", MaxDepth)
	errCycle  = errors.New("contains itself")
	errValues = fmt.Errorf("too many values, the limit is %d", MaxValues)
)

// A trail knows where a conversion is.
type trail struct {
	name  string // of the whole value, in errors
	label string // of the whole value, if it is a function
	steps []step
	depth int
	open  map[identity]struct{} // what the conversion is inside of
}

// An identity is what makes a value the same value.
type identity struct {
	t reflect.Type // a struct and its first field have one address
	p unsafe.Pointer
	n int
}

func (t *trail) push(s step) { t.steps = append(t.steps, s) }
func (t *trail) pop()        { t.steps = t.steps[:len(t.steps)-1] }

// enter begins with the inside of a value. A value that has no identity, such as
// a tuple, can only contain itself through one that has.
func (t *trail) enter(id identity) error {
	if t.depth >= MaxDepth {
		return t.fail(errDepth)
	}
	if id.p != nil {
		if _, ok := t.open[id]; ok {
			return t.fail(errCycle)
		}
		if t.open == nil {
			t.open = map[identity]struct{}{}
		}
		t.open[id] = struct{}{}
	}
	t.depth++
	return nil
}

func (t *trail) leave(id identity) {
	t.depth--
	delete(t.open, id)
}

func (t *trail) fail(err error) error {
	return &PathError{Path: writePath(t.name, t.steps), Err: err}
}

func (t *trail) errorf(format string, args ...any) error {
	return t.fail(fmt.Errorf(format, args...))
}

// function returns the name of a function that is found here: its field or key,
// with the indices that follow.
func (t *trail) function() string {
	i := len(t.steps) - 1
	for i >= 0 && t.steps[i].field == "" {
		if _, ok := t.steps[i].key.(starlark.String); ok {
			break
		}
		i--
	}
	name := t.label
	if i >= 0 {
		name = t.steps[i].field
		if s, ok := t.steps[i].key.(starlark.String); ok {
			name = string(s)
		}
	}
	for _, s := range t.steps[i+1:] {
		if s.key != nil {
			name += "[" + keyText(s.key) + "]"
		} else {
			name += "[" + strconv.Itoa(s.index) + "]"
		}
	}
	return name
}
