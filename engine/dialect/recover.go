package dialect

import (
	"errors"
	"fmt"

	"go.starlark.net/syntax"
)

// statements parses what the masker made: as one file if there is no problem, otherwise every
// top-level statement by itself, leaving out those with a problem.
// The rejected way is to blank a bad statement and parse the file again: its time is quadratic.
func (f *File) statements(m *masker, r *report) []syntax.Stmt {
	var whole error
	if len(r.list) == 0 {
		stmts, err := f.parse(m.out, 1)
		if err == nil {
			return stmts
		}
		whole = err
	}
	bad := map[int]bool{} // chunks with a problem of the masker
	for _, p := range r.list {
		bad[chunkAt(m.chunks, p.Pos.Line)] = true
	}
	for _, line := range m.unended { // the problem may stand further down
		bad[chunkAt(m.chunks, line)] = true
	}
	var stmts []syntax.Stmt
	for i, c := range m.chunks {
		last := i+1 == len(m.chunks)
		next := chunk{out: len(m.out), text: len(f.text)}
		if !last {
			next = m.chunks[i+1]
		}
		unread := last && m.off < len(f.text)
		if !bad[i] && !unread && !r.full() {
			part, err := f.parse(m.out[c.out:next.out], c.line)
			if err == nil {
				stmts = append(stmts, part...)
				continue
			}
			r.explain(m, err, m.out[c.out:next.out], c.line)
		}
		f.skip(f.text[c.text:next.text])
	}
	if whole != nil && len(r.list) == 0 { // the statements are right, their sequence is not
		r.explain(m, whole, m.out, 1)
		f.skip(f.text)
		return nil
	}
	return stmts
}

// chunkAt returns the index of the chunk that contains the line.
func chunkAt(chunks []chunk, line int32) int {
	low, high := 0, len(chunks)
	for high-low > 1 {
		if mid := (low + high) / 2; chunks[mid].line <= line {
			low = mid
		} else {
			high = mid
		}
	}
	return low
}

// parse reads masked text that begins at the start of a line.
func (f *File) parse(masked []byte, line int32) (stmts []syntax.Stmt, err error) {
	defer caught(&err)
	portion := syntax.FilePortion{Content: masked, FirstLine: line, FirstCol: 1}
	file, err := f.Syntax.Options.Parse(f.Name, portion, 0)
	if err != nil {
		return nil, err
	}
	return file.Stmts, nil
}

// parseExpr reads one expression.
func (f *File) parseExpr(masked []byte, at spot) (x syntax.Expr, err error) {
	defer caught(&err)
	portion := syntax.FilePortion{Content: masked, FirstLine: at.line, FirstCol: at.col}
	return f.Syntax.Options.ParseExpr(f.Name, portion, 0)
}

// caught makes a panic of the parser an error: a bug there must not end the program.
func caught(err *error) {
	if p := recover(); p != nil {
		*err = fmt.Errorf("internal error: %v", p)
	}
}

// positioned returns the parser's error with its position; fallback is used if it has none.
func positioned(err error, fallback syntax.Position) syntax.Error {
	var e syntax.Error
	if errors.As(err, &e) {
		return e
	}
	return syntax.Error{Pos: fallback, Msg: err.Error()}
}
