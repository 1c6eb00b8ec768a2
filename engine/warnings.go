package engine

import (
	"github.com/starlark-tg/tg/engine/lint"
	"go.starlark.net/starlark"
)

// A Warning is what is allowed in a source file and most likely not meant.
type Warning struct {
	Problem
	Rule string // by which a comment, # tg: ignore[rule], switches it off
}

// Warnings returns what is worth a second look in the script, sorted by position; see
// package lint. It does not run anything, and may be called from many goroutines.
func (s *Script) Warnings() []Warning {
	var list []Warning
	for _, w := range lint.Check(s.file.File, func(name string) bool { return s.has(name) || starlark.Universe.Has(name) }) {
		list = append(list, Warning{Problem{w.Problem, s.file.Line(int(w.Pos.Line))}, w.Rule})
	}
	return list
}
