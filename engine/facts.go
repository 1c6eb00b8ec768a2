package engine

import (
	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/syntax"
)

// A file is a compiled source file and what its tree tells about it. It is
// immutable.
type file struct {
	*dialect.File
	prog   *eval.Program
	places locator

	vars  []string // names that the host gives each run, sorted
	piece bool     // of a session
	names []string // those that the pieces before it have bound
}

// spot is a position without its file, as a map key.
func spot(p syntax.Position) uint64 { return uint64(p.Line)<<32 | uint64(uint32(p.Col)) }
