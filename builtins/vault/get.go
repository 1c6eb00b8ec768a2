package vault

import (
	"fmt"

	"go.starlark.net/starlark"
)

// at returns what a key has; nil: nothing.
func (v *vault) at(k *Key) starlark.Value {
	s := &v.slots[k.index]
	if !v.permitModifications && s.there.Load() {
		return s.value // for good
	}
	v.mu.Lock() // so that of an insert of several keys all are seen or none
	defer v.mu.Unlock()
	return s.value
}

// def Vault.get(key: Key | str | list | tuple, default=…) -> Any
//
// get returns the value of a key, or of a list of keys a dict of all, as they were at
// one moment. What is not there is default, or an error without one.
func (v *vault) getMethod(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 1 && len(kwargs) == 0 {
		return v.get(args[0], nil)
	}
	var key, other starlark.Value
	if err := unpack("get", args, kwargs, "key", &key, "default?", &other); err != nil {
		return nil, err
	}
	return v.get(key, other)
}

// get returns the value, or other, which may be nil: then there must be one.
func (v *vault) get(key, other starlark.Value) (starlark.Value, error) {
	switch key.(type) {
	case *starlark.List, starlark.Tuple:
		keys, err := v.keys(key)
		if err != nil {
			return nil, fmt.Errorf("get: %w", err)
		}
		return v.getAll(keys, other)
	}
	k, err := v.key(key)
	if err != nil {
		return nil, fmt.Errorf("get: %w", err)
	}
	if value := v.at(k); value != nil {
		return value, nil
	}
	if other == nil {
		return nil, v.missing(k)
	}
	return other, nil
}

func (v *vault) missing(k *Key) error { return fmt.Errorf("%s has no %q yet", v.title, k.name) }

func (v *vault) getAll(keys []*Key, other starlark.Value) (starlark.Value, error) {
	values := v.values(keys)
	d := starlark.NewDict(len(keys))
	for i, k := range keys {
		value := values[i]
		if value == nil {
			value = other
		}
		if value == nil {
			return nil, v.missing(k)
		}
		_ = d.SetKey(starlark.String(k.name), value) // a string key of a new dict: cannot fail
	}
	return d, nil
}

// values returns what keys have at one moment, nil for nothing.
func (v *vault) values(keys []*Key) []starlark.Value {
	list := make([]starlark.Value, len(keys))
	v.mu.Lock()
	defer v.mu.Unlock()
	for i, k := range keys {
		list[i] = v.slots[k.index].value
	}
	return list
}

// def Vault.asdict() -> dict[str, Any]
//
// asdict returns a new dict of all that the vault has, in the keyring's order.
func (v *vault) asdict(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("asdict", args, kwargs); err != nil {
		return nil, err
	}
	items := v.Items()
	d := starlark.NewDict(len(items))
	for _, kv := range items {
		_ = d.SetKey(kv[0], kv[1])
	}
	return d, nil
}

// Items returns names and values, in the keyring's order.
func (v *vault) Items() []starlark.Tuple {
	v.mu.Lock()
	defer v.mu.Unlock()
	items := make([]starlark.Tuple, 0, v.present)
	for i := range v.slots {
		if s := &v.slots[i]; s.value != nil {
			items = append(items, starlark.Tuple{starlark.String(v.ring.keys[i].name), s.value})
		}
	}
	return items
}

// Iterate goes over the names of the keys that have a value now.
func (v *vault) Iterate() starlark.Iterator {
	var names starlark.Tuple
	for _, kv := range v.Items() {
		names = append(names, kv[0])
	}
	return names.Iterate()
}

// Len returns how many keys have a value.
func (v *vault) Len() int {
	v.mu.Lock()
	defer v.mu.Unlock()
	return v.present
}

// Get is vault[key].
func (v *vault) Get(key starlark.Value) (value starlark.Value, found bool, err error) {
	k, err := v.key(key)
	if err != nil {
		return nil, false, err
	}
	if value = v.at(k); value == nil {
		return nil, false, v.missing(k)
	}
	return value, true, nil
}

// Has reports whether a key has a value.
func (v *vault) Has(key starlark.Value) (bool, error) {
	k, err := v.key(key)
	if err != nil {
		return false, err
	}
	return v.at(k) != nil, nil
}
