package dialect

import (
	"bytes"
	"fmt"
)

// file masks the whole text, or as much of it as there may be problems in.
func (m *masker) file() {
	for !m.report.full() && m.failures < maxFailures {
		t := m.next()
		if t.kind == end {
			m.unclosed()
			m.endLine()
			return
		}
		m.lineToken(t)
	}
}

// lineToken masks a token outside of f-strings.
func (m *masker) lineToken(t token) {
	if t.kind == newline {
		if len(m.brackets) == 0 {
			m.endLine()
		}
		m.copy(t)
		return
	}
	if len(m.brackets) > 0 && m.prev.at.line < t.at.line && m.cannotContinue(t) {
		m.unclosed()
		m.endLine()
	}
	first, start := m.first, m.start
	m.first, m.start = false, false
	if first {
		m.beginLine(t)
	}
	switch text := m.string(t); {
	case first && text == "@":
		m.decorator = t.at
		m.decorators[t.at] = true
		m.replace(t, "(")
		if next := m.ahead(); next.kind == newline || next.kind == end {
			m.problem(t.at, "a decorator needs an expression after @", "")
		}
	case start && text == "assert" && m.isAssert(t):
		m.replace(t, "return")
	default:
		place := inside
		if start {
			place = statementStart
		}
		if first {
			place = lineStart
		}
		if ok := m.token(t, place); !ok {
			m.giveUp(t)
		}
		m.start = len(m.brackets) == 0 && m.beforeStatement(text)
	}
	m.prev = t
}

// beforeStatement reports whether a statement may begin after a token outside brackets.
func (m *masker) beforeStatement(text string) bool {
	switch text {
	case "lambda":
		m.lambdas++
	case ";":
		return true
	case ":":
		if m.lambdas == 0 {
			return true
		}
		m.lambdas--
	}
	return false
}

// isAssert reports whether the word assert is the statement, and remembers it.
func (m *masker) isAssert(t token) bool {
	next := m.ahead()
	if text := m.string(next); next.kind == op && (text[0] == '.' || text[0] == '=') {
		return false
	}
	if next.kind == newline || next.kind == end || m.string(next) == ";" {
		m.problem(t.at, "assert needs a condition", "write assert condition, or assert condition, message")
	}
	m.asserts[t.at] = t.start
	return true
}

// cannotContinue reports whether t, the first token of a line inside brackets, can only begin a
// statement: then the bracket was forgotten, and what follows deserves to be read.
func (m *masker) cannotContinue(t token) bool {
	switch m.string(t) {
	case "def", "return", "while", "pass", "break", "continue", "load", "import", "class", "try", "with", "raise",
		"global", "nonlocal", "del":
		return m.string(m.ahead()) != "="
	case "@":
		return true
	}
	return false
}

// unclosed reports the innermost open bracket and forgets all of them.
func (m *masker) unclosed() {
	if n := len(m.brackets); n > 0 {
		b := m.brackets[n-1]
		m.problem(b.at, fmt.Sprintf("'%c' was never closed", b.char), "")
		m.lost += n
		m.brackets = m.brackets[:0]
	}
}

// beginLine starts a new chunk at a line that begins in column 1, unless it belongs to the one before.
func (m *masker) beginLine(t token) {
	if t.at.col != 1 || t.joined {
		return
	}
	text := m.string(t)
	attached := m.pending
	m.pending = text == "@"
	switch text {
	case "else", "elif", "except", "finally", ")", "]", "}":
		return
	}
	if attached || t.start == 0 {
		return
	}
	m.copyGap(t)
	m.lost = 0
	m.chunks = append(m.chunks, chunk{len(m.out), t.start, t.at.line})
}

// endLine ends a logical line: it closes the parenthesis of a decorator right after the last token.
func (m *masker) endLine() {
	if m.decorator != (spot{}) {
		m.out = append(bytes.TrimRight(m.out, " \t"), ')')
	}
	m.decorator = spot{}
	m.first, m.start, m.bad = true, true, false
	m.lambdas, m.base, m.brackets = 0, 0, m.brackets[:0]
}
