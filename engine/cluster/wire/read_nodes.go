package wire

import (
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// node reads a node. What is in it is there already.
func (d *decoding) node() (v starlark.Value, h heft) {
	kind := d.byte()
	switch kind {
	case nodeTuple:
		v, h = d.tupleNode()
	case nodeStruct:
		v, h = d.structNode()
	case nodeString:
		s := d.text()
		v, h = starlark.String(s), textHeft(len(s))
	case nodeBytes:
		s := d.text()
		v, h = starlark.Bytes(s), textHeft(len(s))
	case nodeMethod:
		v, h = d.method()
	case nodeNamed:
		v, h = d.named(), light
	case nodeReference:
		v, h = d.reference(), light
	case nodePortable:
		v, h = d.portable()
	case nodeFailed:
		v, h = d.failed(), light
	case nodeModule:
		v, h = d.moduleNode(), light
	case nodeElems:
		v, h = d.elems(), light
	default:
		d.fail("there is no node %d", kind)
	}
	if v == nil && d.err == nil {
		d.fail("a node of kind %d is nothing", kind)
	}
	return v, h
}

func (d *decoding) tupleNode() (starlark.Value, heft) {
	h := light
	t := make(starlark.Tuple, d.count(1))
	for i := range t {
		var part heft
		if t[i], part = d.value(); d.err != nil {
			return nil, h
		}
		h.add(part)
	}
	if len(t) == 0 {
		d.fail("a tuple without elements is a node")
	}
	return t, h
}

// structNode reads a struct. Fields come by name, each another: there is one way to sort them.
func (d *decoding) structNode() (starlark.Value, heft) {
	h := light
	constructor, part := d.value()
	h.add(part)
	fields := make([]starlark.Tuple, d.count(2))
	parts := make(starlark.Tuple, 2*len(fields))
	d.fields(len(fields), func(i int, name string, v starlark.Value, part heft) {
		fields[i] = parts[2*i : 2*i+2]
		fields[i][0], fields[i][1] = starlark.String(name), v
		h.add(part)
		h.add(textHeft(len(name)))
	})
	if d.err != nil {
		return nil, h
	}
	return starlarkstruct.FromKeywords(constructor, fields), h
}

// fields reads n names and values.
func (d *decoding) fields(n int, take func(i int, name string, v starlark.Value, part heft)) {
	last := ""
	for i := range n {
		name := d.text()
		if i > 0 && name <= last {
			d.fail("names are not in order")
		}
		last = name
		v, part := d.value()
		if d.err != nil {
			return
		}
		take(i, name, v, part)
	}
}

// moduleNode reads what module(…) has made.
func (d *decoding) moduleNode() starlark.Value {
	name, _ := d.value()
	m := &starlarkstruct.Module{Members: starlark.StringDict{}}
	m.Name, _ = starlark.AsString(name)
	d.fields(d.count(2), func(_ int, name string, v starlark.Value, _ heft) { m.Members[name] = v })
	if d.err != nil {
		return nil
	}
	return m
}

// method reads a method of a value, such as [].append.
func (d *decoding) method() (starlark.Value, heft) {
	name := d.text()
	x, h := d.value()
	h.add(textHeft(len(name)))
	if d.err != nil {
		return nil, h
	}
	v, err := guarded(func() (starlark.Value, error) { return eval.Attr(x, name) })
	if b, ok := v.(*starlark.Builtin); err != nil || !ok || b.Receiver() == nil || b.Name() != name {
		d.fail("%s has no method %q", x.Type(), name)
	}
	return v, h
}

func (d *decoding) named() starlark.Value {
	name := d.text()
	v, ok := d.d.run.Named(name)
	if !ok {
		d.fail("there is no %s here", name)
	}
	return v
}

func (d *decoding) reference() starlark.Value {
	kind, name := d.text(), d.text()
	if d.err != nil {
		return nil
	}
	if d.d.opts.Resolve == nil {
		d.fail("there is no %s %q here", kind, name)
		return nil
	}
	v, err := guarded(func() (starlark.Value, error) { return d.d.opts.Resolve(kind, name) })
	if err != nil {
		d.stop(err)
	}
	return v
}

func (d *decoding) portable() (starlark.Value, heft) {
	kind := d.text()
	state, h := d.value()
	if d.err != nil {
		return nil, h
	}
	v, err := guarded(func() (starlark.Value, error) {
		v, ok, err := d.d.run.Engine().Restore(kind, state)
		if !ok {
			err = errors.New("it is not known here")
		}
		return v, err
	})
	if err != nil {
		d.fail("a value of kind %q: %s", kind, err)
	}
	h.depth++
	return v, h
}

func (d *decoding) failed() starlark.Value {
	e, err := ReadFailure(d.bytes(d.uvarint()))
	if err != nil {
		d.stop(err)
	}
	return &engine.Failed{Err: e}
}

// guarded makes an error of a panic in what modules do with values that nobody has checked.
func guarded(f func() (starlark.Value, error)) (v starlark.Value, err error) {
	defer func() {
		if x := recover(); x != nil {
			v, err = nil, fmt.Errorf("panic: %v", x)
		}
	}()
	return f()
}

func (d *decoding) elems() starlark.Value {
	method := d.text()
	x, _ := d.value()
	if d.err != nil {
		return nil
	}
	switch x.(type) {
	case starlark.String, starlark.Bytes:
		switch method {
		case "elems", "elem_ords", "codepoints", "codepoint_ords":
			m, err := x.(starlark.HasAttrs).Attr(method)
			if err == nil && m != nil {
				v, err := d.call(m)
				if err == nil {
					return v
				}
			}
		}
	}
	d.fail("%s has no %q", x.Type(), method)
	return nil
}
