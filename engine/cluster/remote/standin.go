package remote

import (
	"fmt"
	"hash/maphash"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A standin stands for a value that stays at home.
type standin struct {
	host *host
	id   uint64
	kind string // of references
	typ  string
}

var (
	_ starlark.HasAttrs = (*standin)(nil)
	_ engine.Shareable  = (*standin)(nil)
)

func (s *standin) Type() string               { return s.typ }
func (s *standin) Freeze()                    {} // immutable
func (s *standin) Share(func(starlark.Value)) {} // holds nothing
func (s *standin) Truth() starlark.Bool       { return true }
func (s *standin) Hash() (uint32, error)      { return uint32(maphash.Comparable(seed, s.id)), nil }
func (s *standin) AttrNames() []string {
	_, x, err := s.host.look(question{what: askNames, id: s.id}, nil)
	list, _ := x.(starlark.Tuple)
	if err != nil {
		return nil
	}
	names := make([]string, len(list))
	for i, v := range list {
		names[i], _ = starlark.AsString(v)
	}
	return names
}

var seed = maphash.MakeSeed()

func (s *standin) String() string {
	_, x, err := s.host.look(question{what: askText, id: s.id}, nil)
	if text, ok := x.(starlark.String); ok && err == nil {
		return string(text)
	}
	return "<" + s.typ + ">"
}

// Attr returns a method, which is called at home, or what home has now.
func (s *standin) Attr(name string) (starlark.Value, error) {
	h, known := s.host, s.typ+"."+name
	h.mu.Lock()
	is := h.methods[known]
	h.mu.Unlock()
	if is {
		return &methodOf{s, name}, nil
	}
	what, x, err := h.look(question{what: askAttr, id: s.id, name: name}, nil)
	if err != nil || what != method {
		return x, err
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	h.methods[known] = true
	return &methodOf{s, name}, nil
}

// A methodOf is a method of a standin.
type methodOf struct {
	of   *standin
	name string
}

var _ starlark.Callable = (*methodOf)(nil)

func (m *methodOf) Name() string { return m.name }
func (m *methodOf) String() string {
	return fmt.Sprintf("<built-in method %s of %s value>", m.name, m.of.typ)
}
func (m *methodOf) Type() string          { return "builtin_function_or_method" }
func (m *methodOf) Freeze()               {} // immutable
func (m *methodOf) Truth() starlark.Bool  { return true }
func (m *methodOf) Hash() (uint32, error) { return m.of.Hash() }

// CallInternal calls the method, at home.
func (m *methodOf) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return m.of.call(thread, m.name, args, kwargs)
}

func (s *standin) call(thread *starlark.Thread, name string, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v, t := visitOf(thread)
	if v == nil {
		return nil, errNoTask
	}
	return v.call(t, s.id, name, args, kwargs)
}

// A callable is a standin that can be called.
type callable struct{ standin }

var _ starlark.Callable = (*callable)(nil)

func (c *callable) Name() string { return c.typ }

// CallInternal calls it, at home.
func (c *callable) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return c.call(thread, "", args, kwargs)
}

// A mapping is a standin with keys.
type mapping struct{ standin }

var (
	_ starlark.IterableMapping = (*mapping)(nil)
	_ starlark.Sequence        = (*mapping)(nil)
	_ starlark.Container       = (*mapping)(nil)
)

func (m *mapping) Truth() starlark.Bool { return m.Len() > 0 }

// Len returns how many keys there are.
func (m *mapping) Len() int {
	_, x, err := m.host.look(question{what: askLen, id: m.id}, nil)
	if n, ok := x.(starlark.Int); ok && err == nil {
		if n, err := starlark.AsInt32(n); err == nil {
			return n
		}
	}
	return 0
}

// Get is m[key].
func (m *mapping) Get(key starlark.Value) (starlark.Value, bool, error) {
	_, x, err := m.host.look(question{what: askGet, id: m.id}, key)
	if err != nil {
		return nil, false, err
	}
	if both, ok := x.(starlark.Tuple); ok && len(both) == 2 {
		return both[0], bool(both[1].Truth()), nil
	}
	return nil, false, errBroken
}

// Has is key in m.
func (m *mapping) Has(key starlark.Value) (bool, error) {
	_, x, err := m.host.look(question{what: askHas, id: m.id}, key)
	if err != nil {
		return false, err
	}
	return bool(x.Truth()), nil
}

// Items returns keys and values, as they were at one moment.
func (m *mapping) Items() []starlark.Tuple {
	_, x, err := m.host.look(question{what: askItems, id: m.id}, nil)
	list, _ := x.(starlark.Tuple)
	if err != nil {
		return nil
	}
	var items []starlark.Tuple
	for _, v := range list {
		if kv, ok := v.(starlark.Tuple); ok && len(kv) == 2 {
			items = append(items, kv)
		}
	}
	return items
}

// Iterate goes over the keys.
func (m *mapping) Iterate() starlark.Iterator {
	var keys starlark.Tuple
	for _, kv := range m.Items() {
		keys = append(keys, kv[0])
	}
	return keys.Iterate()
}
