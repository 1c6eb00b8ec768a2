package format

import "github.com/starlark-tg/tg/engine/dialect"

// setBlanks decides how many blank lines stand before each line.
func setBlanks(lines []line) {
	setUsual(lines)
	seams := defSeams(lines)
	gap := habit(seams)
	for _, l := range seams {
		l.blanks = gap
	}
}

// setUsual keeps the author's blank lines where there may be some.
func setUsual(lines []line) {
	decorated := false // the def of a decorator is still to come
	head := 0          // level of the statement before
	for i := range lines {
		l := &lines[i]
		switch {
		case i == 0, l.joined:
			l.blanks = 0
		case l.inside:
			l.blanks = min(l.blanks, insideLimit(&lines[i-1], l))
		case decorated, l.code() && l.level > head && len(lines[i-1].tokens) > 0: // first in its block
			l.blanks = 0
		case l.level == 0:
			l.blanks = min(l.blanks, 2)
		default:
			l.blanks = min(l.blanks, 1)
		}
		if l.code() {
			decorated, head = l.is("@"), l.level
		}
	}
}

// insideLimit returns how many blank lines may stand between two lines of a bracket.
func insideLimit(before, l *line) int {
	if before.ends(dialect.Opener) || len(l.tokens) > 0 && l.tokens[0].Kind == dialect.Closer {
		return 0
	}
	return 1
}

// defSeams returns the lines that begin a top-level def, its decorators and comments included, and
// those that follow one. A def of one line is like other statements, unless it has a decorator.
func defSeams(lines []line) []*line {
	var seams []*line
	add := func(i int) {
		if i > 0 && (len(seams) == 0 || seams[len(seams)-1] != &lines[i]) {
			seams = append(seams, &lines[i])
		}
	}
	start := -1    // where what may belong to a def begins
	after := false // the statement before was a def
	for i := range lines {
		l := &lines[i]
		if l.inside || l.level > 0 {
			continue
		}
		if after {
			add(i)
		}
		after = false
		if start < 0 || l.blanks > 0 {
			start = i
		}
		switch {
		case !l.code(), l.is("@"):
			continue
		case l.is("def") && (hasBlock(lines, i) || decorator(lines, i)):
			add(start)
			after = true
		}
		start = -1
	}
	return seams
}

// hasBlock reports whether the statement that begins in a line has a block below it.
func hasBlock(lines []line, i int) bool {
	level := lines[i].level
	for _, l := range lines[i+1:] {
		if l.code() {
			return l.level > level
		}
	}
	return false
}

// decorator reports whether the statement before the line is a decorator.
func decorator(lines []line, i int) bool {
	for i--; i >= 0; i-- {
		if lines[i].code() {
			return lines[i].is("@")
		}
	}
	return false
}

// habit returns how many blank lines the file has around a def: two, as in Python, or one if most of
// its authors' own are one.
func habit(seams []*line) int {
	one, two := 0, 0
	for _, l := range seams {
		switch {
		case l.blanks >= 2:
			two++
		case l.blanks == 1:
			one++
		}
	}
	if one > two {
		return 1
	}
	return 2
}
