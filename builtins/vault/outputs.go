package vault

import (
	"fmt"

	"go.starlark.net/starlark"
)

// items returns what the function's value means for its output keys: one key takes it
// as it is, several take the elements of a tuple or the entries of a dict. With
// output_key_can_be_missing it is always a dict.
func (f *vaulted) items(value starlark.Value) ([]item, error) {
	switch n := len(f.outputs); {
	case n == 0:
		return nil, nil
	case f.vault.canBeMissing:
		d, ok := value.(*starlark.Dict)
		if !ok {
			return nil, fmt.Errorf("%s: with output_key_can_be_missing it must return a dict of its output keys (%s), not %s", f.Name(), nameList(f.outputs), value.Type())
		}
		return f.entries(d)
	case n == 1:
		return f.checked([]item{{key: f.outputs[0], value: value}})
	}
	switch value := value.(type) {
	case starlark.Tuple:
		return f.elements(value)
	case *starlark.Dict:
		return f.entries(value)
	}
	hint := ""
	if value.Type() == "list" {
		hint = ": write return a, b, not return [a, b]"
	}
	return nil, fmt.Errorf("%s must return a tuple of %d, or a dict, for the keys %s of %s, not %s%s",
		f.Name(), len(f.outputs), nameList(f.outputs), f.vault.title, value.Type(), hint)
}

func (f *vaulted) elements(t starlark.Tuple) ([]item, error) {
	if len(t) != len(f.outputs) {
		return nil, fmt.Errorf("%s must return a tuple of %d for the keys %s of %s, not of %d",
			f.Name(), len(f.outputs), nameList(f.outputs), f.vault.title, len(t))
	}
	items := make([]item, len(t))
	for i, v := range t {
		items[i] = item{key: f.outputs[i], value: v}
	}
	return f.checked(items)
}

// entries takes a dict of keys or their names, with all output keys unless some may be
// missing, and no others unless they are not in the keyring and that is to be ignored.
func (f *vaulted) entries(d *starlark.Dict) ([]item, error) {
	values := map[*Key]starlark.Value{}
	for _, kv := range d.Items() {
		k, err := f.outputKey(kv[0])
		if err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name(), err)
		}
		if k == nil {
			continue
		}
		if _, twice := values[k]; twice {
			return nil, fmt.Errorf("%s returned key %q twice: by name and as a key", f.Name(), k.name)
		}
		values[k] = kv[1]
	}
	var items []item
	for _, k := range f.outputs {
		v, ok := values[k]
		switch {
		case ok:
			items = append(items, item{key: k, value: v})
		case !f.vault.canBeMissing:
			return nil, fmt.Errorf("%s returned no %q for %s: create_vault(…, output_key_can_be_missing=True) allows that", f.Name(), k.name, f.vault.title)
		}
	}
	return f.checked(items)
}

// outputKey returns the output key that is meant; nil: to be ignored.
func (f *vaulted) outputKey(x starlark.Value) (*Key, error) {
	k, err := f.vault.key(x)
	if err != nil {
		name, known := keyName(x)
		if known && f.vault.ignoreUnknown && f.vault.ring.find(name) == nil {
			return nil, nil
		}
		return nil, fmt.Errorf("%w, in what it returned", err)
	}
	for _, out := range f.outputs {
		if out == k {
			return k, nil
		}
	}
	return nil, fmt.Errorf("returned key %q, which is not one of its output keys (%s)", k.name, nameList(f.outputs))
}

func keyName(x starlark.Value) (string, bool) {
	if k, ok := x.(*Key); ok {
		return k.name, true
	}
	return starlark.AsString(x)
}

// checked refuses None, if the vault does.
func (f *vaulted) checked(items []item) ([]item, error) {
	if !f.vault.cannotBeNone {
		return items, nil
	}
	for _, it := range items {
		if it.value == starlark.None {
			return nil, fmt.Errorf("%s returned None for key %q of %s, which has return_values_cannot_be_none", f.Name(), it.key.name, f.vault.title)
		}
	}
	return items, nil
}
