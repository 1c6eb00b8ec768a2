package dialect

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// A masker copies text to out token by token, replacing what Starlark cannot read by something of
// the same width, and remembers by position what was there.
type masker struct {
	cursor
	report *report
	out    []byte
	copied int // offset in text up to which out holds it

	brackets []bracket // open ones
	base     int       // how many of them belong to what encloses the current f-string operand
	lost     int       // how many more were never closed
	depth    int       // of operands in operands

	prev    token // the token before
	first   bool  // the next token is the first one of a logical line
	start   bool  // the next token begins a statement
	lambdas int   // outside brackets, still without their ':'
	bad     bool  // a problem on the current logical line is reported: more of them would be its echo

	decorator spot           // the "@" of the current logical line, if any
	trying    map[int32]bool // columns of the try statements that are reported
	pending   bool           // the line before was a decorator in column 1
	failures  int            // f-strings without an end; each may cost a look at the rest of the file
	unended   []int32        // their lines

	fstrings   map[spot]*fstring
	asserts    map[spot]int  // their offsets in text
	decorators map[spot]bool // the "(" that stand for "@"
	chunks     []chunk
}

type bracket struct {
	char byte
	at   spot
}

// A chunk is where a top-level statement begins: the unit that is left out when it has a problem.
type chunk struct {
	out, text int // offsets
	line      int32
}

func newMasker(text []byte, r *report) *masker {
	return &masker{
		cursor: cursor{text: text, at: spot{1, 1}}, report: r, out: make([]byte, 0, len(text)+len(text)/8),
		first: true, start: true, trying: map[int32]bool{},
		fstrings: map[spot]*fstring{}, asserts: map[spot]int{}, decorators: map[spot]bool{},
		chunks: []chunk{{line: 1}},
	}
}

// problem reports the first problem of a logical line.
func (m *masker) problem(at spot, msg, hint string) {
	if !m.bad {
		m.report.add(at, msg, hint)
	}
	m.bad = true
}

// A place is where in a logical line a token stands.
type place uint8

const (
	inside place = iota
	statementStart
	lineStart
)

// maxNumber is how long a number may be written: the scanner takes quadratic time for it.
const maxNumber = 100_000

// token masks a token that means the same everywhere. It reports whether the token has an end:
// false only for an f-string.
func (m *masker) token(t token, p place) bool {
	switch t.kind {
	case fstr:
		return m.fstring(t)
	case str:
		if t.open {
			m.problem(t.at, "the string is not closed", m.closeHint())
		}
	case opener:
		m.brackets = append(m.brackets, bracket{m.text[t.start], t.at})
	case closer:
		m.closer(t)
	case word:
		m.word(t, p)
	case number:
		if t.end-t.start > maxNumber {
			m.problem(t.at, fmt.Sprintf("number of more than %d characters", maxNumber), "read it with int(text)")
		}
		if b := m.peek(0); b == '_' && digit(m.peek(1)) {
			m.problem(t.at, "numbers cannot contain '_'", "write the digits without it")
		}
	case op:
		m.op(t)
	}
	m.copy(t)
	return true
}

func (m *masker) closeHint() string {
	if m.peek(0) == '\n' {
		return `a string over several lines needs three quotes: """..."""`
	}
	return ""
}

func (m *masker) closer(t token) {
	n := len(m.brackets)
	char := m.text[t.start]
	if n == 0 && m.lost > 0 { // its bracket is reported
		m.lost--
		m.bad = true
		return
	}
	if n == m.base {
		m.problem(t.at, fmt.Sprintf("unmatched '%c'", char), "")
		return
	}
	b := m.brackets[n-1]
	if !pairs(b.char, char) {
		m.problem(t.at, fmt.Sprintf("'%c' does not close '%c' of line %d", char, b.char, b.at.line), "")
	}
	m.brackets = m.brackets[:n-1]
}

func pairs(open, shut byte) bool {
	switch open {
	case '(':
		return shut == ')'
	case '[':
		return shut == ']'
	}
	return shut == '}'
}

func (m *masker) op(t token) {
	switch m.string(t) {
	case "@", "@=":
		m.problem(t.at, "'@' begins a decorator and stands first on its line", "write it on a line of its own, before the def; there is no matrix multiplication")
	case ":=":
		m.problem(t.at, "Starlark has no ':='", "assign on a line of its own: x = value")
	case "\\": // without the comment behind it, it would continue the line
		m.problem(t.at, "'\\' continues a line only as its last character", "leave it out; inside brackets a line goes on by itself")
	case "->":
		m.problem(t.at, "Starlark has no annotations", "leave out '-> type'")
	}
}

func (m *masker) string(t token) string { return string(m.text[t.start:t.end]) }

// ahead returns the next token without moving.
func (m *masker) ahead() token {
	c := m.cursor
	return c.next()
}

// copyGap copies what is between the tokens, without comments: nothing after a comment can move.
func (m *masker) copyGap(t token) {
	gap := m.text[m.copied:t.start]
	if i := bytes.IndexByte(gap, '#'); i >= 0 {
		gap = gap[:i]
	}
	m.out = append(m.out, gap...)
	m.copied = t.start
}

func (m *masker) copy(t token) {
	m.copyGap(t)
	m.out = append(m.out, m.text[t.start:t.end]...)
	m.copied = t.end
}

func (m *masker) replace(t token, text string) {
	m.copyGap(t)
	m.out = append(m.out, text...)
	m.copied = t.end
}

// blank stands for text[start:m.off], which is at least 3 runes, as "(0 )" with the same line ends.
func (m *masker) blank(start token) {
	m.copyGap(start)
	if m.off-start.start < 3 { // an unclosed f" at the end of the file
		m.copy(start)
		return
	}
	from := len(m.out)
	for i := start.start; i < m.off; {
		b := byte(' ')
		_, size := utf8.DecodeRune(m.text[i:])
		if m.text[i] == '\n' {
			b = '\n'
		}
		m.out = append(m.out, b)
		i += size
	}
	m.out[from], m.out[from+1], m.out[len(m.out)-1] = '(', '0', ')'
	m.copied = m.off
}
