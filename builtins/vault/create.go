package vault

import (
	"errors"
	"fmt"
	"runtime"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def create_vault(keyring: Keyring, name: str, file: str | None = None, mode: str | None = None, permit_modifications: bool = False, return_values_cannot_be_none: bool = False, ignore_keys_not_in_keyring: bool = False, output_key_can_be_missing: bool = False) -> Vault
//
// create_vault makes a vault: values under the keys of a keyring, each written once unless
// permit_modifications. With a file it is kept as JSON; mode is "w" for a new one, "a" to go
// on, "r" to read only. It blocks while it reads the file.
func (m *module) createVault(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := engine.Of(thread)
	v := &vault{running: map[*due]bool{}}
	var ring starlark.Value
	var file, mode starlark.Value = starlark.None, starlark.None
	err := unpack(b.Name(), args, kwargs, "keyring", &ring, "name", &v.name, "file?", &file, "mode?", &mode,
		"permit_modifications?", &v.permitModifications, "return_values_cannot_be_none?", &v.cannotBeNone,
		"ignore_keys_not_in_keyring?", &v.ignoreUnknown, "output_key_can_be_missing?", &v.canBeMissing)
	if err != nil {
		return nil, err
	}
	var ok bool
	if v.ring, ok = ring.(*Keyring); !ok {
		return nil, fmt.Errorf("create_vault: keyring must be a keyring, as in create_vault(keyring(k1=str), %q), not %s", v.name, ring.Type())
	}
	if v.name == "" {
		return nil, errors.New("create_vault: name must not be empty")
	}
	v.title, v.store = fmt.Sprintf("vault %q", v.name), &store{v}
	v.bind()
	v.slots = make([]slot, len(v.ring.keys))
	if err := v.setFile(file, mode); err != nil {
		return nil, err
	}
	if v.file != "" {
		if err := v.open(t, m.disk(t.Run().Grants(), v.file)); err != nil {
			return nil, err
		}
	}
	v.background = m.background(t, "vault "+v.name, min(32, runtime.NumCPU()+4))
	v.endWith(t)
	return v, nil
}

func (v *vault) setFile(file, mode starlark.Value) error {
	if mode != starlark.None {
		v.mode, _ = starlark.AsString(mode)
		if v.mode != "r" && v.mode != "w" && v.mode != "a" {
			return fmt.Errorf("create_vault: mode must be %s, not %v", modes, mode)
		}
	}
	if file == starlark.None {
		if v.mode != "" {
			return errors.New("create_vault: mode is that of a file: give file= too")
		}
		return nil
	}
	name, ok := starlark.AsString(file)
	if !ok || name == "" {
		return fmt.Errorf("create_vault: file must be the path of a file, not %v", file)
	}
	v.file = name
	return nil
}

// modes is how messages name them.
const modes = `"w" (begin anew), "a" (continue) or "r" (only read)`
