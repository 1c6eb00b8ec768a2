package eval

import (
	"reflect"

	"go.starlark.net/starlark"
)

// A Handover makes functions ready for another thread: each gets a snapshot of the
// names outside it and of the variables it captured, as they are now. The script may
// go on to assign them; who was given the snapshot does not see it, and nothing needs
// a lock. Functions reached in one Handover share one snapshot, so that they agree
// with each other, also in cycles.
//
// A snapshot is a function of its own that equals the original. What scripts keep
// elsewhere, in a list or in another function's arguments, stays the original: when
// another thread calls it, it calls the snapshot instead ([machine.resolve]).
//
// A Handover belongs to the thread that hands over. Others get to see what it made when
// it is closed, and then it must not be used any more.
type Handover struct {
	m     *machine
	age   int64
	final bool
	visit func(starlark.Value)
	snap  *snapshot

	envs  map[*env]*env
	cells map[*cell]*cell
	names map[name]bool
	todo  []*Function // originals whose snapshots are not filled in yet
	bare  []*Function // snapshots of functions that use nothing from outside
}

// A snapshot is what a Handover leaves behind. It never changes afterwards.
type snapshot struct {
	views   map[*Function]*Function // by original
	sources []source                // what was read; unchanged: the snapshot is still good
	again   []starlark.Value        // to be visited again when it is used at another age
	age     int64                   // when they were visited; of the thread that made it only
}

// A name is one of an env that a snapshot has.
type name struct {
	env *env
	i   int
}

// A source is a variable and what it was.
type source struct {
	at *val
	v  val
}

// NewHandover begins a hand-over by a thread. visit is called with every value that
// the functions can reach, other than functions' own parts, before Function returns;
// it is to freeze them. Close ends it.
//
// A snapshot that is used again needs no visits, but for values that can take something
// in although they are frozen, named to Again. age is another number whenever they may
// have done so; it must be 0 for threads that freeze what such values take in at once.
func NewHandover(thread *starlark.Thread, age int64, visit func(starlark.Value)) *Handover {
	return &Handover{m: machineOf(thread), age: age, visit: visit, snap: &snapshot{age: age}}
}

// Final has all functions get a new snapshot, of the names as they are for good: no
// other thread of theirs may be left.
func (h *Handover) Final() { h.final = true }

// Again has a value visited when what is being handed over is handed over again.
func (h *Handover) Again(v starlark.Value) { h.snap.again = append(h.snap.again, v) }

// Function returns the snapshot of a function for others to call. While nothing that
// the function can reach was assigned, it is the same one each time.
func (h *Handover) Function(fn *Function) *Function {
	if view := h.made(fn); view != nil {
		return view
	}
	view := h.view(fn)
	for len(h.todo) > 0 {
		fn := h.todo[len(h.todo)-1]
		h.todo = h.todo[:len(h.todo)-1]
		h.fill(fn)
	}
	return view
}

// Callee is Function of one that is handed over to be called, and not to be found by
// other code that is handed over with it.
func (h *Handover) Callee(fn *Function) *Function {
	if fn.bare() && h.made(fn) == nil {
		return h.bareView(fn)
	}
	return h.Function(fn)
}

// Close lets other threads find the snapshots of functions that they come across.
func (h *Handover) Close() {
	for fn, view := range h.snap.views {
		fn.shared.Store(view)
	}
	for _, view := range h.bare {
		view.origin.shared.Store(view)
	}
}

// view returns the snapshot of fn, which fill has still to fill in.
func (h *Handover) view(fn *Function) *Function {
	if view, ok := h.snap.views[fn]; ok {
		return view
	}
	if h.snap.views == nil {
		h.snap.views = map[*Function]*Function{}
		h.cells = map[*cell]*cell{}
		h.names = map[name]bool{}
	}
	view := &Function{code: fn.code, env: h.env(fn.env), defaults: fn.defaults, origin: fn}
	h.snap.views[fn] = view
	h.todo = append(h.todo, fn)
	return view
}

// bare reports whether a function uses nothing from outside it but its arguments.
func (fn *Function) bare() bool {
	return len(fn.code.globals)+len(fn.free)+len(fn.defaults)+len(fn.code.predefined) == 0
}

// bareView is view for a function that there is nothing to fill in for. Such are often
// handed over in great numbers, each a function of its own: they are in no map, and one
// that is also reached in another way gets a second view, which is as good.
func (h *Handover) bareView(fn *Function) *Function {
	if n := len(h.bare); n > 0 && h.bare[n-1].origin == fn {
		return h.bare[n-1]
	}
	view := &Function{code: fn.code, env: h.env(fn.env), origin: fn}
	h.bare = append(h.bare, view)
	return view
}

