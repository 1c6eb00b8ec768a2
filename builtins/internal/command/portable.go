package command

import (
	"errors"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var _ engine.Portable = (*Completed)(nil)

// State returns all that is known of it.
func (c *Completed) State() (string, starlark.Value, error) {
	state := starlark.Tuple{
		starlark.String(c.Name), starlark.String(c.Line), starlark.String(c.Host), starlark.MakeInt(c.Code),
		starlark.String(c.Signal), c.stdout, c.stderr, starlark.Bool(c.Argv != nil),
	}
	for _, a := range c.Argv {
		state = append(state, starlark.String(a))
	}
	return "CompletedProcess", state, nil
}

// Restore has what makes a Completed again elsewhere, for engine.Module.
func Restore() map[string]func(starlark.Value) (starlark.Value, error) {
	return map[string]func(starlark.Value) (starlark.Value, error){"CompletedProcess": restore}
}

var errState = errors.New("its state is none")

func restore(state starlark.Value) (starlark.Value, error) {
	const fields = 8
	t, _ := state.(starlark.Tuple)
	if len(t) < fields {
		return nil, errState
	}
	c := &Completed{}
	var argv bool
	err := starlark.UnpackPositionalArgs("CompletedProcess", t[:fields], nil, fields,
		&c.Name, &c.Line, &c.Host, &c.Code, &c.Signal, &c.stdout, &c.stderr, &argv)
	if err != nil {
		return nil, err
	}
	if argv {
		c.Argv = []string{}
	}
	for _, v := range t[fields:] {
		a, ok := starlark.AsString(v)
		if !ok {
			return nil, errState
		}
		c.Argv = append(c.Argv, a)
	}
	for _, v := range []starlark.Value{c.stdout, c.stderr} {
		switch v.(type) {
		case starlark.String, starlark.Bytes, starlark.NoneType:
		default:
			return nil, errState
		}
	}
	return c, nil
}
