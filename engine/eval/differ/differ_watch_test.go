package differ_test

import (
	"reflect"

	"go.starlark.net/starlark"
)

const (
	watchEvery = 24    // steps of the reference
	maxWeight  = 3_000 // of all that a program can reach
)

// watch stops a thread of go.starlark.net that takes too many steps or makes too
// big values: what it does is looked at every few steps. So generated programs need
// not be harmless; those that are stopped are left out.
func watch(thread *starlark.Thread, steps uint64) {
	thread.SetMaxExecutionSteps(watchEvery)
	thread.OnMaxSteps = func(thread *starlark.Thread) {
		if thread.Steps > steps {
			thread.Cancel("too many steps")
			return
		}
		thread.SetMaxExecutionSteps(thread.Steps + watchEvery)
		if weigh(thread) > maxWeight {
			thread.Cancel("too big")
		}
	}
}

// A scale adds up how big values are when they are written, which is more than
// what they take.
type scale struct {
	total int
	path  []starlark.Value // those around the value: a cycle weighs nothing
}

func weigh(thread *starlark.Thread) int {
	var s scale
	for i := range thread.CallStackDepth() {
		fr := thread.DebugFrame(i)
		fn, ok := fr.Callable().(*starlark.Function)
		if !ok {
			continue
		}
		for j := range fr.NumLocals() {
			if _, v := fr.Local(j); v != nil {
				s.add(v)
			}
		}
		s.function(fn)
		if i == thread.CallStackDepth()-1 {
			for _, v := range fn.Globals() {
				s.add(v)
			}
		}
	}
	return s.total
}

func (s *scale) add(v starlark.Value) {
	s.total++
	if s.total > maxWeight {
		return
	}
	switch v := v.(type) {
	case starlark.Int:
		if _, small := v.Int64(); !small {
			s.total += v.BigInt().BitLen() / 64
		}
	case starlark.String:
		s.total += len(v) / 8
	case starlark.Bytes:
		s.total += len(v) / 8
	case starlark.Tuple:
		for _, x := range v {
			s.add(x)
		}
	case *starlark.List:
		if s.enter(v) {
			for i := range v.Len() {
				s.add(v.Index(i))
			}
			s.leave()
		}
	case *starlark.Dict:
		if s.enter(v) {
			for k, x := range v.Entries() {
				s.add(k)
				s.add(x)
			}
			s.leave()
		}
	case *starlark.Set:
		s.total += v.Len()
	case *row:
		if s.enter(v) {
			for _, x := range v.items {
				s.add(x)
			}
			s.leave()
		}
	case *bag:
		if s.enter(v) {
			for _, x := range v.items {
				s.add(x)
			}
			s.leave()
		}
	case *box:
		if s.enter(v) {
			s.add(v.n)
			s.add(v.x)
			s.leave()
		}
	case *table:
		s.add(v.dict)
	case *waker:
		s.add(v.fn)
	case *starlark.Builtin:
		if v.Receiver() != nil {
			s.add(v.Receiver())
		}
	case *starlark.Function:
		s.function(v)
	default:
		if v.Type() == "cell" { // a variable that nested functions share
			if x := inCell(v); x != nil {
				s.add(x)
			}
		}
	}
}

// inCell returns what is in a cell of go.starlark.net, which has one field.
func inCell(cell starlark.Value) starlark.Value {
	return *(*starlark.Value)(reflect.ValueOf(cell).UnsafePointer())
}

func (s *scale) function(fn *starlark.Function) {
	if fn.NumFreeVars() == 0 || !s.enter(fn) {
		return
	}
	for i := range fn.NumFreeVars() {
		if _, v := fn.FreeVar(i); v != nil {
			s.add(v)
		}
	}
	s.leave()
}

func (s *scale) enter(v starlark.Value) bool {
	for _, x := range s.path {
		if x == v {
			return false
		}
	}
	s.path = append(s.path, v)
	return true
}

func (s *scale) leave() { s.path = s.path[:len(s.path)-1] }
