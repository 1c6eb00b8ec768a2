package vault

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A Keyring is the keys that a vault may have, in order. It is immutable.
type Keyring struct {
	keys   []Key // next to each other, as they are used
	byName map[string]*Key
	share  []*rules // of keys that have functions
}

var (
	_ starlark.HasAttrs  = (*Keyring)(nil)
	_ starlark.Sequence  = (*Keyring)(nil)
	_ starlark.Container = (*Keyring)(nil)
	_ engine.Resident    = (*Keyring)(nil)
)

// def keyring(**keys) -> Keyring
//
// keyring makes the list of what a vault can have: keyring(k1=str, k2=key(int)). Each is a
// key, or just its type.
func newKeyring(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, errors.New("keyring: keys are given by name, as in keyring(k1=str, k2=key(int, can_be_none=True))")
	}
	r := newRing(len(kwargs))
	types := map[*starlark.Builtin]*rules{}
	for _, kv := range kwargs {
		name := string(kv[0].(starlark.String))
		if !utf8.ValidString(name) || name == "" {
			return nil, fmt.Errorf("keyring: the name of a key must be valid UTF-8 and not empty, not %q", name)
		}
		rules, err := rulesOf(name, kv[1], types)
		if err != nil {
			return nil, err
		}
		r.add(name, rules)
	}
	return r, nil
}

// rulesOf takes a key, or what is the type of one. Types are equal rules.
func rulesOf(name string, v starlark.Value, types map[*starlark.Builtin]*rules) (*rules, error) {
	if k, ok := v.(*Key); ok {
		if k.name != "" && k.name != name {
			return nil, fmt.Errorf("keyring: %s=key(%q): a key has the name of its keyword: leave it out", name, k.name)
		}
		return k.rules, nil
	}
	b, _ := v.(*starlark.Builtin) // others may be no keys of a map
	if known := types[b]; b != nil && known != nil {
		return known, nil
	}
	kind, err := newKind(v)
	if err != nil {
		return nil, fmt.Errorf("keyring: %s %w; options go into key(…)", name, err)
	}
	r := &rules{kind: kind}
	if b != nil {
		types[b] = r
	}
	return r, nil
}

// class Keyring
//
// A Keyring is the value of keyring(…). Its attributes are its keys; for, len and in work.
//
// def Keyring.__getattr__(name: str) -> Key
// def Keyring.__len__() -> int
// def Keyring.__iter__() -> Iterator[Key]
// def Keyring.__contains__(key: object) -> bool

// Resident says that other processes use it where its keys are.
func (r *Keyring) Resident() bool { return true }

func (r *Keyring) String() string        { return fmt.Sprintf("<keyring of %s>", counted(len(r.keys), "key")) }
func (r *Keyring) Type() string          { return "keyring" }
func (r *Keyring) Freeze()               {} // immutable; Share publishes functions
func (r *Keyring) Truth() starlark.Bool  { return len(r.keys) > 0 }
func (r *Keyring) Hash() (uint32, error) { return 0, errors.New("unhashable type: keyring") }

// Share publishes validators and modifiers.
func (r *Keyring) Share(visit func(starlark.Value)) {
	for _, rules := range r.share {
		rules.share(visit)
	}
}

// Attr returns a key.
func (r *Keyring) Attr(name string) (starlark.Value, error) {
	if k := r.find(name); k != nil {
		return k, nil
	}
	return nil, nil
}

// AttrNames returns the names of the keys, in their order.
func (r *Keyring) AttrNames() []string {
	names := make([]string, len(r.keys))
	for i := range r.keys {
		names[i] = r.keys[i].name
	}
	return names
}

func (r *Keyring) Len() int { return len(r.keys) }

// Iterate goes over the keys.
func (r *Keyring) Iterate() starlark.Iterator { return r.tuple().Iterate() }

func (r *Keyring) tuple() starlark.Tuple {
	t := make(starlark.Tuple, len(r.keys))
	for i := range r.keys {
		t[i] = &r.keys[i]
	}
	return t
}

// Has reports whether it has a key, or one of that name.
func (r *Keyring) Has(v starlark.Value) (bool, error) {
	switch v := v.(type) {
	case *Key:
		return r.own(v) != nil, nil
	case starlark.String:
		return r.find(string(v)) != nil, nil
	}
	return false, fmt.Errorf("a key must be a key or its name, not %s", v.Type())
}

// own returns the keyring's own key for one that it was made from; nil: there is none.
func (r *Keyring) own(k *Key) *Key {
	if k.ring == r {
		return k
	}
	if own := r.find(k.name); k.ring == nil && own != nil && own.rules == k.rules {
		return own
	}
	return nil
}

// newRing returns a keyring with room for n keys, which add fills.
func newRing(n int) *Keyring {
	return &Keyring{keys: make([]Key, 0, n), byName: make(map[string]*Key, n)}
}

// add adds a key whose name is not there. There must be room for it.
func (r *Keyring) add(name string, rules *rules) {
	plain := len(rules.validators)+len(rules.modifiers) == 0
	r.keys = append(r.keys, Key{rules: rules, name: name, ring: r, index: len(r.keys), plain: plain})
	r.byName[name] = &r.keys[len(r.keys)-1]
	if !plain {
		r.share = append(r.share, rules)
	}
}

// find returns the key with a name, or nil.
func (r *Keyring) find(name string) *Key { return r.byName[name] }
