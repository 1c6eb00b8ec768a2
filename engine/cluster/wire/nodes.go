package wire

import (
	"encoding/binary"
	"errors"
	"reflect"
	"strings"
	"unsafe"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// placeOf returns what identifies a value, and whether it is one that gets a shell. The zero
// place: nothing does.
func placeOf(v starlark.Value) (_ place, shell bool) {
	switch v := v.(type) {
	case *starlark.List:
		return place{unsafe.Pointer(v), 0}, true
	case *starlark.Dict:
		return place{unsafe.Pointer(v), 0}, true
	case *starlark.Set:
		return place{unsafe.Pointer(v), 0}, true
	case *eval.Function:
		return place{unsafe.Pointer(v), 0}, true
	case starlark.Tuple:
		return place{unsafe.Pointer(unsafe.SliceData(v)), len(v)}, false
	case starlark.String:
		return place{unsafe.Pointer(unsafe.StringData(string(v))), len(v)}, false
	case starlark.Bytes: // a string and bytes may be at the same place
		return place{unsafe.Pointer(unsafe.StringData(string(v))), -len(v)}, false
	}
	if x := reflect.ValueOf(v); x.Kind() == reflect.Pointer {
		return place{x.UnsafePointer(), 0}, false
	}
	return place{}, false
}

// place is placeOf, but values that are no pointers have a place too, if they can be compared.
func (w *walk) place(v starlark.Value) (_ place, shell bool) {
	key, shell := placeOf(v)
	if key.at != nil || !reflect.ValueOf(v).Comparable() {
		return key, shell
	}
	key, ok := w.odd[v]
	if !ok {
		if w.odd == nil {
			w.odd = map[starlark.Value]place{}
		}
		key.at = unsafe.Pointer(new(item))
		w.odd[v] = key
	}
	return key, false
}

// A frame is a node that is being written: first all nodes that it holds are.
type frame struct {
	item  int32
	place place
	kind  byte
	names []string         // what is said of it before what it holds
	holds []starlark.Value // in the order of the parts that errors name
	next  int
}

// node writes a node and all nodes in it, and returns its number. Tuples, structs and so on
// cannot hold themselves but through a shell, so this ends.
func (w *walk) node(v starlark.Value, from int32, at int) (r ref, err error) {
	depth := len(w.stack)
	if err := w.push(v, from, at); err != nil {
		return busy, err
	}
	for len(w.stack) > depth {
		f := &w.stack[len(w.stack)-1]
		if f.next == len(f.holds) {
			if r, err = w.finish(f); err != nil {
				return r, err
			}
			w.stack = w.stack[:len(w.stack)-1]
			continue
		}
		i := f.next
		f.next++
		if err := w.prepare(f.holds[i], f.item, i); err != nil {
			return busy, err
		}
	}
	return r, nil
}

// prepare pushes v, a part of the node on top, if it is a node that is not written.
func (w *walk) prepare(v starlark.Value, from int32, at int) error {
	if isAtom(v) {
		return nil
	}
	key, shell := w.place(v)
	if shell {
		return nil // finish sees to it
	}
	if r, ok := w.known(key); ok {
		if r == busy {
			return w.refuse(from, at, "a value that holds itself cannot be "+w.action)
		}
		return nil
	}
	return w.push(v, from, at)
}

// push begins a node.
func (w *walk) push(v starlark.Value, from int32, at int) error {
	key, _ := w.place(v)
	f := frame{item: w.found(v, from, at), place: key}
	if err := w.classify(&f, v); err != nil {
		return err
	}
	w.note(key, busy)
	w.stack = append(w.stack, f)
	return nil
}

// classify says what a node is and what it holds.
func (w *walk) classify(f *frame, v starlark.Value) error {
	switch v := v.(type) {
	case starlark.Tuple:
		f.kind, f.holds = nodeTuple, v
		return nil
	case starlark.String:
		f.kind, f.names = nodeString, []string{string(v)}
		return nil
	case starlark.Bytes:
		f.kind, f.names = nodeBytes, []string{string(v)}
		return nil
	case *starlarkstruct.Struct:
		f.kind = nodeStruct
		f.holds = append(f.holds, v.Constructor())
		for i := range v.Len() {
			name, x := v.AttrAt(i)
			f.names, f.holds = append(f.names, name), append(f.holds, x)
		}
		return nil
	case *starlark.Builtin:
		return w.builtin(f, v)
	}
	if f.place.at == nil { // there would be no end of it
		return w.refuseItem(f.item, w.unknown(v))
	}
	return w.other(f, v)
}

func (w *walk) builtin(f *frame, b *starlark.Builtin) error {
	x := b.Receiver()
	if x == nil {
		return w.other(f, b)
	}
	m, err := eval.Attr(x, b.Name())
	if own, ok := m.(*starlark.Builtin); err != nil || !ok || own.Receiver() == nil || own.Name() != b.Name() {
		return w.other(f, b)
	}
	f.kind, f.names, f.holds = nodeMethod, []string{b.Name()}, []starlark.Value{x}
	return nil
}

// other classifies what is none of Starlark's own types.
func (w *walk) other(f *frame, v starlark.Value) error {
	if w.enc.opts.Reference != nil {
		if kind, name, ok := w.enc.opts.Reference(v); ok {
			f.kind, f.names = nodeReference, []string{kind, name}
			return nil
		}
	}
	if name, ok := w.enc.run.NameOf(v); ok {
		f.kind, f.names = nodeNamed, []string{name}
		return nil
	}
	if m, ok := v.(*starlarkstruct.Module); ok {
		f.kind, f.names, f.holds = nodeModule, m.Members.Keys(), []starlark.Value{starlark.String(m.Name)}
		for _, name := range f.names {
			f.holds = append(f.holds, m.Members[name])
		}
		return nil
	}
	if p, ok := v.(engine.Portable); ok {
		kind, state, err := p.State()
		if err != nil {
			return w.refuseItem(f.item, err.Error())
		}
		f.kind, f.names, f.holds = nodePortable, []string{kind}, []starlark.Value{state}
		return nil
	}
	if failed, ok := v.(*engine.Failed); ok {
		f.kind, f.names = nodeFailed, []string{string(Failure(failed.Err))}
		return nil
	}
	if method, text := elems(v); text != nil {
		f.kind, f.names, f.holds = nodeElems, []string{method}, []starlark.Value{text}
		return nil
	}
	return w.refuseItem(f.item, w.unknown(v))
}

func (w *walk) unknown(v starlark.Value) string {
	return `a value of type "` + v.Type() + `" cannot be ` + w.action
}

// elems returns what v, such as "abc".elems(), was made of; nil: v is no such value.
func elems(v starlark.Value) (method string, text starlark.Value) {
	typ := v.Type()
	if typ != "string.elems" && typ != "string.codepoints" && typ != "bytes.elems" {
		return "", nil
	}
	shown := v.String() // "abc".elems()
	dot := strings.LastIndexByte(shown, '.')
	s, err := unquote(shown[:max(dot, 0)])
	if err != nil { // it is no text, and cannot be written as a literal
		s = spelled(v.(starlark.Iterable), typ == "string.codepoints")
	}
	method = strings.TrimSuffix(shown[dot+1:], "()")
	if typ == "bytes.elems" {
		return method, starlark.Bytes(s)
	}
	return method, starlark.String(s)
}

// unquote reads a string literal.
func unquote(quoted string) (string, error) {
	e, err := (&syntax.FileOptions{}).ParseExpr("", quoted, 0)
	if err != nil {
		return "", err
	}
	if lit, ok := e.(*syntax.Literal); ok {
		if s, ok := lit.Value.(string); ok {
			return s, nil
		}
	}
	return "", errors.New("it is no string")
}

// spelled puts a string together again of its bytes or characters.
func spelled(it starlark.Iterable, runes bool) string {
	var b strings.Builder
	for v := range starlark.Elements(it) {
		if s, ok := starlark.AsString(v); ok {
			b.WriteString(s)
		} else if n, err := starlark.AsInt32(v); err == nil && runes {
			b.WriteRune(rune(n))
		} else if err == nil {
			b.WriteByte(byte(n))
		}
	}
	return b.String()
}

// finish writes a node: all nodes that it holds are written.
func (w *walk) finish(f *frame) (ref, error) {
	b := append(w.nodes, f.kind)
	names, holds := f.names, f.holds
	switch f.kind {
	case nodeTuple:
		b = binary.AppendUvarint(b, uint64(len(holds)))
	case nodeStruct, nodeModule:
		names = nil
	}
	named := names == nil && f.kind != nodeTuple // what comes after the first has a name
	for _, name := range names {
		b = appendText(b, name)
	}
	for i, x := range holds {
		if named && i > 0 {
			b = appendText(b, f.names[i-1])
		}
		var err error
		if b, err = w.slot(b, x, f.item, i); err != nil {
			return busy, err
		}
		if named && i == 0 {
			b = binary.AppendUvarint(b, uint64(len(f.names)))
		}
	}
	w.nodes = b
	w.nodeCount++
	return w.note(f.place, ref{int32(w.nodeCount - 1), tagNode}), nil
}
