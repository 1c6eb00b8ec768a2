package engine

import (
	"reflect"
	"sync"

	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// Values that modules have for every script are the same in every process that has these
// modules: a name such as json.decode stands for them.
type named struct {
	once   sync.Once
	names  map[starlark.Value]string
	values starlark.StringDict
}

// NameOf returns the name under which every run of an engine with the same modules finds a
// function, a namespace or another value that cannot be changed.
func (r *Run) NameOf(v starlark.Value) (string, bool) {
	if !reflect.ValueOf(v).Comparable() {
		return "", false
	}
	if name, ok := r.bound().names[v]; ok {
		return name, true
	}
	name, ok := r.engine.named.of(r.engine.predeclared).names[v]
	return name, ok
}

// Named returns what NameOf has given a name for.
func (r *Run) Named(name string) (starlark.Value, bool) {
	if v, ok := r.bound().values[name]; ok {
		return v, true
	}
	v, ok := r.engine.named.of(r.engine.predeclared).values[name]
	return v, ok
}

// Predeclared returns the value that the run's scripts find under a name, but for what the
// host gives the run by Input.
func (r *Run) Predeclared(name string) (starlark.Value, bool) {
	if r.script.vars[name] {
		return nil, false
	}
	if v, ok := r.own[name]; ok {
		return v, true
	}
	if v, ok := r.engine.predeclared[name]; ok {
		return v, true
	}
	v, ok := starlark.Universe[name]
	return v, ok
}

// Names returns the names that all runs of the engine find something under.
func (e *Engine) Names() []string { return e.named.of(e.predeclared).values.Keys() }

// bound has the names of values that belong to the run.
func (r *Run) bound() *named {
	own := starlark.StringDict{}
	for name, v := range r.own {
		if _, ok := r.engine.predeclared[name]; ok && !r.script.vars[name] {
			own[name] = v
		}
	}
	return r.shared.named.of(own)
}

func (n *named) of(all starlark.StringDict) *named {
	n.once.Do(func() {
		n.names, n.values = map[starlark.Value]string{}, starlark.StringDict{}
		for _, name := range all.Keys() {
			n.add(name, all[name], 0)
		}
	})
	return n
}

// maxInside is how deep namespaces are looked into.
const maxInside = 4

func (n *named) add(name string, v starlark.Value, depth int) {
	if !reflect.ValueOf(v).Comparable() || depth > maxInside {
		return
	}
	switch v := v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
		return // is sent as it is
	case *Namespace:
		for _, member := range v.members.Keys() {
			n.add(name+"."+member, v.members[member], depth+1)
		}
	case *starlarkstruct.Module:
		for _, member := range v.Members.Keys() {
			n.add(name+"."+member, v.Members[member], depth+1)
		}
	case starlark.HasAttrs:
		if _, ok := v.(starlark.Callable); ok {
			n.attrs(name, v, depth)
		}
	}
	if _, ok := n.names[v]; !ok {
		n.names[v] = name
	}
	n.values[name] = v
}

// attrs adds what a function has as attributes, such as threadgroup.create_function: what
// is the same each time it is asked for.
func (n *named) attrs(name string, v starlark.HasAttrs, depth int) {
	for _, attr := range v.AttrNames() {
		x, err := v.Attr(attr)
		if err != nil || x == nil || !reflect.ValueOf(x).Comparable() {
			continue
		}
		if again, err := v.Attr(attr); err == nil && again == x {
			n.add(name+"."+attr, x, depth+1)
		}
	}
}
