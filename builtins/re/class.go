package re

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// categories are what \d, \D, \s, \S, \w and \W stand for, as they are written within
// a class of Go's. For \w Python takes what Unicode calls letters and numbers.
var categories = map[byte]string{
	'd': `\p{Nd}`,
	'D': `\P{Nd}`,
	's': `\pZ\t-\r\x1c-\x1f\x{85}`,
	'S': `\pL\pM\pN\pP\pS\p{Cf}\p{Cs}\p{Co}\p{Cn}\x00-\x08\x0e-\x1b\x7f-\x{84}\x{86}-\x{9f}`,
	'w': `\pL\pN_`,
	'W': `\pM\pS\pZ\pC\p{Pd}\p{Ps}\p{Pe}\p{Pi}\p{Pf}\p{Po}\x{203f}\x{2040}\x{2054}\x{fe33}\x{fe34}\x{fe4d}-\x{fe4f}\x{ff3f}`,
}

// asciiCategories are the same with the flag ASCII.
var asciiCategories = map[byte]string{
	'd': `0-9`, 'D': `\D`, 's': `\t-\r `, 'S': `\x00-\x08\x0e-\x1f!-\x{10ffff}`, 'w': `\w`, 'W': `\W`,
}

// category returns what a letter behind a backslash stands for, "" if it is another one.
func (t *translator) category(c byte) string {
	if t.now&flagA != 0 {
		return asciiCategories[c]
	}
	return categories[c]
}

// A charClass is what stands between brackets. Categories stand apart, because Go would
// fold them, too: into (?i)\W comes a Greek iota, as the other case of a mark.
type charClass struct {
	not        bool
	categories string
	literals   string
	cased      bool // literals have letters
}

func (c *charClass) add(lo, hi rune) {
	c.literals += literal(lo)
	if hi != lo {
		c.literals += "-" + literal(hi)
	}
	c.cased = c.cased || hi != lo || unicode.SimpleFold(lo) != lo
}

// text writes the class in Go's syntax.
func (c *charClass) text() string {
	begin := ifElse(c.not, "[^", "[")
	switch {
	case c.categories == "":
		return begin + c.literals + "]"
	case !c.cased:
		return "(?-i:" + begin + c.literals + c.categories + "])"
	case !c.not:
		return "(?:[" + c.literals + "]|(?-i:[" + c.categories + "]))"
	}
	return "[^" + c.literals + c.categories + "]"
}

// class reads [...].
func (t *translator) class() error {
	at := t.at
	t.at++
	var c charClass
	if c.not = strings.HasPrefix(t.src[t.at:], "^"); c.not {
		t.at++
	}
	for first := true; ; first = false {
		if t.at >= len(t.src) {
			return t.fail(at, "", "unterminated character set")
		}
		if t.src[t.at] == ']' && !first {
			t.at++
			break
		}
		if err := t.member(&c); err != nil {
			return err
		}
	}
	t.one(c.text())
	return t.weigh(at, len(c.categories))
}

// member reads a character, a range or a category of a class.
func (t *translator) member(c *charClass) error {
	at := t.at
	lo, category, err := t.element()
	if err != nil {
		return err
	}
	hi := lo
	if rest := t.src[t.at:]; len(rest) > 1 && rest[0] == '-' && rest[1] != ']' {
		t.at++
		var other string
		hi, other, err = t.element()
		switch {
		case err != nil:
			return err
		case category+other != "" || hi < lo:
			return t.fail(at, "", "bad character range %s", t.src[at:t.at])
		}
	}
	if category != "" {
		c.categories += category
	} else {
		c.add(lo, hi)
	}
	return nil
}

// element reads one character of a class, or a category, then that is not "".
func (t *translator) element() (rune, string, error) {
	if t.src[t.at] != '\\' {
		r, n := utf8.DecodeRuneInString(t.src[t.at:])
		t.at += n
		return r, "", nil
	}
	if t.at+1 < len(t.src) {
		c := t.src[t.at+1]
		if category := t.category(c); category != "" || c == 'b' {
			t.at += 2
			return '\b', category, nil
		}
	}
	r, err := t.character()
	return r, "", err
}

