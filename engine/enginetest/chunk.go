// Package enginetest runs tests that are written in Starlark.
//
// A test file holds programs, called chunks, between lines of "---". A chunk
// checks values with assert. It must end without an error, unless lines of it
// carry one:
//
//	g.execute() ### "2 of 3 tasks failed"
//
// The quoted text is a regular expression; it must match the message of an error
// whose innermost frame is on that line, or the hint that stands below it. A
// group's failure is an error at the line that ran the group and, if a chunk
// wants it there, one for each task at the line where that failed. Each chunk
// has an engine of its own. It sees one name more than the modules give it,
// printed(), the list of lines that print has written so far.
package enginetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// Timeout is how long a chunk may run.
const Timeout = 20 * time.Second

// Run runs the chunks of every file that matches the pattern, each file beside
// the others, the chunks of one in order.
func Run(t *testing.T, pattern string, modules ...engine.Module) {
	t.Helper()
	RunWith(t, pattern, engine.Options{Modules: modules})
}

// RunWith is Run with options, but for Stdout.
func RunWith(t *testing.T, pattern string, opts engine.Options) {
	t.Helper()
	paths, err := filepath.Glob(pattern)
	if err != nil || len(paths) == 0 {
		t.Fatalf("no file matches %s: %v", pattern, err)
	}
	for _, path := range paths {
		t.Run(filepath.Base(path), func(t *testing.T) {
			t.Parallel()
			for _, c := range read(t, path) {
				c.run(t, opts)
			}
		})
	}
}

// A chunk is one program of a file.
type chunk struct {
	file string
	line int                    // of the file, at which it begins, 1-based
	src  string                 // behind as many newlines as stand before it in the file
	want map[int]*regexp.Regexp // by line
}

func read(t *testing.T, path string) []*chunk {
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var list []*chunk
	line := 1
	for src := range strings.SplitSeq(string(text), "\n---\n") {
		c := &chunk{file: filepath.Base(path), line: line, want: map[int]*regexp.Regexp{}}
		c.src = strings.Repeat("\n", line-1) + src
		for text := range strings.SplitSeq(src, "\n") {
			if _, quoted, ok := strings.Cut(text, "### "); ok {
				pattern, err := strconv.Unquote(strings.TrimSpace(quoted))
				if err != nil {
					t.Fatalf("%s:%d: ### needs a quoted regular expression: %v", c.file, line, err)
				}
				c.want[line] = regexp.MustCompile("(?s)" + pattern)
			}
			line++
		}
		line++ // of "---"
		list = append(list, c)
	}
	return list
}

// run runs the chunk and reports each line at which it does not do what is wanted.
func (c *chunk) run(t *testing.T, opts engine.Options) {
	out := &output{}
	opts.Modules = append(slices.Clone(opts.Modules), out.module())
	opts.Stdout = out
	eng, err := engine.New(opts)
	if err != nil {
		t.Fatal(err)
	}
	defer eng.Close()
	ctx, cancel := context.WithTimeoutCause(t.Context(), Timeout, errors.New("the chunk takes too long"))
	defer cancel()
	script, err := eng.Compile(c.file, []byte(c.src))
	if err == nil {
		_, err = eng.Run(ctx, script, engine.Input{})
	}
	for line, pattern := range c.want {
		if !wanted(err, line, pattern) {
			t.Errorf("%s:%d: want an error that matches %q, got %s", c.file, line, pattern, detail(err))
		}
	}
	for _, n := range notes(err) {
		if _, ok := c.want[n.line]; !ok && n.must && (n.line > 0 || len(c.want) == 0) {
			t.Errorf("%s:%d: chunk of line %d: %s", c.file, n.line, c.line, detail(err))
		}
	}
}

// A note is an error at a line; 0 is any line. must says that somebody has to want it.
type note struct {
	line int
	text string
	must bool
}

func wanted(err error, line int, pattern *regexp.Regexp) bool {
	for _, n := range notes(err) {
		if (n.line == line || n.line == 0) && pattern.MatchString(n.text) {
			return true
		}
	}
	return false
}

// notes takes an error apart.
func notes(err error) []note {
	var list []note
	var syntax *engine.SyntaxError
	var failed *engine.GroupError
	var e *engine.Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &syntax):
		for _, p := range syntax.Problems {
			list = append(list, note{int(p.Pos.Line), p.Msg + "\n" + p.Hint, true})
		}
		return list
	case !errors.As(err, &e):
		return []note{{0, err.Error(), true}}
	}
	list = append(list, note{int(e.Pos.Line), e.Msg + "\n" + e.Hint, true})
	if errors.As(err, &failed) {
		for _, f := range failed.Failures {
			for _, n := range notes(f.Err) {
				list = append(list, note{n.line, n.text, false})
			}
		}
	}
	return list
}

// maxText is how much of a traceback is shown.
const maxText = 2000

func detail(err error) string {
	var e *engine.Error
	var failed *engine.GroupError
	if !errors.As(err, &e) {
		return fmt.Sprint(err)
	}
	text := e.Traceback()
	if n := len(text); n > maxText {
		text = text[:maxText/2] + "\n…\n" + text[n-maxText/2:]
	}
	if e.Hint != "" {
		text += "\nhint: " + e.Hint
	}
	if errors.As(err, &failed) {
		for _, f := range failed.Failures {
			text += "\n" + f.Task + ": " + detail(f.Err)
		}
	}
	return text
}

// output is what print writes.
type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) module() engine.Module {
	return engine.Module{Name: "enginetest", Globals: starlark.StringDict{
		"printed": starlark.NewBuiltin("printed", func(*starlark.Thread, *starlark.Builtin, starlark.Tuple, []starlark.Tuple) (starlark.Value, error) {
			o.mu.Lock()
			defer o.mu.Unlock()
			list := starlark.NewList(nil)
			for line := range strings.Lines(o.text.String()) {
				if err := list.Append(starlark.String(strings.TrimSuffix(line, "\n"))); err != nil {
					return nil, err
				}
			}
			return list, nil
		}),
	}}
}
