package engine_test

import (
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

// go.starlark.net's own tests of the language run here through the engine: what
// is in none of these tables behaves as there, with the same error texts.

// notOurs are test files that need what the engine does not have.
var notOurs = map[string]string{
	"proto.star": "there is no module proto",
}

// reworded matches a complaint about an error text that the engine words better.
var reworded = regexp.MustCompile(`^regular expression \(.*frozen (?:list|hash table)\) did not match error ` +
	`\(cannot .+ (?:list|dict|set)(?: ".+")?: tasks were given it, so it is frozen; copy it first.*\)$`)

// differences are the lines at which the engine on purpose does not do what the
// test wants. The test fails where one of them is not a difference any more.
var differences = map[string]string{
	"assign.star:338":   "global reassignment is on: what the top level uses must be bound further up, also by load",
	"assign.star:342":   "the same",
	"function.star:55":  "recursion is on",
	"function.star:67":  "recursion is on",
	"function.star:78":  "recursion is on",
	"recursion.star:21": "too deep recursion ends the task: it cannot be caught",
}

func TestConformance(t *testing.T) {
	corpus := enginetest.OpenCorpus(t)
	for _, path := range corpus.Paths {
		name := filepath.Base(path)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if why, ok := notOurs[name]; ok {
				t.Skip(why)
			}
			for _, c := range chunks(t, path) {
				c.run(t, corpus.FS)
			}
		})
	}
}

// script is what every chunk is called when it runs: its file may have the name
// of one that it loads.
const script = "chunk.star"

// A chunk is one program of a test file, between two lines of "---".
type chunk struct {
	file        string
	first, last int                    // lines of the file, 1-based
	src         string                 // behind as many newlines as the file has lines before it
	want        map[int]*regexp.Regexp // by line: the error that ### asks for
	got         map[int]string         // by line: the first complaint; 0: of no line
}

func chunks(t *testing.T, path string) []*chunk {
	text, err := os.ReadFile(path)
	require.NoError(t, err)
	var list []*chunk
	line := 0
	for src := range strings.SplitSeq(string(text), "\n---\n") {
		c := &chunk{
			file: filepath.Base(path), first: line + 1, src: strings.Repeat("\n", line) + src,
			want: map[int]*regexp.Regexp{}, got: map[int]string{},
		}
		for text := range strings.SplitSeq(src, "\n") {
			line++
			if _, quoted, ok := strings.Cut(text, "###"); ok {
				pattern, err := strconv.Unquote(strings.TrimSpace(quoted))
				require.NoError(t, err, "%s:%d", c.file, line)
				c.want[line] = regexp.MustCompile(pattern)
			}
		}
		c.last = line
		line++ // of "---"
		list = append(list, c)
	}
	return list
}

// run runs the chunk and reports each line at which it does not do what is wanted.
func (c *chunk) run(t *testing.T, files fs.FS) {
	eng, err := engine.New(engine.Options{Modules: append(builtins.Standard(), c.module()), FS: files})
	require.NoError(t, err)
	compiled, err := eng.Compile(script, []byte(c.src))
	if err == nil {
		_, err = eng.Run(t.Context(), compiled, engine.Input{})
	}
	c.note(err)
	for line, pattern := range c.want {
		if msg, ok := c.got[line]; !ok {
			c.got[line] = fmt.Sprintf("no error, want one that matches %q", pattern)
		} else if pattern.MatchString(msg) {
			delete(c.got, line)
		}
	}
	if msg, ok := c.got[0]; ok {
		t.Errorf("%s:%d: %s", c.file, c.first, msg)
	}
	for line := c.first; line <= c.last; line++ {
		at := fmt.Sprintf("%s:%d", c.file, line)
		msg, differs := c.got[line]
		switch why, known := differences[at]; {
		case differs && !known:
			t.Errorf("%s: %s", at, msg)
		case known && !differs:
			t.Errorf("%s is not a difference any more: %s", at, why)
		}
	}
}

