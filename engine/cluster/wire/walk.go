package wire

import (
	"encoding/binary"

	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// A walk writes a graph: shells as they are come to, in the order of a queue; nodes when all
// nodes in them are written, with a stack.
type walk struct {
	enc    *Encoder
	label  func(root int) string // what errors call a root
	action string                // what errors say cannot be done
	base   *prepared             // the task's function; nil: none
	graphTable

	odd   map[starlark.Value]place
	items []item // all that has an identity, as it was found
	queue []int32
	stack []frame
	owner *eval.Function // whose code sees what is being written

	shells, nodes, contents, roots []byte
	nodeCount                      int
}

// A graphTable is what is known of a graph that is written.
type graphTable struct {
	ids     map[place]ref
	firsts  map[*eval.Function]ref // functions, by what they equal
	modules []Blob
	scopes  []int // the module of each

	moduleOf map[*eval.Program]int
	scopeOf  map[eval.Scope]int
}

// A ref is how a value is written that is there already: its number and its tag.
type ref struct {
	n   int32
	tag byte
}

// busy is a node that is not written yet.
var busy = ref{tag: tagUnset}

// An item is a value and how it was found.
type item struct {
	v     starlark.Value
	from  int32          // the item that it is in; -1: it is a root
	at    int32          // which part of that
	owner *eval.Function // whose code sees it; nil: nobody's
}

// run writes values as roots.
func (w *walk) run(values []starlark.Value) error {
	for i, v := range values {
		if err := w.root(v, i); err != nil {
			return err
		}
	}
	return w.drain()
}

func (w *walk) root(v starlark.Value, i int) (err error) {
	w.roots, err = w.slot(w.roots, v, -1, i)
	return err
}

// drain fills the shells.
func (w *walk) drain() error {
	for i := 0; i < len(w.queue); i++ {
		at := w.queue[i]
		it := w.items[at]
		w.owner = it.owner
		if err := w.fill(at, it.v); err != nil {
			return err
		}
	}
	return nil
}

// slot writes v, which is a part of an item.
func (w *walk) slot(b []byte, v starlark.Value, from int32, at int) ([]byte, error) {
	b, atom := appendAtom(b, v)
	if atom {
		return b, nil
	}
	r, err := w.ref(v, from, at)
	if err != nil {
		return b, err
	}
	return binary.AppendUvarint(append(b, r.tag), uint64(r.n)), nil
}

// ref returns the number of a value; if it has none yet, it gets one, and a node is written.
func (w *walk) ref(v starlark.Value, from int32, at int) (ref, error) {
	if fn, ok := v.(*eval.Function); ok {
		v = fn.As(w.owner)
	}
	key, shell := w.place(v)
	if r, ok := w.known(key); ok {
		if r == busy {
			return r, w.refuse(from, at, "a value that holds itself cannot be "+w.action)
		}
		return r, nil
	}
	if shell {
		return w.enqueue(key, v, from, at), nil
	}
	return w.node(v, from, at)
}

func (w *walk) known(key place) (ref, bool) {
	if key.at == nil {
		return ref{}, false
	}
	if r, ok := w.ids[key]; ok {
		return r, true
	}
	if w.base == nil {
		return ref{}, false
	}
	r, ok := w.base.ids[key]
	r.tag += tagOldShell - tagShell
	return r, ok
}

// note gives a value a number.
func (w *walk) note(key place, r ref) ref {
	if key.at != nil {
		if w.ids == nil {
			w.ids = map[place]ref{}
		}
		w.ids[key] = r
	}
	return r
}

func (w *walk) found(v starlark.Value, from int32, at int) int32 {
	w.items = append(w.items, item{v, from, int32(at), w.owner})
	return int32(len(w.items) - 1)
}

func (w *walk) enqueue(key place, v starlark.Value, from int32, at int) ref {
	w.queue = append(w.queue, w.found(v, from, at))
	return w.note(key, ref{int32(len(w.queue) - 1), tagShell})
}

// fill writes a shell and what is in it.
func (w *walk) fill(at int32, v starlark.Value) (err error) {
	b := w.contents
	switch v := v.(type) {
	case *starlark.List:
		w.shells = binary.AppendUvarint(append(w.shells, shellList), uint64(v.Len()))
		for i := range v.Len() {
			if b, err = w.slot(b, v.Index(i), at, i); err != nil {
				return err
			}
		}
	case *starlark.Dict:
		w.shells = binary.LittleEndian.AppendUint64(append(w.shells, shellDict), uint64(v.Len()))
		i := 0
		for k, x := range v.Entries() {
			if b, err = w.slot(b, k, at, i); err != nil {
				return err
			}
			if b, err = w.slot(b, x, at, i+1); err != nil {
				return err
			}
			i += 2
		}
	case *starlark.Set:
		w.shells = binary.LittleEndian.AppendUint64(append(w.shells, shellSet), uint64(v.Len()))
		i := 0
		for x := range starlark.Elements(v) {
			if b, err = w.slot(b, x, at, i); err != nil {
				return err
			}
			i++
		}
	case *eval.Function:
		b, err = w.function(b, at, v)
	}
	w.contents = b
	return err
}

// appendGraph writes what was walked.
func (w *walk) appendGraph(b []byte) []byte {
	for _, n := range []int{len(w.queue), w.nodeCount, len(w.modules), len(w.scopes)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, m := range w.modules {
		b = append(b, m.Hash[:]...)
	}
	for _, m := range w.scopes {
		b = binary.AppendUvarint(b, uint64(m))
	}
	b = append(b, w.shells...)
	b = append(b, w.nodes...)
	b = append(b, w.contents...)
	return append(b, w.roots...)
}

// function writes the shell of a function and what it carries.
func (w *walk) function(b []byte, at int32, fn *eval.Function) (_ []byte, err error) {
	scope, err := w.scope(fn)
	if err != nil {
		return b, w.refuseItem(at, err.Error())
	}
	line, col := fn.Place()
	w.shells = binary.AppendUvarint(append(w.shells, shellFunction), uint64(scope))
	w.shells = binary.AppendUvarint(w.shells, uint64(line))
	w.shells = binary.AppendUvarint(w.shells, uint64(col))
	w.shells = w.same(w.shells, fn)
	w.owner = fn
	i := 0
	for c := range fn.Carries {
		if b, err = w.slot(b, c.Value, at, i); err != nil {
			return b, err
		}
		i++
	}
	return b, nil
}

// same writes which shell before it a function equals; 0: none.
func (w *walk) same(b []byte, fn *eval.Function) []byte {
	key, _ := placeOf(fn)
	own := w.ids[key]
	first, ok := w.firsts[fn.Original()]
	if !ok && w.base != nil {
		if old, found := w.base.firsts[fn.Original()]; found {
			first, ok = ref{old.n, tagOldShell}, true
		}
	}
	if ok {
		return binary.AppendUvarint(append(b, first.tag), uint64(first.n))
	}
	if w.firsts == nil {
		w.firsts = map[*eval.Function]ref{}
	}
	w.firsts[fn.Original()] = own
	return append(b, tagUnset)
}

// scope returns the number of the scope of a function.
func (w *walk) scope(fn *eval.Function) (int, error) {
	s := fn.Scope()
	if i, ok := w.scopeOf[s]; ok {
		return i, nil
	}
	p := fn.Program()
	m, ok := w.moduleOf[p]
	if !ok {
		blob, err := w.enc.module(fn)
		if err != nil {
			return 0, err
		}
		if w.moduleOf == nil {
			w.moduleOf, w.scopeOf = map[*eval.Program]int{}, map[eval.Scope]int{}
		}
		m = len(w.modules)
		w.moduleOf[p] = m
		w.modules = append(w.modules, blob)
	}
	w.scopeOf[s] = len(w.scopes)
	w.scopes = append(w.scopes, m)
	return len(w.scopes) - 1, nil
}
