package timeline

import (
	"fmt"
	"strconv"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// How much of a text a chart shows, in characters.
const (
	maxReason = 2000
	maxName   = 200
)

// hostile reports whether a character is an order to who shows it rather than text:
// control characters, those that turn the direction of writing, by which text can be
// made to look like other text, and the separators that end lines of scripts.
func hostile(c rune) bool {
	return unicode.IsControl(c) || c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069 || c == 0x2028 || c == 0x2029
}

// name makes a name fit to be shown: one line of modest length, in which hostile
// characters are spelled out.
func name(s string) string { return cut(spell(s, hostile), maxName) }

// prose is name for texts of several lines.
func prose(s string) string {
	return cut(spell(s, func(c rune) bool { return hostile(c) && c != '\n' && c != '\t' }), maxReason)
}

func spell(s string, bad func(rune) bool) string {
	if strings.IndexFunc(s, bad) < 0 && utf8.ValidString(s) {
		return s
	}
	var b strings.Builder
	for i, c := range s {
		_, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case c == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case !bad(c):
			b.WriteRune(c)
		default:
			b.WriteString(strings.Trim(strconv.QuoteRuneToASCII(c), "'"))
		}
	}
	return b.String()
}

// cut shortens s to n characters. It looks at no more of it than it must.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	last := 0
	for i := range s {
		if n--; n == 0 {
			last = i
		} else if n < 0 {
			return strings.Clone(s[:last]) + "…"
		}
	}
	return s
}

func plural(n int, word string) string {
	if n == 1 {
		return "1 " + word
	}
	return count(n) + " " + word + "s"
}

// count writes a number with commas: 100,000.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// length writes a duration as a person says it: 340µs, 12.5ms, 1.25s, 3m05s, 2h07m.
func length(d time.Duration) string {
	switch s := d.Seconds(); {
	case d < time.Millisecond:
		return fmt.Sprintf("%dµs", d.Microseconds())
	case d < time.Second:
		return digits(s*1e3) + "ms"
	case d < time.Minute:
		return digits(s) + "s"
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(s)%60)
	}
	return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
}

// digits writes three of them.
func digits(x float64) string {
	switch {
	case x < 10:
		return fmt.Sprintf("%.2f", x)
	case x < 100:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.0f", x)
}