// env returns the snapshot of an env, with the names that fill puts in.
func (h *Handover) env(e *env) *env {
	copy, ok := h.envs[e]
	if !ok {
		if h.envs == nil {
			h.envs = map[*env]*env{}
		}
		copy = &env{mod: e.mod, globals: make([]val, len(e.globals)), pre: e.pre, snap: h.snap}
		h.envs[e] = copy
	}
	return copy
}

func (h *Handover) fill(fn *Function) {
	view := h.snap.views[fn]
	for _, d := range fn.defaults {
		h.reach(d)
	}
	if len(fn.free) > 0 {
		view.free = make([]*cell, len(fn.free))
		for i, c := range fn.free {
			view.free[i] = h.cell(c)
		}
	}
	for _, i := range fn.code.globals {
		if n := (name{fn.env, i}); !h.names[n] {
			h.names[n] = true
			view.env.globals[i] = h.read(&fn.env.globals[i])
		}
	}
	for _, i := range fn.code.predefined {
		if _, ok := fn.env.pre[i].(*starlark.Builtin); !ok {
			h.reach(fn.env.pre[i])
		}
	}
}

func (h *Handover) cell(c *cell) *cell {
	copy, ok := h.cells[c]
	if !ok {
		copy = new(cell)
		h.cells[c] = copy // before its value: a function may capture itself
		copy.v = h.read(&c.v)
	}
	return copy
}

// read returns what a variable is to the snapshot.
func (h *Handover) read(at *val) val {
	h.snap.sources = append(h.snap.sources, source{at, *at})
	v := *at
	if v.ref != nil && !v.isWhole() && !v.isFloat() {
		v.ref = h.reach(v.ref)
	}
	return v
}

// reach visits a value, and returns what the snapshot has for it.
func (h *Handover) reach(v starlark.Value) starlark.Value {
	fn, ok := v.(*Function)
	if !ok {
		if v != nil {
			h.visit(v)
		}
		return v
	}
	if view := h.made(fn); view != nil {
		return view
	}
	return h.view(fn)
}

// made returns the snapshot of fn that there is already; nil: none that is still good.
func (h *Handover) made(fn *Function) *Function {
	if fn.origin != nil {
		return fn // is one; all it can reach was visited when it was made
	}
	if view, ok := h.snap.views[fn]; ok {
		return view
	}
	if h.final {
		return nil
	}
	if fn.owner != h.m.owner {
		if view := h.m.viewOf(h.m.top, fn); view != fn {
			return view
		}
	}
	if view := fn.shared.Load(); view != nil && view.env.snap.unchanged() {
		h.revisit(view.env.snap)
		return view
	}
	return nil
}

func (h *Handover) revisit(s *snapshot) {
	if h.age == 0 || s.age == h.age {
		return
	}
	s.age = h.age
	for _, v := range s.again {
		h.visit(v)
	}
}

// unchanged reports whether every variable that was read is what it was then.
func (s *snapshot) unchanged() bool {
	for i := range s.sources {
		if s := &s.sources[i]; !same(*s.at, s.v) {
			return false
		}
	}
	return true
}

// same reports whether two vals are the same number or the same object; if that
// cannot be told at once, they are not.
func same(v, w val) bool {
	switch x := v.ref.(type) {
	case starlark.Tuple: // a slice: == would panic
		y, ok := w.ref.(starlark.Tuple)
		return ok && len(x) == len(y) && (len(x) == 0 || &x[0] == &y[0])
	case nil, *intTag, *floatTag, *bigInt, *Function, *starlark.List, *starlark.Dict, *starlark.Set, *starlark.Builtin,
		starlark.String, starlark.Bytes, starlark.Int, starlark.Float, starlark.Bool, starlark.NoneType:
	default:
		if reflect.TypeOf(x).Kind() != reflect.Pointer {
			return false
		}
	}
	return v.n == w.n && v.ref == w.ref
}

// resolve returns what a call of fn on this machine is to call: fn itself on the
// thread that may still assign the names it uses, and its snapshot on others.
func (m *machine) resolve(fr *frame, fn *Function) *Function {
	if fn.owner == m.owner || fn.shared.Load() == nil {
		return fn
	}
	return m.viewOf(fr, fn)
}

// viewOf returns the snapshot of another thread's function that code in fr sees:
// the one that was handed over together with that code, or else the newest; fn itself
// if it was never handed over, only back. That the call which made the function has
// ended makes no difference: what it assigned last was never frozen.
func (m *machine) viewOf(fr *frame, fn *Function) *Function {
	if fr.env != nil && fr.env.snap != nil {
		if view, ok := fr.env.snap.views[fn]; ok {
			return view
		}
	}
	if view := fn.shared.Load(); view != nil {
		return view
	}
	return fn
}
