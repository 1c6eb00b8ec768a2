package dialect

import (
	"bytes"
	"strings"
)

// An fstring is an f-string literal, cut into its parts.
type fstring struct {
	at, last spot // first rune, last quote
	raw      bool
	parts    []part
}

// A part is either text as the user wrote it or an operand.
type part struct {
	at      spot
	text    string
	operand *operand
}

// An operand is {code=!conversion:spec}.
type operand struct {
	at, last   spot   // "{" and "}"
	code       []byte // masked, in parentheses: the first one is where the "{" is
	start, end int    // of the code in text
	shown      string // text of the code up to and including "=", in {code=}
	conversion string // "", "r", "s" or "a"
	formatted  bool   // has a spec
	spec       []part
}

// maxFStringDepth bounds f-strings in operands and operands in specs.
const maxFStringDepth = 50

// fstring masks an f-string whose opening quotes t has. It reports whether the f-string has an end.
func (m *masker) fstring(t token) bool {
	opening := m.string(t)
	quotes := strings.TrimLeft(opening, "fFrR")
	f := &fstring{at: t.at, raw: strings.ContainsAny(opening, "rR")}
	var ok bool
	if f.parts, ok = m.parts(f, quotes, false); !ok {
		return false
	}
	m.advance(len(quotes))
	f.last = spot{m.at.line, m.at.col - 1}
	m.fstrings[f.at] = f
	m.blank(t)
	return true
}

// giveUp continues after an f-string that has no recognizable end: after the next quote of its kind,
// for want of a better guess.
func (m *masker) giveUp(t token) {
	m.failures++
	m.unended = append(m.unended, t.at.line)
	m.off, m.at = t.end, spot{t.at.line, t.at.col + int32(t.end-t.start)}
	quotes := bytes.TrimLeft(m.text[t.start:t.end], "fFrR")
	stop := len(m.text) - m.off
	if len(quotes) == 1 {
		if i := bytes.IndexByte(m.text[m.off:], '\n'); i >= 0 {
			stop = i
		}
	}
	if i := bytes.Index(m.text[m.off:m.off+stop], quotes); i >= 0 {
		stop = i + len(quotes)
	}
	m.advance(stop)
	m.blank(t)
}

// parts reads the text and the operands of an f-string up to its closing quotes, or of a spec up to
// its "}". It reports whether it found that end; otherwise the problem is reported.
func (m *masker) parts(f *fstring, quotes string, spec bool) (parts []part, ok bool) {
	text := part{at: m.at}
	from := m.off
	flush := func() {
		if text.text = string(m.text[from:m.off]); text.text != "" {
			parts = append(parts, text)
		}
	}
	for m.off < len(m.text) {
		b := m.peek(0)
		switch {
		case spec && b == '}', !spec && m.closes(quotes):
			flush()
			return parts, true
		case spec && m.closes(quotes):
			return nil, false
		case b == '\n' && len(quotes) == 1:
			if !spec {
				m.problem(f.at, "the f-string is not closed", m.closeHint())
			}
			return nil, false
		case b == '\\':
			m.escape(f)
		case !spec && (b == '{' || b == '}') && m.peek(1) == b:
			m.advance(2)
		case b == '{':
			flush()
			o, ok := m.operand(f, quotes)
			if !ok {
				return nil, false
			}
			parts = append(parts, part{at: o.at, operand: o})
			text, from = part{at: m.at}, m.off
		case b == '}':
			m.problem(m.at, "single '}' in an f-string", "write }} for a brace")
			m.advance(1)
		default:
			m.advance(1)
		}
	}
	if !spec {
		m.problem(f.at, "the f-string is not closed", "")
	}
	return nil, false
}

// closes reports whether the closing quotes are at the cursor.
func (m *masker) closes(quotes string) bool { return string(m.window(len(quotes))) == quotes }

func (m *masker) window(n int) []byte { return m.text[m.off:min(m.off+n, len(m.text))] }

// escape moves over a backslash and what it escapes.
func (m *masker) escape(f *fstring) {
	at := m.at
	m.advance(1)
	b := m.peek(0)
	switch {
	case m.off == len(m.text), f.raw && (b == '{' || b == '}'):
		return
	case b == '{' || b == '}':
		m.problem(at, "'\\"+string(b)+"' is no escape sequence", "write {{ or }} for a brace")
	case b == 'N' && !f.raw:
		m.problem(at, "invalid escape sequence \\N", "write \\uXXXX")
		if i := strings.IndexAny(string(m.window(100)), "}\n\"'"); i >= 0 && m.text[m.off+i] == '}' {
			m.advance(i + 1)
			return
		}
	}
	m.advance(1)
}

