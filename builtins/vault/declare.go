package vault

import (
	"errors"
	"fmt"
	"slices"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A declare is vault.manual, vault.vaulter or vault.automatic. It is immutable.
type declare struct {
	vault *vault
	name  string
}

var (
	_ engine.Decorator = (*declare)(nil)
	_ engine.Shareable = (*declare)(nil)
)

func (d *declare) Name() string          { return d.name }
func (d *declare) String() string        { return "<built-in method " + d.name + " of vault value>" }
func (d *declare) Type() string          { return "builtin_function_or_method" }
func (d *declare) Freeze()               {} // the vault has a lock
func (d *declare) Truth() starlark.Bool  { return true }
func (d *declare) Hash() (uint32, error) { return 0, errors.New("unhashable type: " + d.name) }

// Share shares the vault.
func (d *declare) Share(visit func(starlark.Value)) { visit(d.vault) }

// Decorate is @vault.manual without a call.
func (d *declare) Decorate(*starlark.Thread, starlark.Value) (starlark.Value, error) {
	return nil, d.bare()
}

func (d *declare) bare() error {
	if d.name == "vaulter" {
		return errors.New("vaulter needs keys, as in @vault.vaulter(input_keys=Keyring.k1, return_keys=Keyring.k2)")
	}
	return fmt.Errorf("%s needs keys, as in @vault.%s(input=Keyring.k1, output=Keyring.k2)", d.name, d.name)
}

// DecoratorCall is @vault.manual(…).
func (d *declare) DecoratorCall(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	return d.CallInternal(thread, args, kwargs)
}

// def Vault.manual(*, input: Key | str | list | tuple | None = None, output: Key | str | list | tuple | None = None, optional: Key | str | list | tuple | None = None) -> Callable[[F], F]
// def Vault.vaulter(*, input_keys: Key | str | list | tuple | None = None, return_keys: Key | str | list | tuple | None = None, optional: Key | str | list | tuple | None = None) -> Callable[[F], F]
//
// @vault.manual declares what a function needs and gives. Inputs come as arguments named like
// their keys; what it returns is put in under the output keys, a tuple or a dict if they are
// several. In a group it waits for the task that gives its inputs. vaulter is the same.
//
// def Vault.automatic(*, input: Key | str | list | tuple, output: Key | str | list | tuple | None = None, optional: Key | str | list | tuple | None = None, condition: Callable | None = None) -> Callable[[F], F]
//
// @vault.automatic declares a function that runs by itself as soon as its inputs are there,
// if condition, a function of the inputs, says so.
func (d *declare) CallInternal(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) > 0 {
		return nil, d.bare()
	}
	p := &pendingDecorator{declare: d}
	in, out := "input?", "output?"
	if d.name == "vaulter" {
		in, out = "input_keys?", "return_keys?"
	}
	var input, output, optional, condition starlark.Value = starlark.None, starlark.None, starlark.None, starlark.None
	pairs := []any{in, &input, out, &output, "optional?", &optional}
	if d.name == "automatic" {
		pairs = append(pairs, "condition?", &condition)
	}
	if err := unpack(d.name, nil, kwargs, pairs...); err != nil {
		return nil, err
	}
	for _, list := range []struct {
		name string
		from starlark.Value
		to   *[]*Key
	}{{in, input, &p.f.inputs}, {out, output, &p.f.outputs}, {"optional?", optional, &p.f.optional}} {
		keys, err := d.vault.keys(list.from)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", d.name, list.name[:len(list.name)-1], err)
		}
		*list.to = keys
	}
	if condition != starlark.None {
		f, ok := condition.(starlark.Callable)
		if !ok {
			return nil, fmt.Errorf("automatic: condition must be a function of the inputs, not %s", condition.Type())
		}
		p.condition = f
	}
	return p, p.check()
}

// A pendingDecorator is what manual(…) returns: it waits for its function. It is
// immutable.
type pendingDecorator struct {
	declare   *declare
	f         vaulted // but for the vault and the function
	condition starlark.Callable
}

var (
	_ starlark.Callable = (*pendingDecorator)(nil)
	_ engine.Shareable  = (*pendingDecorator)(nil)
)

func (p *pendingDecorator) Name() string          { return p.declare.name }
func (p *pendingDecorator) String() string        { return "<decorator " + p.Name() + "(…)>" }
func (p *pendingDecorator) Type() string          { return "decorator" }
func (p *pendingDecorator) Freeze()               {} // immutable; Share publishes what it holds
func (p *pendingDecorator) Truth() starlark.Bool  { return true }
func (p *pendingDecorator) Hash() (uint32, error) { return 0, errors.New("unhashable type: decorator") }

// Share publishes the vault and the condition.
func (p *pendingDecorator) Share(visit func(starlark.Value)) {
	visit(p.declare.vault)
	if p.condition != nil {
		visit(p.condition)
	}
}

// check refuses keys that make no sense together.
func (p *pendingDecorator) check() error {
	name, f := p.Name(), &p.f
	if k := common(f.inputs, f.optional); k != nil {
		return fmt.Errorf("%s: key %q cannot be both required and optional", name, k.name)
	}
	if len(f.inputs)+len(f.optional)+len(f.outputs) == 0 {
		return p.declare.bare()
	}
	if name != "automatic" {
		return nil
	}
	if len(f.inputs) == 0 {
		return errors.New("automatic: input is missing: it runs when its inputs are there")
	}
	for _, in := range [][]*Key{f.inputs, f.optional} {
		if k := common(in, f.outputs); k != nil {
			return fmt.Errorf("automatic: key %q is both input and output: it would start itself for ever", k.name)
		}
	}
	return nil
}

// CallInternal makes a vaulted function of one.
func (p *pendingDecorator) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		return nil, fmt.Errorf("%s(…) is a decorator: it takes one function and nothing else", p.Name())
	}
	fn, ok := args[0].(starlark.Callable)
	if !ok {
		return nil, fmt.Errorf("%s: needs a function, not %s", p.Name(), args[0].Type())
	}
	f := p.f
	f.vault, f.fn, f.automatic = p.declare.vault, fn, p.Name() == "automatic"
	if err := f.clash(); err != nil {
		return nil, fmt.Errorf("%s: %w", p.Name(), err)
	}
	t := engine.Of(thread)
	f.vault.declare(t, &f, p.condition)
	t.Replace(fn, &f)
	return &f, nil
}

// clash returns an error if a vaulted function below takes an argument of the same name,
// or gives the same key.
func (f *vaulted) clash() error {
	inner, ok := f.fn.(*vaulted)
	if !ok {
		return nil
	}
	for _, port := range inner.Needs() {
		for _, k := range slices.Concat(f.inputs, f.optional) {
			if k.name == port.Key {
				return fmt.Errorf("%s takes %q already, from %s below", f.Name(), k.name, port.Store.Title())
			}
		}
	}
	for _, port := range inner.Gives() {
		for _, k := range f.outputs {
			if k.name == port.Key && port.Store == engine.Store(f.vault.store) {
				return fmt.Errorf("%s gives %q already, in the decorator below", f.Name(), k.name)
			}
		}
	}
	return nil
}
