package threadgroup

import (
	"fmt"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

type limits []starlark.Value

func (l limits) gates(t *engine.Thread, args starlark.Tuple, kwargs []starlark.Tuple) ([]*group.Gate, error) {
	return nil, nil
}

func setLimit(o *options, v starlark.Value) error { return fmt.Errorf("not yet") }
