package url

import (
	"errors"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

var _ engine.Portable = (*parts)(nil)

// State returns the URL as text.
func (u *parts) State() (string, starlark.Value, error) {
	return "url", starlark.String(u.URL.String()), nil
}

func restore(state starlark.Value) (starlark.Value, error) {
	s, ok := starlark.AsString(state)
	if !ok {
		return nil, errors.New("its state is none")
	}
	u, err := parse("url", s)
	if err != nil {
		return nil, err
	}
	return &parts{u}, nil
}
