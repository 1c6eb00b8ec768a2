package vault

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A Key is the name of a value and what is asked of it. Keys that key(…) makes belong
// to no keyring; a keyring makes its own of them. It is immutable.
type Key struct {
	*rules
	name  string
	ring  *Keyring // nil: none
	index int      // in the keyring
	plain bool     // there are no functions to call
}

// rules are what key(…) says of a key.
type rules struct {
	kind        kind
	canBeNone   bool
	validators  []starlark.Callable
	modifiers   []starlark.Callable
	description string
}

var (
	_ starlark.HasAttrs = (*Key)(nil)
	_ engine.Resident   = (*Key)(nil)
)

// Resident says that other processes use it where its functions are.
func (k *Key) Resident() bool { return true }

func (k *Key) String() string        { return k.name }
func (k *Key) Type() string          { return "key" }
func (k *Key) Freeze()               {} // immutable; Share publishes its functions
func (k *Key) Truth() starlark.Bool  { return true }
func (k *Key) Hash() (uint32, error) { return starlark.String(k.name).Hash() }

// Share publishes validators and modifiers.
func (k *Key) Share(visit func(starlark.Value)) { k.rules.share(visit) }

func (r *rules) share(visit func(starlark.Value)) {
	for _, f := range r.validators {
		visit(f)
	}
	for _, f := range r.modifiers {
		visit(f)
	}
}

// class Key
//
// A Key is the name of a value in vaults, with the type that it must have. Keyring.k1 is one.
//
//	name: str          of the key
//	valid_type: Any    constructor or name of the type; None is any
//	can_be_none: bool  whether None is fine, too
//	description: str   what it is for
var keyAttrs = builtin.Attrs[*Key]{
	"name":        func(k *Key) (starlark.Value, error) { return starlark.String(k.name), nil },
	"valid_type":  func(k *Key) (starlark.Value, error) { return k.kind.given, nil },
	"can_be_none": func(k *Key) (starlark.Value, error) { return starlark.Bool(k.canBeNone), nil },
	"description": func(k *Key) (starlark.Value, error) { return starlark.String(k.description), nil },
}

var keyAttrGuesses = map[string]string{"key_name": "name", "type": "valid_type", "doc": "description"}

func (k *Key) Attr(name string) (starlark.Value, error) { return keyAttrs.Get(k, name, keyAttrGuesses) }
func (k *Key) AttrNames() []string                      { return keyAttrs.Names() }

// def key(name: str | Callable | None = None, valid_type: Callable | str | None = None, can_be_none: bool = False, validators: Callable | list | None = [], modifiers: Callable | list | None = [], description: str = "") -> Key
//
// key makes a key of a keyring. Modifiers are functions that a value goes through before it
// is put in; validators are asked then, and refuse it with False or a failure.
// A first argument that is no string is the type. The name may be left out where a
// keyring's keyword gives it.
func newKey(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		if _, named := args[0].(starlark.String); !named {
			args = append(starlark.Tuple{starlark.String("")}, args...)
		}
	}
	var validType, validators, modifiers starlark.Value = starlark.None, starlark.None, starlark.None
	k := &Key{rules: &rules{}}
	err := unpack(b.Name(), args, kwargs, "name?", &k.name, "valid_type?", &validType, "can_be_none?", &k.canBeNone,
		"validators?", &validators, "modifiers?", &modifiers, "description?", &k.description)
	if err != nil {
		return nil, err
	}
	if !utf8.ValidString(k.name) {
		return nil, errors.New("key: name is not valid UTF-8")
	}
	if k.kind, err = newKind(validType); err != nil {
		return nil, fmt.Errorf("key: valid_type %w", err)
	}
	if k.validators, err = functions(validators); err != nil {
		return nil, fmt.Errorf("key: validators %w", err)
	}
	if k.modifiers, err = functions(modifiers); err != nil {
		return nil, fmt.Errorf("key: modifiers %w", err)
	}
	return k, nil
}

// functions takes a function or a list of them.
func functions(v starlark.Value) ([]starlark.Callable, error) {
	switch v := v.(type) {
	case starlark.NoneType:
		return nil, nil
	case starlark.Callable:
		return []starlark.Callable{v}, nil
	case *starlark.List, starlark.Tuple:
		var list []starlark.Callable
		for x := range starlark.Elements(v.(starlark.Iterable)) {
			f, ok := x.(starlark.Callable)
			if !ok {
				return nil, fmt.Errorf("must be functions of the value, not %s", x.Type())
			}
			list = append(list, f)
		}
		return list, nil
	}
	return nil, fmt.Errorf("must be a list of functions of the value, not %s", v.Type())
}
