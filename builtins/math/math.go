// Package math is go.starlark.net's math module.
package math

import (
	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/lib/math"
	"go.starlark.net/starlark"
)

// Module returns the module math.
func Module() engine.Module {
	return engine.Module{Name: "math", Globals: starlark.StringDict{
		"math": engine.NewNamespace("math", math.Module.Members, nil),
	}}
}
