package draw

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/syntax"
)

// maxFailures is how many failed tasks of a group are shown in full.
const maxFailures = 100

// maxCalls is how many calls of a stack are shown at each of its ends.
const maxCalls = 10

// Report draws an error: where, what, how it came there, what to do.
func Report(w io.Writer, p Paint, err error) {
	d := &drawing{p: p, gutter: 1, room: maxFailures}
	d.measure(err)
	var syntaxErr *engine.SyntaxError
	if e, ok := err.(*engine.Error); ok {
		d.title(p.Red("error:"), e.Msg, p.Bold)
		d.failure(e)
	} else if errors.As(err, &syntaxErr) {
		d.problems(syntaxErr)
	} else {
		d.title(p.Red("error:"), err.Error(), p.Bold)
	}
	_, _ = io.WriteString(w, d.String())
}

type drawing struct {
	strings.Builder
	p      Paint
	gutter int    // width of line numbers
	room   int    // how many more failed tasks are drawn
	indent string // of what a nested group reports
	nested bool   // within the report of a group
}

// line adds a line of text that is safe to show.
func (d *drawing) line(s string) {
	d.WriteString(strings.TrimRight(d.indent+s, " ") + "\n")
}

// title adds a message; its further lines stand out from what is drawn below.
func (d *drawing) title(label, msg string, style func(string) string) {
	for i, l := range strings.Split(Clean(msg), "\n") {
		if i > 0 {
			label = "   "
		}
		d.line(label + " " + style(l))
	}
}

// hint adds what to do about it.
func (d *drawing) hint(text string) {
	label := d.margin() + d.p.Blue("= hint:")
	for l := range strings.SplitSeq(Clean(text), "\n") {
		d.line(label + " " + l)
		label = d.margin() + "       "
	}
}

// measure finds the width of the widest line number that will be drawn.
func (d *drawing) measure(err error) {
	note := func(pos syntax.Position) { d.gutter = max(d.gutter, len(strconv.Itoa(int(pos.Line)))) }
	var e *engine.Error
	var group *engine.GroupError
	var syntaxErr *engine.SyntaxError
	if errors.As(err, &syntaxErr) {
		for _, p := range syntaxErr.Problems {
			note(p.Pos)
		}
	}
	if errors.As(err, &e) {
		note(e.Pos)
	}
	if errors.As(err, &group) {
		for _, f := range group.Failures[:min(len(group.Failures), maxFailures)] {
			d.measure(f.Err)
		}
	}
}

// failure draws an error of a script or a task below its title.
func (d *drawing) failure(e *engine.Error) {
	if n := len(e.Stack); n > 0 {
		f := e.Stack[n-1]
		d.frame(f.Pos, f.Start, f.End, f.Line)
		d.callers(e.Stack[:n-1])
	}
	if e.Hint != "" {
		d.hint(e.Hint)
	}
	var syntaxErr *engine.SyntaxError
	var group *engine.GroupError
	if errors.As(e, &group) {
		if d.nested {
			d.indent += "  "
		}
		d.nested = true
		d.group(group)
	} else if errors.As(e, &syntaxErr) {
		d.problems(syntaxErr)
	}
}

// group draws the failed tasks of a group; one of them may be a group in turn.
func (d *drawing) group(g *engine.GroupError) {
	n := len(g.Failures)
	for i, f := range g.Failures {
		if d.room == 0 {
			d.line("… and " + Plural(n-i, "more failed task"))
			return
		}
		d.room--
		d.title(d.p.Red(fmt.Sprintf("[%d/%d] %s:", i+1, n, OneLine(f.Task))), f.Err.Msg, plain)
		indent := d.indent
		d.failure(f.Err)
		d.indent = indent
	}
}

func plain(s string) string { return s }

func (d *drawing) problems(e *engine.SyntaxError) {
	for i, p := range e.Problems {
		if i == maxFailures {
			d.line("… and " + Plural(len(e.Problems)-i, "more problem"))
			return
		}
		d.title(d.p.Red("error:"), p.Msg, d.p.Bold)
		d.frame(p.Pos, p.Pos, wordEnd(p.Pos, p.Line), p.Line)
		if p.Hint != "" {
			d.hint(p.Hint)
		}
	}
}

// Warn draws warnings.
func Warn(w io.Writer, p Paint, list []engine.Warning) {
	d := &drawing{p: p, gutter: 1, room: maxFailures}
	for _, warning := range list {
		d.gutter = max(d.gutter, len(fmt.Sprint(warning.Pos.Line)))
	}
	for i, warning := range list {
		if i == maxFailures {
			d.line("… and " + Plural(len(list)-i, "more warning"))
			break
		}
		d.title(d.p.Yellow("warning:"), warning.Msg+" "+d.p.Dim("["+warning.Rule+"]"), d.p.Bold)
		d.frame(warning.Pos, warning.Pos, wordEnd(warning.Pos, warning.Line), warning.Line)
		if warning.Hint != "" {
			d.hint(warning.Hint)
		}
	}
	_, _ = io.WriteString(w, d.String())
}

func (d *drawing) margin() string { return strings.Repeat(" ", d.gutter+1) }

// callers draws the calls on the way, from the inside out.
func (d *drawing) callers(stack []engine.Frame) {
	for i := len(stack) - 1; i >= 0; i-- {
		if shown := len(stack) - 1 - i; shown == maxCalls && i >= maxCalls {
			d.line(d.margin() + "… " + Plural(i-maxCalls+1, "more call"))
			i = maxCalls - 1
		}
		f := stack[i]
		text := fmt.Sprintf("called from %s", OneLine(f.Pos.String()))
		if f.Name != "<toplevel>" {
			text += " in " + OneLine(f.Name)
		}
		d.line(d.margin() + text)
	}
}