// operand reads from "{" to after its "}". It reports whether it found that; otherwise the problem is reported.
func (m *masker) operand(f *fstring, quotes string) (*operand, bool) {
	o := &operand{at: m.at}
	m.depth++
	defer func() { m.depth-- }()
	if m.depth > maxFStringDepth {
		m.problem(o.at, "f-strings are nested too deeply", "")
		return nil, false
	}
	ok := m.code(o, quotes)
	if ok && m.peek(0) == '!' {
		ok = m.conversion(o)
	}
	if ok && m.peek(0) == ':' {
		m.advance(1)
		o.formatted = true
		o.spec, ok = m.parts(f, quotes, true)
	}
	if !ok || m.peek(0) != '}' {
		m.problem(o.at, "'{' of the f-string was never closed", "write {{ for a brace")
		return nil, false
	}
	o.last = m.at
	m.advance(1)
	if len(bytes.TrimSpace(o.code[1:len(o.code)-1])) == 0 {
		m.problem(o.at, "empty expression in an f-string", "write {{}} for braces")
	}
	return o, true
}

// conversion reads "!r" and the blanks after it.
func (m *masker) conversion(o *operand) bool {
	at := m.at
	m.advance(1)
	m.space()
	n := wordLen(m.text[m.off:])
	o.conversion = string(m.text[m.off : m.off+n])
	m.advance(n)
	if c := o.conversion; c != "r" && c != "s" && c != "a" {
		m.problem(at, "an f-string conversion is !r, !s or !a", "")
		o.conversion = "s"
	}
	m.space()
	if b := m.peek(0); b != '}' && b != ':' {
		m.problem(m.at, "want '}' or ':' after an f-string conversion", "")
		return false
	}
	return true
}

func (m *masker) space() {
	for b := m.peek(0); b == ' ' || b == '\t' || b == '\n'; b = m.peek(0) {
		m.advance(1)
	}
}

// code reads and masks the expression of an operand, from its "{" to the "!", ":" or "}" after it.
func (m *masker) code(o *operand, quotes string) bool {
	out, copied, base, prev, open := m.out, m.copied, m.base, m.prev, len(m.brackets)
	m.advance(1)
	m.out, m.copied, m.base, m.prev = []byte{'('}, m.off, len(m.brackets), token{}
	o.start = m.off
	ok := m.codeTokens(o, quotes)
	if o.end = m.copied; ok {
		o.code = append(m.out, ')')
	}
	m.out, m.copied, m.base, m.prev, m.brackets = out, copied, base, prev, m.brackets[:open]
	return ok
}

func (m *masker) codeTokens(o *operand, quotes string) bool {
	for {
		t := m.next()
		if t.kind == end || t.kind == str && t.open && m.text[t.start] == quotes[0] {
			return false
		}
		if len(m.brackets) == m.base {
			if stop, ok := m.codeEnd(o, t); stop {
				return ok
			}
		} else if b := m.brackets[len(m.brackets)-1]; t.kind == closer && m.text[t.start] == '}' && b.char != '{' {
			m.problem(b.at, "'"+string(b.char)+"' was never closed", "")
			return false
		}
		if !m.token(t, inside) {
			return false
		}
		m.prev = t
	}
}

// codeEnd handles a token outside of the operand's own brackets. It reports whether the code ends
// there (the cursor is then at "!", ":" or "}") and whether what ends it is right.
func (m *masker) codeEnd(o *operand, t token) (stop, ok bool) {
	switch m.string(t) {
	case "}", ":", ":=", "!":
		m.copyGap(t)
		m.off, m.at = t.start, t.at
		return true, true
	case "lambda":
		m.problem(t.at, "a lambda in an f-string needs parentheses", "write {(lambda x: x)}")
		return true, false
	case "=":
		m.copyGap(t)
		m.copied = t.start
		m.space()
		o.shown = string(m.text[o.start:m.off])
		if b := m.peek(0); b != '}' && b != ':' && b != '!' || strings.TrimSpace(o.shown) == "=" {
			m.problem(t.at, "an f-string operand is an expression, not an assignment", "{x=} shows the text and the value")
			return true, false
		}
		return true, true
	}
	return false, false
}
