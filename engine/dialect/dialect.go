package dialect

import (
	"bytes"

	"go.starlark.net/syntax"
)

// Names that the rewritten tree calls; the engine predeclares them. No user can type them.
const (
	NameDecorator = "@decorator" // @decorator(x): x, as it is to be called after "@" (the callee of a called decorator)
	NameApply     = "@apply"     // @apply(decorator, fn): the value to bind
	NameFString   = "@fstring"   // @fstring(part, ...): str() of each part, joined
	NameFormat    = "@format"    // @format(value, conversion, spec): conversion "" | "r" | "s" | "a"
	NameAssert    = "@assert"    // @assert(text, message=..., left=..., right=...): always fails; each keyword only when there
)

// Hidden reports whether name is one that only the rewritten tree uses.
func Hidden(name string) bool { return len(name) > 0 && name[0] == '@' }

// Options returns the options with which every .star file is read.
func Options() *syntax.FileOptions {
	return &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}
}

// A File is a parsed .star file. Its methods may be called from many goroutines;
// the tree may be resolved once.
type File struct {
	Syntax *syntax.File // rewritten tree, not yet resolved
	Name   string
	Source []byte // as the user wrote it

	text    []byte          // Source without byte order mark, every line end as "\n"
	lines   []int           // offset in text of each line
	skipped map[string]bool // words in the parts that could not be parsed
}

// Parse reads a .star file. The File is never nil: with problems, its tree holds the statements that
// could be parsed, so that a caller can resolve these and report what it finds there too.
// The time is linear in the length of src.
func Parse(filename string, src []byte) (*File, Problems) {
	f := &File{Name: filename, Source: src, text: normalise(src)}
	f.Syntax = &syntax.File{Path: filename, Options: Options()}
	f.lines = lineStarts(f.text)

	r := &report{file: &f.Name}
	if !r.encoding(src, f.text) {
		f.skip(f.text)
		return f, r.sorted()
	}
	m := newMasker(f.text, r)
	m.file()
	f.Syntax.Stmts = f.statements(m, r)

	w := &rewriter{file: f, mask: m, report: r}
	f.Syntax.Stmts = w.stmts(f.Syntax.Stmts)
	return f, r.sorted()
}

// Mentioned reports whether a part of the source that could not be parsed contains the identifier:
// it may be bound there, so nobody should be told that it is undefined.
func (f *File) Mentioned(name string) bool { return f.skipped[name] }

// Line returns the text of a line, 1-based, without its line end; "" if there is none.
func (f *File) Line(n int) string {
	if n < 1 || n > len(f.lines) {
		return ""
	}
	line := f.text[f.lines[n-1]:]
	if i := bytes.IndexByte(line, '\n'); i >= 0 {
		line = line[:i]
	}
	return string(line)
}
