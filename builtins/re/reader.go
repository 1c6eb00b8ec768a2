package re

import (
	"io"
	"unicode"
	"unicode/utf8"
)

// A reader reads a text for Go's regexp as it comes along, and ends when the thread must
// stop: nothing else ends a search.
type reader struct {
	text string
	at   int
	cost int // of a character, in steps
	work int
	stop func() error
	err  error // why it ended, if that was not the end of the text
}

// ReadRune returns the next character.
func (r *reader) ReadRune() (rune, int, error) {
	if r.at >= len(r.text) {
		return 0, 0, io.EOF
	}
	if r.work += r.cost; r.work >= patience {
		r.work = 0
		if r.err = r.stop(); r.err != nil {
			return 0, 0, r.err
		}
	}
	if c := r.text[r.at]; c < utf8.RuneSelf {
		r.at++
		return rune(c), 1, nil
	}
	c, w := utf8.DecodeRuneInString(r.text[r.at:])
	r.at += w
	return c, w, nil
}

// A marker is a reader that gives each character as four, so that Go finds what Python
// would: two marks, the character and another mark. A form for that has two dots before
// each character, and one behind. So what Go sees to the left and right of every place
// where a match may begin, end or be at a "\b" are marks, and they say what Python wants
// to know there:
//
//	first   "_" for a letter or digit that is not ASCII: to Go's \b it is one of a word;
//	        a newline for one, but for "$" without MULTILINE only if it is the last character
//	second  notHere where an empty match does not count, because there was one already
//	last    as the first; a newline for every one, as "^" wants it
//
// Each of the four seems to be as wide as the character, so that all positions that Go
// finds are marks times too large.
type marker struct {
	reader
	notAt int  // where an empty match does not count
	lines bool // all newlines end lines
	words bool // there are others than ASCII

	next  int // of the four
	char  rune
	width int
}

const (
	marks   = 4
	notHere = '!'
	here    = ' '
)

// ReadRune returns the next mark or character.
func (m *marker) ReadRune() (r rune, width int, err error) {
	if m.next == 0 {
		if m.char, m.width, err = m.reader.ReadRune(); err != nil {
			return 0, 0, err
		}
	}
	switch m.next {
	case 0, 3:
		r = m.mark(m.next == 0)
	case 1:
		r = ifElse(m.at-m.width == m.notAt, notHere, here)
	case 2:
		r = m.char
	}
	m.next = (m.next + 1) % marks
	return r, m.width, nil
}

// mark returns what stands at a side of the character.
func (m *marker) mark(first bool) rune {
	switch {
	case m.char == '\n' && first && !m.lines && m.at < len(m.text):
		return here
	case m.char < utf8.RuneSelf:
		return m.char
	case m.words && (unicode.IsLetter(m.char) || unicode.IsNumber(m.char)):
		return '_'
	}
	return here
}
