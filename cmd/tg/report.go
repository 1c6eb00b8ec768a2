package main

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

// report draws an error: where, what, how it came there, what to do.
func report(w io.Writer, p paint, err error) {
	d := &drawing{p: p, gutter: 1}
	d.measure(err)
	var syntaxErr *engine.SyntaxError
	if e, ok := err.(*engine.Error); ok {
		d.failure(p.red("error:")+" "+p.bold(e.Msg), e)
	} else if errors.As(err, &syntaxErr) {
		d.problems(syntaxErr)
	} else {
		d.line(p.red("error:") + " " + err.Error())
	}
	_, _ = io.WriteString(w, d.String())
}

type drawing struct {
	strings.Builder
	p      paint
	gutter int    // width of line numbers
	indent string // of what a nested group reports
}

func (d *drawing) line(s string) {
	for _, l := range strings.Split(s, "\n") {
		d.WriteString(strings.TrimRight(d.indent+l, " ") + "\n")
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

// failure draws an error of a script or a task under its title.
func (d *drawing) failure(title string, e *engine.Error) {
	d.line(title)
	if n := len(e.Stack); n > 0 {
		f := e.Stack[n-1]
		d.frame(f.Pos, f.Start, f.End, f.Line)
		d.callers(e.Stack[:n-1])
	}
	if e.Hint != "" {
		d.line(d.margin() + d.p.blue("= hint:") + " " + e.Hint)
	}
	var syntaxErr *engine.SyntaxError
	var group *engine.GroupError
	if errors.As(e, &group) {
		d.group(group)
	} else if errors.As(e, &syntaxErr) {
		d.problems(syntaxErr)
	}
}

// group draws the failed tasks of a group.
func (d *drawing) group(g *engine.GroupError) {
	n := len(g.Failures)
	for i, f := range g.Failures {
		if i == maxFailures {
			d.line(fmt.Sprintf("… and %d more failed tasks", n-i))
			return
		}
		title := d.p.red(fmt.Sprintf("[%d/%d] %s:", i+1, n, f.Task)) + " " + f.Err.Msg
		indent := d.indent
		d.failure(title, f.Err)
		d.indent = indent
	}
}

func (d *drawing) problems(e *engine.SyntaxError) {
	for _, p := range e.Problems {
		d.line(d.p.red("error:") + " " + d.p.bold(p.Msg))
		d.frame(p.Pos, syntax.Position{}, syntax.Position{}, p.Line)
		if p.Hint != "" {
			d.line(d.margin() + d.p.blue("= hint:") + " " + p.Hint)
		}
	}
}

func (d *drawing) margin() string { return strings.Repeat(" ", d.gutter+1) }

// frame draws a line of source with what is meant underlined.
func (d *drawing) frame(pos, start, end syntax.Position, text string) {
	d.line(strings.Repeat(" ", d.gutter) + d.p.blue("-->") + " " + pos.String())
	if !start.IsValid() || start.Line < 1 {
		start, end = pos, syntax.Position{}
	}
	if text == "" || start.Col < 1 {
		return
	}
	runes := []rune(text)
	from := min(int(start.Col)-1, len(runes))
	to := from + 1
	if end.IsValid() {
		to = len(runes) // it goes on on the next line
		if end.Line == start.Line {
			to = min(int(end.Col)-1, len(runes))
		}
	}
	before, marked, after := window(runes, from, max(to, from))
	bar := d.p.blue("|")
	d.line(d.margin() + bar)
	number := fmt.Sprintf("%*d", d.gutter, start.Line)
	d.line(d.p.blue(number) + " " + bar + " " + before + marked + after)
	carets := strings.Repeat("^", max(1, len([]rune(marked))))
	d.line(d.margin() + bar + " " + strings.Repeat(" ", len([]rune(before))) + d.p.red(carets))
}

// maxLine is how much of a long line is shown.
const maxLine = 160

// window cuts a line to what can be shown: the text before, in and after the mark.
func window(line []rune, from, to int) (before, marked, after string) {
	left, right := "", ""
	first, last := 0, len(line)
	if last > maxLine {
		first = max(0, min(from-maxLine/4, len(line)-maxLine))
		last = min(len(line), first+maxLine)
		to = min(to, last)
		if first > 0 {
			left = "…"
		}
		if last < len(line) {
			right = "…"
		}
	}
	clean := func(r []rune) string { // one column for each rune: the carets stand below
		return strings.Map(func(c rune) rune {
			if c < ' ' || c == 0x7f {
				return ' '
			}
			return c
		}, string(r))
	}
	return left + clean(line[first:from]), clean(line[from:to]), clean(line[to:last]) + right
}

// callers draws the calls on the way, from the inside out.
func (d *drawing) callers(stack []engine.Frame) {
	for i := len(stack) - 1; i >= 0; i-- {
		if shown := len(stack) - 1 - i; shown == maxCalls && i >= maxCalls {
			d.line(fmt.Sprintf("%s… %d more calls", d.margin(), i-maxCalls+1))
			i = maxCalls - 1
		}
		f := stack[i]
		text := fmt.Sprintf("called from %s", f.Pos)
		if f.Name != "<toplevel>" {
			text += " in " + f.Name
		}
		d.line(d.margin() + text)
	}
}
