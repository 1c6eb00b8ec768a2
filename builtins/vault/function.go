package vault

import (
	"fmt"
	"slices"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A vaulted is a function that takes arguments out of a vault and gives its value to
// it. It is immutable.
type vaulted struct {
	vault                     *vault
	fn                        starlark.Callable // perhaps a Flow itself
	inputs, optional, outputs []*Key
	automatic                 bool
}

var (
	_ engine.Flow     = (*vaulted)(nil)
	_ engine.Resident = (*vaulted)(nil)
)

func (f *vaulted) Name() string          { return f.fn.Name() }
func (f *vaulted) String() string        { return "<vaulted function " + f.Name() + ">" }
func (f *vaulted) Type() string          { return "function" }
func (f *vaulted) Freeze()               {} // immutable; Share publishes what it holds
func (f *vaulted) Truth() starlark.Bool  { return true }
func (f *vaulted) Hash() (uint32, error) { return starlark.String(f.Name()).Hash() }

// Share publishes the function, and the vault.
func (f *vaulted) Share(visit func(starlark.Value)) {
	visit(f.fn)
	visit(f.vault)
}

// Resident says that other processes call it where it is: its vault is there.
func (f *vaulted) Resident() bool { return true }

// Needs returns the keys that it takes, those of another vault below it too.
func (f *vaulted) Needs() []engine.Port {
	ports := f.vault.ports(f.inputs, false)
	ports = append(ports, f.vault.ports(f.optional, true)...)
	if inner, ok := f.fn.(engine.Flow); ok {
		ports = append(ports, inner.Needs()...)
	}
	return ports
}

// Gives returns the keys that it gives.
func (f *vaulted) Gives() []engine.Port {
	ports := f.vault.ports(f.outputs, false)
	if inner, ok := f.fn.(engine.Flow); ok {
		ports = append(ports, inner.Gives()...)
	}
	return ports
}

func (v *vault) ports(keys []*Key, optional bool) []engine.Port {
	list := make([]engine.Port, len(keys))
	for i, k := range keys {
		list[i] = engine.Port{Store: v.store, Key: k.name, Optional: optional}
	}
	return list
}

// Take adds the inputs to the arguments by name. An argument given by hand takes the
// place of an optional input; in that of another it is an error.
func (f *vaulted) Take(t *engine.Thread, kwargs []starlark.Tuple) ([]starlark.Tuple, error) {
	kwargs, err := f.take(kwargs)
	if err != nil {
		return nil, err
	}
	if inner, ok := f.fn.(engine.Flow); ok {
		return inner.Take(t, kwargs)
	}
	return kwargs, nil
}

func (f *vaulted) take(kwargs []starlark.Tuple) ([]starlark.Tuple, error) {
	given := map[string]bool{}
	for _, kv := range kwargs {
		name, _ := starlark.AsString(kv[0])
		given[name] = true
	}
	for _, k := range f.inputs {
		if given[k.name] {
			return nil, fmt.Errorf("%s: argument %q comes from %s: leave it out, or list it in optional= to be able to give it", f.Name(), k.name, f.vault.title)
		}
	}
	values := f.vault.values(slices.Concat(f.inputs, f.optional))
	kwargs = slices.Clip(kwargs)
	for i, k := range slices.Concat(f.inputs, f.optional) {
		switch v := values[i]; {
		case v == nil && i < len(f.inputs):
			return nil, fmt.Errorf("%s needs %q: %w", f.Name(), k.name, f.vault.missing(k))
		case v != nil && !given[k.name]:
			kwargs = append(kwargs, starlark.Tuple{starlark.String(k.name), v})
		}
	}
	return kwargs, nil
}

// Function returns the script's function.
func (f *vaulted) Function() starlark.Callable {
	if inner, ok := f.fn.(engine.Flow); ok {
		return inner.Function()
	}
	return f.fn
}

// Give inserts a value. What belongs to one vault goes in together. If there are several
// and one refuses, those below it in the stack have theirs.
func (f *vaulted) Give(t *engine.Thread, value starlark.Value) error {
	var all []*insert
	if err := f.inserts(value, &all); err != nil {
		return err
	}
	for _, in := range all {
		if err := in.prepare(t); err != nil {
			return err
		}
	}
	for _, in := range all {
		if err := in.commit(t); err != nil {
			return err
		}
	}
	return nil
}

// inserts adds what the function and those below it insert, one for each vault.
func (f *vaulted) inserts(value starlark.Value, all *[]*insert) error {
	if inner, ok := f.fn.(*vaulted); ok {
		if err := inner.inserts(value, all); err != nil {
			return err
		}
	}
	items, err := f.items(value)
	if err != nil || len(items) == 0 {
		return err
	}
	for _, in := range *all {
		if in.vault == f.vault {
			in.items = append(in.items, items...)
			return nil
		}
	}
	*all = append(*all, &insert{vault: f.vault, who: f.Name(), items: items})
	return nil
}

// CallInternal is a call by hand: it takes the inputs, calls, gives the value to the
// vault, and returns it as it is.
func (f *vaulted) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	t := engine.Of(thread)
	kwargs, err := f.Take(t, kwargs)
	if err != nil {
		return nil, err
	}
	v, err := starlark.Call(thread, f.Function(), args, kwargs)
	if err != nil {
		return nil, err
	}
	return v, f.Give(t, v)
}
