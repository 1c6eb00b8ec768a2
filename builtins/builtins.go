// Package builtins lists the modules that scripts get by default.
package builtins

import (
	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/builtins/math"
	"github.com/starlark-tg/tg/builtins/sync"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	"github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
)

// Standard returns every module, for [engine.Options].
func Standard() []engine.Module {
	return []engine.Module{
		threadgroup.Module(),
		time.Module(),
		json.Module(),
		math.Module(),
		sync.Module(),
	}
}
