package main

import (
	"cmp"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
)

// A junitReport is the document of --junit. encoding/xml escapes what XML must not
// have; control characters are spelled out before, so that they can be read.
type junitReport struct {
	XMLName xml.Name `xml:"testsuites"`
	junitCounts
	Suites []junitSuite `xml:"testsuite"`
}

type junitCounts struct {
	Name     string `xml:"name,attr"`
	Tests    int    `xml:"tests,attr"`
	Failures int    `xml:"failures,attr"`
	Errors   int    `xml:"errors,attr"`
	Skipped  int    `xml:"skipped,attr"`
	Time     string `xml:"time,attr"` // in seconds
}

// A junitSuite is a file.
type junitSuite struct {
	junitCounts
	Cases  []junitCase `xml:"testcase"`
	Output *string     `xml:"system-out"`
}

type junitCase struct {
	Class   string      `xml:"classname,attr"`
	Name    string      `xml:"name,attr"`
	File    string      `xml:"file,attr"`
	Line    int         `xml:"line,attr,omitempty"`
	Time    string      `xml:"time,attr"`
	Failure *junitFault `xml:"failure"`
	Error   *junitFault `xml:"error"` // of the file rather than of a test
	Skipped *junitFault `xml:"skipped"`
	Output  *string     `xml:"system-out"`
}

type junitFault struct {
	Message string `xml:"message,attr"`
	Type    string `xml:"type,attr,omitempty"` // the error's kind
	Text    string `xml:",chardata"`
}

// writeJUnit writes what is known of the tests by now.
func (t *tester) writeJUnit(w io.Writer) error {
	r := junitReport{junitCounts: junitCounts{Name: "tg test", Time: inSeconds(time.Since(t.began))}}
	for _, f := range t.files {
		s := f.junit()
		r.Tests += s.Tests
		r.Failures += s.Failures
		r.Errors += s.Errors
		r.Skipped += s.Skipped
		r.Suites = append(r.Suites, s)
	}
	text, err := xml.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(w, "%s%s\n", xml.Header, text)
	return err
}

func (f *testFile) junit() junitSuite {
	var took time.Duration
	s := junitSuite{junitCounts: junitCounts{Name: draw.OneLine(f.name)}}
	for _, c := range f.known() {
		e := f.junitCase(c)
		took += c.duration()
		s.Tests++
		s.Failures += count(e.Failure)
		s.Errors += count(e.Error)
		s.Skipped += count(e.Skipped)
		s.Cases = append(s.Cases, e)
	}
	s.Time = inSeconds(took)
	if closed(f.ready) {
		s.Output = text(f.output)
	}
	return s
}

func (f *testFile) junitCase(c *testCase) junitCase {
	e := junitCase{
		Class: draw.OneLine(f.name), Name: draw.OneLine(cmp.Or(c.name, topLevel)), File: draw.OneLine(f.name), Line: c.line, Time: inSeconds(c.duration()),
	}
	switch {
	case !c.ended() || c.verdict == cancelled:
		e.Skipped = &junitFault{Message: "cancelled"}
	case c.verdict == notRun:
		e.Skipped = &junitFault{Message: "not run"}
	case c.verdict == wrong && c.name == "":
		e.Error = faultOf(c.err)
	case c.verdict == wrong:
		e.Failure = faultOf(c.err)
	}
	if c.ended() {
		e.Output = text(c.output)
	}
	return e
}

// faultOf describes an error, as the terminal shows it.
func faultOf(err error) *junitFault {
	var b strings.Builder
	draw.Report(&b, false, err)
	return &junitFault{Message: draw.Clean(err.Error()), Type: describe(err).Kind, Text: b.String()}
}

// duration is how long the case ran, as far as that is known.
func (c *testCase) duration() time.Duration {
	if c.ended() {
		return c.took
	}
	return 0
}

func count(f *junitFault) int {
	if f == nil {
		return 0
	}
	return 1
}

// text is the content of an element, which is left out if it is empty.
func text(s string) *string {
	if s == "" {
		return nil
	}
	s = draw.Clean(s)
	return &s
}

func inSeconds(d time.Duration) string { return fmt.Sprintf("%.3f", d.Seconds()) }
