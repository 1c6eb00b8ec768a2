package main

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/syntax"
)

// A coverageFlag is a flag value: whether lines are counted, and the file where the
// counts go; "": none.
type coverageFlag struct {
	on   bool
	file string
}

// terminalOnly is the value of --coverage without a file.
const terminalOnly = "-"

func (f *coverageFlag) String() string { return f.file }
func (f *coverageFlag) Type() string   { return "file" }

func (f *coverageFlag) Set(s string) error {
	if s == "" {
		return fmt.Errorf("the name of the file is missing")
	}
	*f = coverageFlag{on: true, file: s}
	if s == terminalOnly {
		f.file = ""
	}
	return nil
}

// A coverage counts how often statements are run, by the line where they begin. It
// is safe for concurrent use. A nil coverage counts nothing.
type coverage struct {
	mu    sync.Mutex                             // held to change files, and lines of one
	files atomic.Pointer[map[string]*lineCounts] // the map is never changed, but replaced
}

// lineCounts are the counts of a file, by line: 0 where no statement begins, else one
// more than how often it was run. The slice is never changed, but replaced by a
// longer one of the same counts.
type lineCounts struct {
	at atomic.Pointer[[]*atomic.Int64]
}

func newCoverage() *coverage {
	c := &coverage{}
	c.files.Store(&map[string]*lineCounts{})
	return c
}

// hooks returns what scripts are to be run with; nil: nothing is counted.
func (c *coverage) hooks() *eval.Hooks {
	if c == nil {
		return nil
	}
	return &eval.Hooks{Found: c.found, Before: func(p *eval.Point) { c.ran(p.Position()) }}
}

// found notes that a statement begins at a line. The file may be running, compiled
// for another test.
func (c *coverage) found(at syntax.Position) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if strings.HasSuffix(at.Filename(), testSuffix) || at.Line < 1 {
		return
	}
	c.file(at.Filename()).line(int(at.Line)).CompareAndSwap(0, 1)
}

// file returns the counts of a file; they are made if there are none.
func (c *coverage) file(name string) *lineCounts {
	if f, ok := (*c.files.Load())[name]; ok {
		return f
	}
	f := &lineCounts{}
	f.at.Store(&[]*atomic.Int64{})
	files := maps.Clone(*c.files.Load())
	files[name] = f
	c.files.Store(&files)
	return f
}

// line returns the count of a line; it is made if there is none.
func (f *lineCounts) line(n int) *atomic.Int64 {
	at := *f.at.Load()
	if n >= len(at) {
		longer := slices.Clone(at)
		for len(longer) <= 2*n {
			longer = append(longer, new(atomic.Int64))
		}
		f.at.Store(&longer)
		at = longer
	}
	return at[n]
}

// ran counts a statement that is about to be run.
func (c *coverage) ran(at syntax.Position) {
	f := (*c.files.Load())[at.Filename()]
	if f == nil {
		return
	}
	if lines := *f.at.Load(); int(at.Line) < len(lines) {
		lines[at.Line].Add(1)
	}
}

// A lineCount is how often a line was run.
type lineCount struct {
	line int
	runs int64
}

// counted returns the lines of a file that have statements.
func (f *lineCounts) counted() (list []lineCount, hit int) {
	for line, n := range *f.at.Load() {
		if runs := n.Load() - 1; runs >= 0 {
			list = append(list, lineCount{line, runs})
			if runs > 0 {
				hit++
			}
		}
	}
	return list, hit
}

// table is what is printed: the percentage of lines of each file that were run.
func (c *coverage) table(p draw.Paint) string {
	if c == nil {
		return ""
	}
	files := *c.files.Load()
	if len(files) == 0 {
		return "coverage: no files were loaded but tests\n"
	}
	width, hits, all := len("total"), 0, 0
	for name := range files {
		width = max(width, draw.Columns(draw.OneLine(name)))
	}
	var b strings.Builder
	b.WriteString(p.Dim("coverage:") + "\n")
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list, hit := files[name].counted()
		hits, all = hits+hit, all+len(list)
		b.WriteString(percent(draw.OneLine(name), width, hit, len(list)))
	}
	b.WriteString(percent("total", width, hits, all))
	return b.String()
}

func percent(name string, width, hit, all int) string {
	pad := strings.Repeat(" ", width-draw.Columns(name))
	share := float64(hit) / float64(max(all, 1)) * 100
	return fmt.Sprintf("    %s%s   %5.1f%%   %d/%d lines\n", name, pad, share, hit, all)
}

// lcov writes the counts in lcov's format.
func (c *coverage) lcov(w io.Writer) error {
	var b strings.Builder
	files := *c.files.Load()
	for _, name := range slices.Sorted(maps.Keys(files)) {
		list, hit := files[name].counted()
		fmt.Fprintf(&b, "TN:\nSF:%s\n", draw.OneLine(name))
		for _, l := range list {
			fmt.Fprintf(&b, "DA:%d,%d\n", l.line, l.runs)
		}
		fmt.Fprintf(&b, "LF:%d\nLH:%d\nend_of_record\n", len(list), hit)
	}
	_, err := io.WriteString(w, b.String())
	return err
}
