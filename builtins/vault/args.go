package vault

import (
	"fmt"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// guesses answers keywords of other tools with this one's, by function.
var guesses = map[string]map[string]string{
	"key": {
		"type": "valid_type", "nullable": "can_be_none", "optional": "can_be_none", "validator": "validators", "modifier": "modifiers",
		"doc": "description", "default": "vault.get(key, default=…)",
	},
	"create_vault": {
		"path": "file", "filename": "file", "varvault_filename_to": "file", "varvault_resource_to": "file",
		"varvault_resource_from": `file, with mode="r" or "a"`, "varvault_filename_from": `file, with mode="r" or "a"`,
		"vault_is_read_only": `mode="r"`, "read_only": `mode="r"`, "append": `mode="a"`, "permit_modification": "permit_modifications",
		"overwrite": "permit_modifications", "return_key_can_be_missing": "output_key_can_be_missing",
		"varvault_keyring": "keyring", "varvault_vault_name": "name", "keys": "keyring",
	},
	"manual":    {"input_keys": "input", "return_keys": "output", "inputs": "input", "outputs": "output", "returns": "output", "return": "output"},
	"automatic": {"input_keys": "input", "return_keys": "output", "inputs": "input", "outputs": "output", "returns": "output", "when": "condition", "if": "condition"},
	"vaulter":   {"input": "input_keys", "output": "return_keys", "output_keys": "return_keys"},
	"wait":      {"seconds": "timeout", "secs": "timeout"},
	"get":       {"keys": "key", "fallback": "default"},
}

// unpack is starlark.UnpackArgs, but answers wrong guesses with the right name.
func unpack(fn string, args starlark.Tuple, kwargs []starlark.Tuple, pairs ...any) error {
	if err := builtin.Misnamed(fn, kwargs, guesses[fn]); err != nil {
		return err
	}
	return starlark.UnpackArgs(fn, args, kwargs, pairs...)
}

// key returns the vault's own key for a key or a name.
func (v *vault) key(x starlark.Value) (*Key, error) {
	switch x := x.(type) {
	case *Key:
		if k := v.ring.own(x); k != nil {
			return k, nil
		}
		if v.ring.find(x.name) != nil {
			return nil, fmt.Errorf("key %q of another keyring: %s has one of its own with this name", x.name, v.title)
		}
		return nil, v.unknown(x.name)
	case starlark.String:
		if k := v.ring.find(string(x)); k != nil {
			return k, nil
		}
		return nil, v.unknown(string(x))
	}
	return nil, fmt.Errorf("a key must be a key or its name, not %s", x.Type())
}

func (v *vault) unknown(name string) error {
	text := fmt.Sprintf("%s has no key %q in its keyring", v.title, name)
	if near := engine.Nearest(name, v.ring.AttrNames()); near != "" {
		text += fmt.Sprintf("; did you mean %q?", near)
	}
	return fmt.Errorf("%s", text)
}

// keys takes a key or a name, or a list or tuple of them, each once; None is no key.
func (v *vault) keys(x starlark.Value) ([]*Key, error) {
	var list []*Key
	switch x := x.(type) {
	case starlark.NoneType:
		return nil, nil
	case *starlark.List, starlark.Tuple:
		for e := range starlark.Elements(x.(starlark.Iterable)) {
			k, err := v.key(e)
			if err != nil {
				return nil, err
			}
			list = append(list, k)
		}
	default:
		k, err := v.key(x)
		return []*Key{k}, err
	}
	seen := make(map[*Key]bool, len(list))
	for _, k := range list {
		if seen[k] {
			return nil, fmt.Errorf("key %q is there twice", k.name)
		}
		seen[k] = true
	}
	return list, nil
}

// common returns a key that both lists have, or nil.
func common(a, b []*Key) *Key {
	for _, k := range a {
		if slices.Contains(b, k) {
			return k
		}
	}
	return nil
}

// nameList writes the names of keys: k1, k2.
func nameList(keys []*Key) string {
	list := make([]string, len(keys))
	for i, k := range keys {
		list[i] = k.name
	}
	return strings.Join(list, ", ")
}

func counted(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
