package engine

import (
	"slices"
	"sync/atomic"
	"unsafe"

	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Shareable is a value that has a lock of its own and so can be changed by
// several threads. Its Freeze does nothing; Share is called instead, before
// another thread can get to see it: it must pass to visit every value it holds,
// and from then on freeze (with [Publish]) what it takes in. visit may be called
// with the value's lock held. Share may be called more than once.
type Shareable interface {
	starlark.Value
	Share(visit func(starlark.Value))
}

// A Stamped is a Shareable behind which there may be long chains of others, so that it is
// to be walked into as rarely as possible. Stamp returns nil while it has to be each time:
// as long as there may be functions in what it holds but for values that it published
// itself.
type Stamped interface {
	Shareable
	Stamp() *Stamp
}

// A Stamp says how a value was last walked into. The zero Stamp is ready for use.
type Stamp struct{ age atomic.Int64 }

// again reports whether a thread of this age has to walk into the value, and notes that it
// does. Only a thread that is alone leaves something unpublished, and then it is of another
// age; for all others once is enough, whoever did it.
func (s *Stamp) again(age int64) bool {
	last := s.age.Load()
	if last != 0 && (age == 0 || last == age) {
		return false
	}
	if age == 0 {
		age = -1
	}
	s.age.Store(age)
	return true
}

// Publish makes values ready for other threads: it freezes all that they could
// reach through them, elements, arguments, defaults, captured variables, and the
// globals that code names, transitively. It must be called by the thread that owns
// them, before it hands them over. Nothing else is frozen. It takes time in
// proportion to what can be reached.
//
// Functions come with a snapshot of the names that they use; who hands over a function
// to be called uses [Thread.HandOver], and hands over the snapshot itself.
func (t *Thread) Publish(values ...starlark.Value) {
	t.HandOver(func(p *Publication) { p.all(values) })
}

// HandOver is Publish of what give publishes.
func (t *Thread) HandOver(give func(p *Publication)) {
	p := &Publication{age: t.age, final: t.final, plain: &t.run.shared.plain, walk: &walk{}}
	p.functions = eval.NewHandover(t.star, t.age, p.visit)
	if t.final {
		p.functions.Final()
	}
	give(p)
	p.functions.Close()
}

// A Publication is what one thread hands over at once. Its functions agree with each
// other about the names that they use. It is good until HandOver returns.
//
// It walks values with a stack of its own: a structure may be deeper than a
// goroutine's stack can be.
type Publication struct {
	functions *eval.Handover
	age       int64 // of the thread
	final     bool  // all is walked into
	todo      []starlark.Value
	seen      map[identity]*walk
	walk      *walk // under way
	plain     *plainValues
}

// Callable returns fn as another thread is to call it.
func (p *Publication) Callable(fn starlark.Callable) starlark.Callable {
	if f, ok := fn.(*eval.Function); ok {
		fn = p.functions.Callee(f)
	}
	return p.Value(fn).(starlark.Callable)
}

// Value publishes v and returns it as another thread is to get it: a function
// becomes its snapshot, all else stays what it is.
func (p *Publication) Value(v starlark.Value) starlark.Value {
	if fn, ok := v.(*eval.Function); ok {
		v = p.functions.Function(fn)
	}
	p.all([]starlark.Value{v})
	return v
}

// Tuple does Value for each element, in a copy where one changes.
func (p *Publication) Tuple(t starlark.Tuple) starlark.Tuple {
	for i, old := range t {
		if v := p.Value(old); isFunction(v) && v != old {
			t = slices.Clone(t)
			t[i] = v
		}
	}
	return t
}

// Kwargs does Value for each argument by name, in a copy where one changes.
func (p *Publication) Kwargs(kwargs []starlark.Tuple) []starlark.Tuple {
	for i, kv := range kwargs {
		if v := p.Value(kv[1]); isFunction(v) && v != kv[1] {
			kwargs = slices.Clone(kwargs)
			kwargs[i] = starlark.Tuple{kv[0], v}
		}
	}
	return kwargs
}

func isFunction(v starlark.Value) bool { _, ok := v.(*eval.Function); return ok }

// An identity is what makes a value the same value: the address of a list, or
// the first element of a tuple and its length.
type identity struct {
	p unsafe.Pointer
	n int
}

func (p *Publication) all(values []starlark.Value) {
	for _, v := range values {
		p.visit(v)
		p.drain()
	}
}

// drain expands all that was noted.
func (p *Publication) drain() {
	for n := len(p.todo); n > 0; n = len(p.todo) {
		v := p.todo[n-1]
		p.todo = p.todo[:n-1]
		p.expand(v)
	}
}

// visit notes a value to be expanded, unless there is nothing in it.
func (p *Publication) visit(v starlark.Value) {
	switch v := v.(type) {
	case nil, starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
	case starlark.Tuple:
		if len(v) > 0 && p.first(unsafe.Pointer(unsafe.SliceData(v)), len(v)) {
			p.todo = append(p.todo, v)
		}
	case *starlark.Builtin:
		p.visit(v.Receiver())
	default:
		p.todo = append(p.todo, v)
	}
}

func (p *Publication) first(at unsafe.Pointer, n int) bool {
	id := identity{at, n}
	if before, ok := p.seen[id]; ok {
		p.walk.meet(before)
		return false
	}
	if p.seen == nil {
		p.seen = map[identity]*walk{}
	}
	p.seen[id] = p.walk
	return true
}

func (p *Publication) expand(v starlark.Value) {
	switch v := v.(type) {
	case starlark.Tuple:
		for _, e := range v {
			p.visit(e)
		}
	case *starlark.List:
		if p.first(unsafe.Pointer(v), 0) {
			freezeList(v)
			within(p, v, v.Len(), func() {
				for i := range v.Len() {
					p.visit(v.Index(i))
				}
			})
		}
	case *starlark.Dict:
		if p.first(unsafe.Pointer(v), 0) {
			freezeDict(v)
			within(p, v, v.Len(), func() {
				for k, e := range v.Entries() {
					p.visit(k)
					p.visit(e)
				}
			})
		}
	case *starlark.Set:
		if p.first(unsafe.Pointer(v), 0) {
			freezeSet(v)
			for e := range starlark.Elements(v) {
				p.visit(e)
			}
		}
	case *eval.Function:
		p.walk.mixed = true
		p.functions.Function(v)
	default:
		p.walk.mixed = true
		p.other(v)
	}
}

func (p *Publication) other(v starlark.Value) {
	switch v := v.(type) {
	case Shareable:
		if p.first(interfaceData(v), 0) {
			p.functions.Again(v)
			if p.settled(v) {
				return
			}
			v.Share(p.visit)
		}
	case *starlarkstruct.Struct:
		if p.first(unsafe.Pointer(v), 0) {
			for _, name := range v.AttrNames() {
				if e, err := v.Attr(name); err == nil {
					p.visit(e)
				}
			}
		}
	case *starlarkstruct.Module:
		if p.first(unsafe.Pointer(v), 0) {
			for _, e := range v.Members {
				p.visit(e)
			}
		}
	default:
		v.Freeze()
	}
}

// settled reports whether nothing has to be done about what v holds.
func (p *Publication) settled(v Shareable) bool {
	s, ok := v.(Stamped)
	if !ok || p.final {
		return false
	}
	stamp := s.Stamp()
	return stamp != nil && !stamp.again(p.age)
}

// interfaceData returns the address that an interface value points to.
func interfaceData(v Shareable) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1]
}
