package wire_test

import (
	"errors"

	"go.starlark.net/starlark"
)

// A socket stays where it is.
type socket struct{}

// def socket()
func newSocket(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
	return &socket{}, nil
}

func (*socket) String() string        { return "<socket>" }
func (*socket) Type() string          { return "socket" }
func (*socket) Freeze()               {}
func (*socket) Truth() starlark.Bool  { return true }
func (*socket) Hash() (uint32, error) { return 0, errors.New("unhashable type: socket") }

// A vessel is known by its name everywhere.
type vessel struct{ name string }

// def vessel(name)
func newVessel(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	v := &vessel{}
	return v, starlark.UnpackArgs(b.Name(), args, kwargs, "name", &v.name)
}

func (v *vessel) String() string        { return "<vessel " + v.name + ">" }
func (v *vessel) Type() string          { return "vessel" }
func (v *vessel) Freeze()               {}
func (v *vessel) Truth() starlark.Bool  { return true }
func (v *vessel) Hash() (uint32, error) { return starlark.String(v.name).Hash() }

func (v *vessel) Attr(name string) (starlark.Value, error) {
	if name != "sail" {
		return nil, nil
	}
	return starlark.NewBuiltin("sail", func(_ *starlark.Thread, b *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
		return starlark.String(b.Receiver().(*vessel).name + " sails"), nil
	}).BindReceiver(v), nil
}
func (v *vessel) AttrNames() []string { return []string{"sail"} }

func reference(v starlark.Value) (kind, name string, ok bool) {
	if v, ok := v.(*vessel); ok {
		return "vessel", v.name, true
	}
	return "", "", false
}

func resolve(kind, name string) (starlark.Value, error) {
	if kind != "vessel" {
		return nil, errors.New("there is no " + kind)
	}
	return &vessel{name}, nil
}
