package main

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// unfit returns why a function cannot be called as a test, or nil.
func (f *testFile) unfit(c *testCase) error {
	param := required(c.fn)
	if param == "" {
		return nil
	}
	e := f.wrongDef(c.name, position(c.fn))
	e.Msg = fmt.Sprintf("%s has a required parameter, %s; tests are called without arguments", c.name, param)
	e.Hint = "give it a default, or a name that does not begin with test_"
	return e
}

// required returns the name of the first parameter of a function that has no
// default, or "".
func required(v starlark.Value) string {
	fn, ok := v.(*eval.Function)
	if !ok {
		return ""
	}
	n := fn.NumParams()
	if fn.HasVarargs() {
		n--
	}
	if fn.HasKwargs() {
		n--
	}
	for i := range n {
		if fn.ParamDefault(i) == nil {
			name, _ := fn.Param(i)
			return name
		}
	}
	return ""
}

// lost returns a failed case for each test whose place another one of its name takes
// further down in the file: it would never be run, and nobody would know.
func (f *testFile) lost(match pattern) (list []*testCase) {
	first := map[string]syntax.Position{}
	file, _ := dialect.Parse(f.name, f.text)
	for _, s := range file.Syntax.Stmts {
		def, ok := s.(*syntax.DefStmt)
		if !ok || !isTest(def.Name.Name) || !match.matches(f.name, def.Name.Name) {
			continue
		}
		name := def.Name.Name
		if pos, ok := first[name]; ok {
			c := &testCase{name: name, line: int(pos.Line), column: pos.Col, done: make(chan struct{})}
			e := f.wrongDef(name, pos)
			e.Msg = fmt.Sprintf("%s is defined again in line %d, so that this test would never run", name, def.Def.Line)
			e.Hint = "give one of them another name"
			c.end(false, e)
			list = append(list, c)
		}
		first[name] = def.Def
	}
	return list
}

// wrongDef returns an error of a test's definition, still without a message.
func (f *testFile) wrongDef(name string, pos syntax.Position) *engine.Error {
	frame := engine.Frame{Name: name, Pos: pos, Start: pos, End: pos}
	if pos.Filename() == f.name {
		frame.Line = lineText(f.text, int(pos.Line))
		frame.End.Col = int32(utf8.RuneCountInString(frame.Line)) + 1
	}
	return &engine.Error{Pos: pos, Kind: "error", Stack: []engine.Frame{frame}}
}

// lineText returns a line of a text, 1-based.
func lineText(text []byte, n int) string {
	for line := range strings.Lines(string(text)) {
		if n--; n == 0 {
			return strings.TrimRight(line, "\r\n")
		}
	}
	return ""
}