// note keeps how the chunk stopped, at the innermost of its own lines.
func (c *chunk) note(err error) {
	var bad *engine.SyntaxError
	var failed *engine.Error
	switch {
	case errors.As(err, &bad):
		for _, p := range bad.Problems {
			c.complain(int(p.Pos.Line), p.Msg)
		}
	case errors.As(err, &failed):
		line := 0
		for _, f := range failed.Stack {
			if f.Pos.Filename() == script {
				line = int(f.Pos.Line)
			}
		}
		c.complain(line, failed.Msg)
	case err != nil:
		c.complain(0, err.Error())
	}
}

func (c *chunk) complain(line int, msg string) {
	if _, ok := c.got[line]; !ok && !reworded.MatchString(msg) {
		c.got[line] = msg
	}
}

// module has what the test files and assert.star take for granted.
func (c *chunk) module() engine.Module {
	m := enginetest.CorpusModule(builtins.Standard(), map[string]enginetest.Function{
		"error": c.error, "_floateq": floateq, "hasfields": newFields,
	})
	m.Globals["struct"] = starlark.NewBuiltin("struct", starlarkstruct.Make)
	m.Globals["module"] = starlark.NewBuiltin("module", starlarkstruct.MakeModule)
	m.Globals["fibonacci"] = fibonacci{}
	return m
}

// def error(message): complain and go on
func (c *chunk) error(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	line := 0
	for _, f := range thread.CallStack() { // outermost first
		if f.Pos.Filename() == script {
			line = int(f.Pos.Line)
		}
	}
	msg, _ := starlark.AsString(args[0])
	c.complain(line, msg)
	return starlark.None, nil
}

// def floateq(x, y): equal, or neighbours
func floateq(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	x, y := float64(args[0].(starlark.Float)), float64(args[1].(starlark.Float))
	return starlark.Bool(x == y || math.Nextafter(x, y) == y), nil
}

// fibonacci is an iterable without end.
type fibonacci struct{}

func (fibonacci) String() string             { return "fibonacci" }
func (fibonacci) Type() string               { return "fibonacci" }
func (fibonacci) Freeze()                    {} // immutable
func (fibonacci) Truth() starlark.Bool       { return true }
func (fibonacci) Hash() (uint32, error)      { return 0, errors.New("unhashable type: fibonacci") }
func (fibonacci) Iterate() starlark.Iterator { return &fibonacciIterator{0, 1} }

type fibonacciIterator struct{ next, after int }

func (it *fibonacciIterator) Next(p *starlark.Value) bool {
	*p = starlark.MakeInt(it.next)
	it.next, it.after = it.after, it.next+it.after
	return true
}
func (it *fibonacciIterator) Done() {}

// hasfields is a value whose fields can be set, but for those whose names begin
// with "no"; a list + hasfields is 42.
type hasfields struct {
	fields starlark.StringDict
	frozen bool
}

var (
	_ starlark.HasSetField = (*hasfields)(nil)
	_ starlark.HasBinary   = (*hasfields)(nil)
)

// def hasfields()
func newFields(*starlark.Thread, starlark.Tuple) (starlark.Value, error) {
	return &hasfields{fields: starlark.StringDict{}}, nil
}

func (h *hasfields) String() string        { return "hasfields" }
func (h *hasfields) Type() string          { return "hasfields" }
func (h *hasfields) Truth() starlark.Bool  { return true }
func (h *hasfields) Hash() (uint32, error) { return 1, nil }
func (h *hasfields) AttrNames() []string   { return h.fields.Keys() }

func (h *hasfields) Freeze() {
	h.frozen = true
	h.fields.Freeze()
}

func (h *hasfields) Attr(name string) (starlark.Value, error) { return h.fields[name], nil }

func (h *hasfields) SetField(name string, v starlark.Value) error {
	switch {
	case h.frozen:
		return errors.New("cannot set field on a frozen hasfields")
	case strings.HasPrefix(name, "no"):
		return starlark.NoSuchAttrError("no ." + name + " field")
	}
	h.fields[name] = v
	return nil
}

func (h *hasfields) Binary(op syntax.Token, other starlark.Value, _ starlark.Side) (starlark.Value, error) {
	if _, ok := other.(*starlark.List); ok && op == syntax.PLUS {
		return starlark.MakeInt(42), nil
	}
	return nil, nil
}
