package engine

import (
	"fmt"
	"unsafe"

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

// Publish freezes all that another thread could reach through the values:
// elements, arguments, defaults, captured variables, and the globals that code
// names, transitively. It must be called by the thread that owns them, before it
// hands them over. Nothing else is frozen. It takes time in proportion to what
// can be reached.
func (t *Thread) Publish(values ...starlark.Value) {
	p := publisher{run: t.run}
	p.all(values)
}

// PublishBeside is Publish for values that other threads will see while this one
// goes on. A function that captured a variable which this thread may still assign
// cannot be shared like that: the assignment would be a data race.
func (t *Thread) PublishBeside(values ...starlark.Value) error {
	p := publisher{run: t.run, beside: true}
	p.all(values)
	return p.err
}

// A publisher walks values with a stack of its own: a structure may be deeper
// than a goroutine's stack can be.
type publisher struct {
	run    *Run
	beside bool
	err    error
	todo   []starlark.Value
	seen   map[identity]struct{}
	mods   map[*starlark.Module]starlark.StringDict
}

// An identity is what makes a value the same value: the address of a list, or
// the first element of a tuple and its length.
type identity struct {
	p unsafe.Pointer
	n int
}

func (p *publisher) all(values []starlark.Value) {
	for _, v := range values {
		p.visit(v)
		for n := len(p.todo); n > 0; n = len(p.todo) {
			v := p.todo[n-1]
			p.todo = p.todo[:n-1]
			p.expand(v)
		}
	}
}

// visit notes a value to be expanded, unless there is nothing in it.
func (p *publisher) visit(v starlark.Value) {
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

func (p *publisher) first(at unsafe.Pointer, n int) bool {
	id := identity{at, n}
	if _, ok := p.seen[id]; ok {
		return false
	}
	if p.seen == nil {
		p.seen = map[identity]struct{}{}
	}
	p.seen[id] = struct{}{}
	return true
}

func (p *publisher) expand(v starlark.Value) {
	switch v := v.(type) {
	case starlark.Tuple:
		for _, e := range v {
			p.visit(e)
		}
	case *starlark.List:
		if p.first(unsafe.Pointer(v), 0) {
			freezeList(v)
			for i := range v.Len() {
				p.visit(v.Index(i))
			}
		}
	case *starlark.Dict:
		if p.first(unsafe.Pointer(v), 0) {
			freezeDict(v)
			for k, e := range v.Entries() {
				p.visit(k)
				p.visit(e)
			}
		}
	case *starlark.Set:
		if p.first(unsafe.Pointer(v), 0) {
			freezeSet(v)
			for e := range starlark.Elements(v) {
				p.visit(e)
			}
		}
	case *starlark.Function:
		if p.first(unsafe.Pointer(v), 0) {
			p.function(v)
		}
	default:
		p.other(v)
	}
}

func (p *publisher) other(v starlark.Value) {
	switch v := v.(type) {
	case Shareable:
		if p.first(interfaceData(v), 0) {
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

// interfaceData returns the address that an interface value points to.
func interfaceData(v Shareable) unsafe.Pointer {
	return (*[2]unsafe.Pointer)(unsafe.Pointer(&v))[1]
}

// function visits what a function's code can reach. Function.Freeze leaves the
// globals out, and never returns for a nested function that names itself.
func (p *publisher) function(fn *starlark.Function) {
	for i := range fn.NumParams() {
		p.visit(fn.ParamDefault(i))
	}
	file := p.run.file(fn.Position().Filename())
	for i := range fn.NumFreeVars() {
		b, v := fn.FreeVar(i)
		p.visit(v)
		if p.beside && p.err == nil && (file == nil || v == nil || file.rebound[spot(b.Pos)]) {
			p.err = fmt.Errorf("function %s cannot be shared with running tasks: it uses %q of the function around it, which may still be assigned; give it as an argument", fn.Name(), b.Name)
		}
	}
	globals := p.globals(fn.Module())
	if file == nil { // not a function of this run: its code is not known
		for _, v := range globals {
			p.visit(v)
		}
		return
	}
	for _, name := range file.names[spot(fn.Position())] {
		if v, ok := globals[name]; ok {
			p.visit(v)
		} else { // what modules predeclare is made for sharing, args is not
			p.visit(p.run.own[name])
		}
	}
}

// globals returns the globals of a module as they are now.
func (p *publisher) globals(m *starlark.Module) starlark.StringDict {
	g, ok := p.mods[m]
	if !ok {
		if p.mods == nil {
			p.mods = map[*starlark.Module]starlark.StringDict{}
		}
		g = m.Globals()
		p.mods[m] = g
	}
	return g
}