// maxWeight bounds the categories of a pattern: each becomes hundreds of ranges.
const maxWeight = 20_000

func (t *translator) weigh(at, n int) error {
	if t.weight += n; t.weight > maxWeight {
		return t.fail(at, "", "the pattern is too large: it has too many categories such as \\w")
	}
	return nil
}

// simpleEscapes are those that mean a character, in patterns, classes and replacements.
var simpleEscapes = map[byte]rune{'a': '\a', 'f': '\f', 'n': '\n', 'r': '\r', 't': '\t', 'v': '\v', '\\': '\\'}

// escape reads a backslash and what belongs to it, outside of classes.
func (t *translator) escape() error {
	at, rest := t.at, t.src[t.at+1:]
	if rest == "" {
		return t.fail(at, "", "bad escape (end of pattern)")
	}
	c := rest[0]
	t.at += 2
	switch c {
	case 'A':
		t.looksBack = true
		t.write(`\A`, place)
		return nil
	case 'Z', 'z':
		t.write(`\z`, place)
		return nil
	case 'b', 'B':
		t.looksBack = true
		t.boundary = t.boundary || t.now&flagA == 0
		t.asciiBoundary = t.asciiBoundary || t.now&flagA != 0
		t.write(`\`+rest[:1], place)
		return nil
	}
	if category := t.category(c); category != "" {
		t.one("(?-i:[" + category + "])")
		return t.weigh(at, len(category))
	}
	t.at = at
	if c >= '1' && c <= '9' && !isOctal(rest) {
		return t.lacks(at, fmt.Sprintf("a back-reference (\\%c)", c), "compare the groups afterwards")
	}
	r, err := t.character()
	if err != nil {
		return err
	}
	t.one(literal(r))
	return nil
}

// isOctal reports whether s begins with three octal digits.
func isOctal(s string) bool {
	return len(s) >= 3 && strings.Trim(s[:3], "01234567") == ""
}

// character reads a backslash and what belongs to it as one character.
func (t *translator) character() (rune, error) {
	at, rest := t.at, t.src[t.at+1:]
	if rest == "" {
		return 0, t.fail(at, "", "bad escape (end of pattern)")
	}
	c := rest[0]
	if r, ok := simpleEscapes[c]; ok {
		t.at += 2
		return r, nil
	}
	switch {
	case c == 'x' || c == 'u' || c == 'U':
		return t.hex(map[byte]int{'x': 2, 'u': 4, 'U': 8}[c])
	case c >= '0' && c <= '9':
		r, n, ok := octal(rest)
		if !ok || c != '0' && n < 3 {
			return 0, t.fail(at, "", "bad escape \\%s", rest[:max(n, 1)])
		}
		t.at += 1 + n
		return r, nil
	case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z':
		return 0, t.fail(at, "", "bad escape \\%c", c)
	}
	r, n := utf8.DecodeRuneInString(rest)
	t.at += 1 + n
	return r, nil
}

// hex reads n digits behind \x, \u or \U.
func (t *translator) hex(n int) (rune, error) {
	at := t.at
	end := min(at+2+n, len(t.src))
	v, err := strconv.ParseUint(t.src[at+2:end], 16, 32)
	if err != nil || end != at+2+n {
		return 0, t.fail(at, "", "incomplete escape %s", t.src[at:end])
	}
	if v > utf8.MaxRune || !utf8.ValidRune(rune(v)) {
		return 0, t.fail(at, "", "%s is no character", t.src[at:end])
	}
	t.at = end
	return rune(v), nil
}

// octal reads up to three octal digits, of a number up to 0o377.
func octal(s string) (r rune, n int, ok bool) {
	for n < min(3, len(s)) && s[n] >= '0' && s[n] <= '7' {
		r = 8*r + rune(s[n]-'0')
		n++
	}
	return r, n, n > 0 && r <= 0o377
}
