package dialect

import (
	"unicode"
	"unicode/utf8"
)

type kind uint8

const (
	end     kind = iota
	newline      // every "\n", also inside brackets
	word         // identifier or keyword
	number
	str    // a whole string or bytes literal
	fstr   // prefix and opening quotes of an f-string; the rest is for the caller
	opener // ( [ {
	closer // ) ] }
	op     // everything else
)

// A token is text[start:end], where start is at the spot.
type token struct {
	kind       kind
	start, end int
	at         spot
	joined     bool // a line continuation stands between the token and the one before
	open       bool // the string literal is not closed
}

// A cursor cuts text into tokens, the way go.starlark.net/syntax does: the two must agree on where
// strings and lines end. Blanks, comments and continued line ends are between tokens.
type cursor struct {
	text []byte
	off  int
	at   spot
}

func (c *cursor) peek(i int) byte {
	if c.off+i < len(c.text) {
		return c.text[c.off+i]
	}
	return 0
}

// advance moves over n bytes.
func (c *cursor) advance(n int) {
	for stop := c.off + n; c.off < stop; {
		b := c.text[c.off]
		if b < utf8.RuneSelf {
			c.off++
		} else {
			_, size := utf8.DecodeRune(c.text[c.off:])
			c.off += size
		}
		c.at.col++
		if b == '\n' {
			c.at = spot{c.at.line + 1, 1}
		}
	}
}

func (c *cursor) blanks() (joined bool) {
	for c.off < len(c.text) {
		switch b := c.text[c.off]; {
		case b == ' ' || b == '\t':
			c.advance(1)
		case b == '\\' && c.peek(1) == '\n':
			c.advance(2)
			joined = true
		case b == '#':
			for c.off < len(c.text) && c.text[c.off] != '\n' {
				c.advance(1)
			}
		default:
			return joined
		}
	}
	return joined
}

// next returns the next token; at the end of the text always one of kind end.
func (c *cursor) next() token {
	joined := c.blanks()
	t := token{start: c.off, at: c.at, joined: joined}
	t.kind = c.scan(&t)
	t.end = c.off
	return t
}

func (c *cursor) scan(t *token) kind {
	if c.off >= len(c.text) {
		return end
	}
	b := c.text[c.off]
	switch b {
	case '\n':
		c.advance(1)
		return newline
	case '"', '\'':
		t.open = !c.str()
		return str
	case '(', '[', '{':
		c.advance(1)
		return opener
	case ')', ']', '}':
		c.advance(1)
		return closer
	}
	if digit(b) || b == '.' && digit(c.peek(1)) {
		c.number()
		return number
	}
	if n := wordLen(c.text[c.off:]); n > 0 {
		return c.word(t, n)
	}
	c.advance(opLen(c.text[c.off:]))
	return op
}

// word scans a word, or the string literal of which the word is the prefix.
func (c *cursor) word(t *token, n int) kind {
	text := string(c.text[c.off : c.off+n])
	c.advance(n)
	if q := c.peek(0); q != '"' && q != '\'' {
		return word
	}
	switch text {
	case "r", "b", "rb":
		t.open = !c.str()
		return str
	case "f", "F", "rf", "rF", "Rf", "RF", "fr", "fR", "Fr", "FR":
		c.advance(c.quotes())
		return fstr
	}
	return word
}

// quotes returns how many quotes open the string at the cursor, 1 or 3.
func (c *cursor) quotes() int {
	if q := c.peek(0); q == c.peek(1) && q == c.peek(2) {
		return 3
	}
	return 1
}

// str scans the rest of a string literal, from its quotes on; false if it is not closed.
func (c *cursor) str() bool {
	quote, n := c.peek(0), c.quotes()
	c.advance(n)
	seen := 0 // quotes in a row
	for c.off < len(c.text) {
		b := c.text[c.off]
		if b == '\n' && n == 1 {
			return false
		}
		c.advance(1)
		switch {
		case b == quote:
			if seen++; seen == n {
				return true
			}
			continue
		case b == '\\' && c.off < len(c.text):
			c.advance(1)
		}
		seen = 0
	}
	return false
}

func (c *cursor) number() {
	skip := func(ok func(byte) bool) {
		for ok(c.peek(0)) {
			c.advance(1)
		}
	}
	if c.peek(0) == '0' {
		switch c.peek(1) {
		case 'x', 'X':
			c.advance(2)
			skip(hexDigit)
			return
		case 'o', 'O', 'b', 'B':
			c.advance(2)
			skip(digit)
			return
		}
	}
	skip(digit)
	if c.peek(0) == '.' {
		c.advance(1)
		skip(digit)
	}
	if b := c.peek(0); b == 'e' || b == 'E' {
		c.advance(1)
		if b := c.peek(0); b == '+' || b == '-' {
			c.advance(1)
		}
		skip(digit)
	}
}

func digit(b byte) bool    { return '0' <= b && b <= '9' }
func hexDigit(b byte) bool { return digit(b) || 'a' <= b|0x20 && b|0x20 <= 'f' }

// wordLen returns the length in bytes of the identifier or keyword with which text begins.
func wordLen(text []byte) int {
	n := 0
	for n < len(text) {
		c, size := rune(text[n]), 1
		if c >= utf8.RuneSelf {
			c, size = utf8.DecodeRune(text[n:])
		}
		letter := 'a' <= c|0x20 && c|0x20 <= 'z' && c < utf8.RuneSelf || c == '_' || c >= utf8.RuneSelf && unicode.IsLetter(c)
		if !letter && (n == 0 || c < '0' || c > '9') {
			break
		}
		n += size
	}
	return n
}

// opLen returns the length of the operator with which text begins: the longest one, or one rune.
func opLen(text []byte) int {
	two := ""
	if len(text) >= 2 {
		two = string(text[:2])
	}
	switch two {
	case "//", "<<", ">>":
		if len(text) >= 3 && text[2] == '=' {
			return 3
		}
		return 2
	case "==", "!=", "<=", ">=", ":=", "->", "**", "+=", "-=", "*=", "/=", "%=", "&=", "|=", "^=", "@=":
		return 2
	}
	_, size := utf8.DecodeRune(text)
	return size
}
