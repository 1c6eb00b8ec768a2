package re

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Flags, with Python's numbers.
const (
	flagI = 2
	flagM = 8
	flagS = 16
	flagU = 32
	flagX = 64
	flagA = 256

	flagAll = flagI | flagM | flagS | flagU | flagX | flagA
)

const (
	maxPattern = 25_000 // bytes of a pattern
	maxNesting = 200    // groups within each other; Go's limit is some more
	maxRepeat  = 1000   // Go's limit
)

// A syntaxInfo is what is known of a pattern beside its translation.
type syntaxInfo struct {
	flags   int
	groups  int
	names   []groupName // in the order of their numbers
	closing []int       // groups in the order in which they are closed

	boundary, asciiBoundary bool // has \b or \B of Unicode, of ASCII
	dollar, lineEnd         bool // has a $ that is no end of a line, that is one
	looksBack               bool // a match may depend on what stands before it
}

// A groupName is a group that has a name.
type groupName struct {
	name string
	n    int
}

// number returns the number of a group that has a name.
func (s *syntaxInfo) number(name string) (int, bool) {
	for _, g := range s.names {
		if g.name == name {
			return g.n, true
		}
	}
	return 0, false
}

// A translator writes a pattern of Python's in Go's syntax, and finds what is wrong in
// it: errors name positions in what the user wrote.
type translator struct {
	syntaxInfo
	src    string
	at     int // next byte of src
	out    strings.Builder
	marked bool // for texts that a marker goes through
	now    int  // flags in force here
	last   kind
	open   []openGroup
	weight int // of classes, which may be written short and become large
}

// A kind is what a repeat may stand behind, or not.
type kind uint8

const (
	nothing  kind = iota
	place         // no text but a place
	single        // what can be repeated
	repeated      // what is already
)

type openGroup struct{ at, flags, number int }

// translate returns a pattern in Go's syntax. With marked each character stands between
// marks: see marker.
func translate(src string, flags int, marked bool) (string, syntaxInfo, error) {
	t := &translator{src: src, now: flags, marked: marked, syntaxInfo: syntaxInfo{flags: flags}}
	if err := t.all(); err != nil {
		return "", t.syntaxInfo, err
	}
	text := t.out.String()
	if t.flags&flagI != 0 {
		text = "(?i:" + text + ")"
	}
	if t.flags&flagA == 0 {
		t.flags |= flagU
	}
	return text, t.syntaxInfo, nil
}

// fail returns an error about a place in the pattern; hint may be "".
func (t *translator) fail(at int, hint, format string, args ...any) error {
	if hint != "" {
		hint = ": " + hint
	}
	return fmt.Errorf("%s at byte %d of the pattern%s", fmt.Sprintf(format, args...), at, hint)
}

func (t *translator) all() error {
	if len(t.src) > maxPattern {
		return fmt.Errorf("a pattern of %d bytes is too long, limit is %d", len(t.src), maxPattern)
	}
	if !utf8.ValidString(t.src) {
		return fmt.Errorf("the pattern is not valid UTF-8")
	}
	if t.flags&^flagAll != 0 {
		return fmt.Errorf("flags of %d are not supported: there are I, M, S, X and A", t.flags&^flagAll)
	}
	for t.at < len(t.src) {
		if err := t.next(); err != nil {
			return err
		}
	}
	if n := len(t.open); n > 0 {
		return t.fail(t.open[n-1].at, "", "missing ), unterminated subpattern")
	}
	if t.flags&(flagA|flagU) == flagA|flagU {
		return fmt.Errorf("ASCII and UNICODE flags are incompatible")
	}
	if t.boundary && t.asciiBoundary {
		return fmt.Errorf("one pattern cannot have a \\b of ASCII and one of Unicode")
	}
	if t.dollar && t.lineEnd {
		return fmt.Errorf("one pattern cannot have a $ with MULTILINE and one without: write \\Z for the end of the text")
	}
	return nil
}

// next reads what stands here.
func (t *translator) next() error {
	if t.now&flagX != 0 && t.skipVerbose() {
		return nil
	}
	if least, most, n := t.repeat(); n > 0 {
		return t.applyRepeat(least, most, n)
	}
	c := t.src[t.at]
	switch c {
	case '\\':
		return t.escape()
	case '[':
		return t.class()
	case '(':
		return t.group()
	case ')':
		return t.close()
	}
	r, n := utf8.DecodeRuneInString(t.src[t.at:])
	t.at += n
	switch c {
	case '|':
		t.write("|", nothing)
	case '.':
		t.one(ifElse(t.now&flagS != 0, `(?s:.)`, `[^\n]`))
	case '^':
		t.looksBack = true
		t.write(ifElse(t.now&flagM != 0, `(?m:^)`, `\A`), place)
	case '$':
		t.end()
	default:
		t.one(literal(r))
	}
	return nil
}

func ifElse[T any](cond bool, yes, no T) T {
	if cond {
		return yes
	}
	return no
}

func literal(r rune) string {
	if r < utf8.RuneSelf && (unicode.IsLetter(r) || unicode.IsDigit(r)) {
		return string(r)
	}
	return fmt.Sprintf(`\x{%x}`, r)
}

func (t *translator) write(text string, k kind) {
	t.out.WriteString(text)
	t.last = k
}

// one writes what takes one character.
func (t *translator) one(text string) {
	if t.marked {
		text = `(?s:..` + text + `.)`
	}
	t.write(text, single)
}

// end writes $. Without MULTILINE it is before a newline at the end, too; that Go knows
// only of lines, so that a marker makes the last line the only one.
func (t *translator) end() {
	lines := t.now&flagM != 0
	t.lineEnd = t.lineEnd || lines
	t.dollar = t.dollar || !lines
	t.write(ifElse(lines || t.marked, `(?m:$)`, `\z`), place)
}

// skipVerbose passes over white space or a comment, if there is one here.
func (t *translator) skipVerbose() bool {
	switch c := t.src[t.at]; {
	case strings.IndexByte(" \t\n\r\v\f", c) >= 0:
		t.at++
	case c == '#':
		_, rest, _ := strings.Cut(t.src[t.at:], "\n")
		t.at = len(t.src) - len(rest)
	default:
		return false
	}
	return true
}

// isName reports whether s is an identifier.
func isName(s string) bool {
	for i, r := range s {
		if r != '_' && !unicode.IsLetter(r) && (i == 0 || !unicode.IsDigit(r)) {
			return false
		}
	}
	return s != ""
}
