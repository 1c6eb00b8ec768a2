package vault

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// An insert is what goes into a vault together or not at all.
type insert struct {
	vault *vault
	who   string // the function that it is an output of, or insert
	items []item
}

// An item is one key and what it is to have.
type item struct {
	key   *Key
	value starlark.Value
	text  []byte // for the file
}

// def Vault.insert(key: Key | str, value) -> None
//
// insert gives a key its value. A key that has one is an error unless the vault permits
// modifications. It blocks until the vault's file, if it has one, has the change.
func (v *vault) insertMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) == 2 && len(kwargs) == 0 {
		return starlark.None, v.insert(thread, args[0], args[1])
	}
	var key, value starlark.Value
	if err := unpack("insert", args, kwargs, "key", &key, "value", &value); err != nil {
		return nil, err
	}
	return starlark.None, v.insert(thread, key, value)
}

func (v *vault) insert(thread *starlark.Thread, key, value starlark.Value) error {
	k, err := v.key(key)
	if err != nil {
		return fmt.Errorf("insert: %w", err)
	}
	if k.plain && v.keeper == nil && scalar(value) {
		stored, due := v.storeAtOnce(k, value)
		if due {
			v.launch(engine.Of(thread))
		}
		if stored {
			return nil
		}
	}
	in := &insert{vault: v, who: "insert", items: []item{{key: k, value: value}}}
	t := engine.Of(thread)
	if err := in.prepare(t); err != nil {
		return err
	}
	return in.commit(t)
}

// storeAtOnce is prepare and commit of a value that there is nothing to do for; false if
// it is refused: then they say why.
func (v *vault) storeAtOnce(k *Key, value starlark.Value) (stored, due bool) {
	if v.mode == "r" || value == starlark.None || !k.kind.holds(value) {
		return false, false
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	s := &v.slots[k.index]
	if s.value == nil {
		v.present++
	} else if !v.permitModifications {
		return false, false
	}
	s.set(value, nil)
	return true, len(v.watchers[k.index]) > 0 && v.dueLocked([]item{{key: k}})
}

// prepare makes ready what is to be inserted and checks all of it: modifiers of every
// key, then that none is written already, then types, then validators. It calls script
// code, and holds no lock.
func (in *insert) prepare(t *engine.Thread) error {
	if err := in.vault.writable(); err != nil {
		return in.refuse(err)
	}
	for i := range in.items {
		if err := in.modify(t, &in.items[i]); err != nil {
			return err
		}
	}
	if err := in.written(); err != nil {
		return err
	}
	for _, it := range in.items {
		if err := in.vault.fits(t, it.key, it.value); err != nil {
			return in.refuse(err)
		}
	}
	for _, it := range in.items {
		if err := in.vault.validate(t, it.key, it.value); err != nil {
			return in.refuse(err)
		}
	}
	in.publish(t)
	return in.encode()
}

func (in *insert) refuse(err error) error {
	if passes(err) {
		return err
	}
	return fmt.Errorf("%s: %w", in.who, err)
}

// modify applies the key's modifiers. None that the key can be is left alone.
func (in *insert) modify(t *engine.Thread, it *item) error {
	if it.value == starlark.None && it.key.canBeNone {
		return nil
	}
	for _, f := range it.key.modifiers {
		v, err := starlark.Call(t.Starlark(), f, starlark.Tuple{it.value}, nil)
		if err != nil {
			if t.Cancelled() != nil || passes(err) {
				return err
			}
			return in.refuse(fmt.Errorf("%s: key %q: modifier %s failed with %s: %w", in.vault.title, it.key.name, f.Name(), shown(t, it.value), err))
		}
		it.value = v
	}
	return nil
}

// written returns an error if a key has a value that must not change.
func (in *insert) written() error {
	v := in.vault
	if v.permitModifications {
		return nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	return in.writtenLocked()
}

func (in *insert) writtenLocked() error {
	for _, it := range in.items {
		if in.vault.slots[it.key.index].value != nil && !in.vault.permitModifications {
			return in.refuse(in.vault.already(it.key))
		}
	}
	return nil
}

// fits returns an error if a value is not of the key's type.
func (v *vault) fits(t *engine.Thread, k *Key, value starlark.Value) error {
	if value == starlark.None {
		if k.canBeNone || k.kind.name == "NoneType" {
			return nil
		}
		must := "must not be None"
		if k.kind.name != "" {
			must = "must be " + k.kind.shown + ", not None"
		}
		return fmt.Errorf("key %q of %s %s: key(…, can_be_none=True) allows it", k.name, v.title, must)
	}
	if k.kind.holds(value) {
		return nil
	}
	return fmt.Errorf("key %q of %s must be %s, not %s (%s)%s", k.name, v.title, k.kind.shown, value.Type(), shown(t, value), k.kind.hint(value))
}

// validate asks the key's validators, unless the value is None.
func (v *vault) validate(t *engine.Thread, k *Key, value starlark.Value) error {
	if value == starlark.None {
		return nil
	}
	for _, f := range k.validators {
		answer, err := starlark.Call(t.Starlark(), f, starlark.Tuple{value}, nil)
		if err != nil && (t.Cancelled() != nil || passes(err)) {
			return err
		}
		if err == nil && answer != starlark.False {
			continue
		}
		text := fmt.Sprintf("%s: key %q: validator %s refused %s", v.title, k.name, f.Name(), shown(t, value))
		if err != nil {
			return fmt.Errorf("%s: %w", text, err)
		}
		return errors.New(text)
	}
	return nil
}

// passes reports whether an error is not about the value, but about the thread.
func passes(err error) bool {
	var kind interface{ Kind() string }
	return engine.Passes(err) || errors.As(err, &kind) && (kind.Kind() == "cancelled" || kind.Kind() == "deadline")
}

// publish makes the values such as other threads may have.
func (in *insert) publish(t *engine.Thread) {
	deep := false
	for _, it := range in.items {
		deep = deep || !scalar(it.value)
	}
	if !deep {
		return
	}
	t.HandOver(func(p *engine.Publication) {
		for i := range in.items {
			in.items[i].value = p.Value(in.items[i].value)
		}
	})
}

// scalar reports whether there is nothing in v to publish.
func scalar(v starlark.Value) bool {
	switch v.(type) {
	case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
		return true
	}
	return false
}

// shown writes a value for a message, in short.
func shown(t *engine.Thread, v starlark.Value) string {
	const longest = 60
	if t.Printable(v) != nil {
		return "…"
	}
	s := v.String()
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + "…"
}
