package draw

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// hostile reports whether a character is an order to a terminal rather than text:
// control characters, and those that turn the direction of writing, by which
// text can be made to look like other text.
func hostile(c rune) bool {
	return unicode.IsControl(c) || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069
}

// Clean makes text of a script safe to show: hostile characters are spelled out,
// but for newline and tab.
func Clean(s string) string {
	return spell(s, func(c rune) bool { return hostile(c) && c != '\n' && c != '\t' })
}

// OneLine is Clean for names and the like, where a newline is hostile too.
func OneLine(s string) string { return spell(s, hostile) }

func spell(s string, bad func(rune) bool) string {
	if strings.IndexFunc(s, bad) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, c := range s {
		switch _, size := utf8.DecodeRuneInString(s[i:]); {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !bad(c):
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case c < 0x80:
			fmt.Fprintf(&b, `\x%02x`, c)
		default:
			fmt.Fprintf(&b, `\u%04x`, c)
		}
	}
	return b.String()
}

// Cut shortens s to n characters.
func Cut(s string, n int) string {
	r := []rune(s)
	switch {
	case len(r) <= n:
		return s
	case n < 1:
		return ""
	}
	return string(r[:n-1]) + "…"
}

// Plural counts: 1 task, 2 tasks.
func Plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return fmt.Sprintf("%d %ss", n, word)
}
