package format

import (
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine/dialect"
)

// step is how many columns a block stands to the right of what it belongs to.
const step = 4

// setIndents decides where each line begins.
//
//	f(          f(a,        f(a,
//	    a,        b)          b)
//	    b,
//	)           as above    f(a,
//	                            b)
//
// What is in a bracket stands one step to the right of the line where the bracket is, unless the
// author aligned it with what follows the bracket on its line. A line that goes on an element may
// stand one more step to the right.
func setIndents(lines []line) {
	for i := 0; i < len(lines); {
		n := 1
		for i+n < len(lines) && lines[i+n].inside {
			n++
		}
		setStatement(lines[i : i+n])
		i += n
	}
}

// setStatement does so for the lines of one statement.
func setStatement(lines []line) {
	lines[0].indent = step * lines[0].level
	if len(lines) == 1 {
		return
	}
	h := hanger{pairs: pairs(lines), lines: lines}
	for i := range lines {
		if i > 0 {
			lines[i].indent = h.indent(&lines[i])
		}
		h.line(&lines[i])
	}
}

// A pair is a pair of brackets.
type pair struct {
	line   int  // of the statement, where it opens
	col    int  // where the author opened it
	text   int  // where the author put what follows on the same line; -1 if nothing does
	base   int  // where the author put the first line of what is in it; -1 if there is none
	alone  bool // its closing bracket begins a line
	placed int  // where it opens now
}

// aligned reports whether the author aligned what is in the brackets with the first of it.
func (p *pair) aligned() bool { return p.text >= 0 && (p.base == p.col+1 || p.base == p.text) }

// pairs returns the pairs of brackets in the order in which they open.
func pairs(lines []line) []pair {
	var all []pair
	var open []int
	for i := range lines {
		l := &lines[i]
		if n := len(open); i > 0 && n > 0 && len(l.tokens) > 0 {
			if p := &all[open[n-1]]; l.tokens[0].Kind == dialect.Closer {
				p.alone = true
			} else if p.base < 0 {
				p.base = l.col
			}
		}
		for j, t := range l.tokens {
			switch t.Kind {
			case dialect.Opener:
				p := pair{line: i, col: t.col, text: -1, base: -1}
				if j+1 < len(l.tokens) {
					p.text = l.tokens[j+1].col
				}
				open = append(open, len(all))
				all = append(all, p)
			case dialect.Closer:
				open = open[:len(open)-1]
			}
		}
	}
	return all
}

// A hanger walks through the lines of a statement.
type hanger struct {
	lines []line
	pairs []pair
	next  int   // pair that opens next
	open  []int // pairs
	prev  *token
}

// indent returns where a line begins that is not the first one.
func (h *hanger) indent(l *line) int {
	if len(h.open) == 0 {
		return h.lines[0].indent + h.hang(0)
	}
	p := &h.pairs[h.open[len(h.open)-1]]
	if len(l.tokens) > 0 && l.tokens[0].Kind == dialect.Closer {
		return h.closing(p, l.col)
	}
	indent := p.placed + 1
	if !p.aligned() {
		indent = h.lines[p.line].indent
		if p.alone {
			indent += step
		} else {
			indent += h.hang(p.line)
		}
	}
	if p.base >= 0 && l.col > p.base && h.prev.role != comma && h.prev.Kind != dialect.Opener {
		indent += step
	}
	return indent
}

// hang returns how far to the right of a line stand those that go it on: in the head of a block
// further than the block.
func (h *hanger) hang(line int) int {
	if line == 0 && h.lines[0].is("def", "elif", "for", "if", "while") {
		return 2 * step
	}
	return step
}

// closing returns where a line begins that closes the pair, and that the author began at col.
func (h *hanger) closing(p *pair, col int) int {
	switch {
	case p.aligned() && col == p.col:
		return p.placed
	case p.aligned() && (col == p.col+1 || col == p.text):
		return p.placed + 1
	}
	return h.lines[p.line].indent
}

// line notes where the tokens of a line stand now.
func (h *hanger) line(l *line) {
	col := l.indent
	for i := range l.tokens {
		t := &l.tokens[i]
		if i > 0 && spaced(h.prev, t) {
			col++
		}
		switch t.Kind {
		case dialect.Opener:
			h.pairs[h.next].placed = col
			h.open = append(h.open, h.next)
			h.next++
		case dialect.Closer:
			h.open = h.open[:len(h.open)-1]
		}
		col = after(col, t.Text)
		h.prev = t
	}
}

// after returns the column behind a text that begins at the column.
func after(col int, text string) int {
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == '\n' {
			return utf8.RuneCountInString(text[i+1:])
		}
	}
	return col + utf8.RuneCountInString(text)
}
