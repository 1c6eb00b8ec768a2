package dialect

import (
	"cmp"
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// A Problem is a reason why a file cannot run.
type Problem struct {
	Pos  syntax.Position
	Msg  string
	Hint string // what to write instead; may be ""
}

// Error returns "file:line:col: msg"; the hint is for whoever draws the error.
func (p Problem) Error() string { return p.Pos.String() + ": " + p.Msg }

// Problems are all problems of a file, sorted by position, at most one on a position.
type Problems []Problem

// Error returns the problems, one a line.
func (ps Problems) Error() string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = p.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap lets errors.As find the first Problem.
func (ps Problems) Unwrap() []error {
	errs := make([]error, len(ps))
	for i, p := range ps {
		errs[i] = p
	}
	return errs
}

// maxProblems bounds what is reported of one file, and so the work after a problem.
const maxProblems = 100

// maxFailures is after how many f-strings without an end the rest of a file is not read:
// to find that there is none may take a look at the whole rest.
const maxFailures = 20

// A spot is a position without its file name: a key for maps.
type spot struct {
	line, col int32 // 1-based, col in runes
}

func spotOf(p syntax.Position) spot { return spot{p.Line, p.Col} }

func (s spot) before(t spot) bool { return s.line < t.line || s.line == t.line && s.col < t.col }

// A report collects problems.
type report struct {
	file *string
	list Problems
}

func (r *report) full() bool { return len(r.list) >= maxProblems }

func (r *report) pos(at spot) syntax.Position { return syntax.MakePosition(r.file, at.line, at.col) }

func (r *report) add(at spot, msg, hint string) {
	if !r.full() {
		r.list = append(r.list, Problem{Pos: r.pos(at), Msg: msg, Hint: hint})
	}
}

// sorted returns the problems in order; of several on one position only the first that was found.
func (r *report) sorted() Problems {
	slices.SortStableFunc(r.list, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return slices.CompactFunc(r.list, func(a, b Problem) bool { return spotOf(a.Pos) == spotOf(b.Pos) })
}
