// Package math is go.starlark.net's math module.
package math

import (
	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/lib/math"
	"go.starlark.net/starlark"
)

// module math
//
// Functions of numbers. They take ints and floats.
//
//	e: float   2.718281…
//	pi: float  3.141592…

// Module returns the module math.
func Module() engine.Module {
	return engine.Module{Name: "math", Globals: starlark.StringDict{
		"math": engine.NewNamespace("math", math.Module.Members, nil),
	}}
}
