package draw

import (
	"fmt"
	"strings"
	"unicode"

	"go.starlark.net/syntax"
)

// frame draws a line of source with what is meant underlined.
func (d *drawing) frame(pos, start, end syntax.Position, text string) {
	d.line(strings.Repeat(" ", d.gutter) + d.p.Blue("-->") + " " + OneLine(pos.String()))
	if !start.IsValid() || start.Line < 1 {
		start, end = pos, syntax.Position{}
	}
	if text == "" || start.Col < 1 {
		return
	}
	runes := []rune(text)
	from := min(int(start.Col)-1, len(runes))
	to := from + 1
	if end.IsValid() {
		to = len(runes) // it goes on on the next line
		if end.Line == start.Line {
			to = int(end.Col) - 1
		}
	}
	before, marked, after := window(runes, from, max(to, from))
	bar := d.p.Blue("|")
	d.line(d.margin() + bar)
	number := fmt.Sprintf("%*d", d.gutter, start.Line)
	d.line(d.p.Blue(number) + " " + bar + " " + before + marked + after)
	carets := strings.Repeat("^", max(1, Columns(marked)))
	d.line(d.margin() + bar + " " + strings.Repeat(" ", Columns(before)) + d.p.Red(carets))
}

// wordEnd returns where the word at pos ends; it is not valid if there is none.
func wordEnd(pos syntax.Position, line string) (end syntax.Position) {
	runes := []rune(line)
	n := max(0, int(pos.Col)-1)
	for n < len(runes) && (unicode.IsLetter(runes[n]) || unicode.IsDigit(runes[n]) || runes[n] == '_') {
		n++
	}
	if n < int(pos.Col) {
		return end
	}
	pos.Col = int32(n) + 1
	return pos
}

// maxLine is how much of a long line is shown.
const maxLine = 160

// window cuts a line to what can be shown: the text before, in and after the
// mark, without tabs and what a terminal would take for orders.
func window(line []rune, from, to int) (before, marked, after string) {
	left, right := "", ""
	first, last := 0, len(line)
	to = min(to, last) // at the end of a line there is nothing to mark
	if last > maxLine {
		first = max(0, min(from-maxLine/4, len(line)-maxLine))
		last = min(len(line), first+maxLine)
		from, to = min(from, last), min(to, last)
		if first > 0 {
			left = "…"
		}
		if last < len(line) {
			right = "…"
		}
	}
	show := func(r []rune) string { // one rune for each: the carets stand below
		return strings.Map(func(c rune) rune {
			switch {
			case c == '\t':
				return ' '
			case hostile(c):
				return unicode.ReplacementChar
			}
			return c
		}, string(r))
	}
	return left + show(line[first:from]), show(line[from:to]), show(line[to:last]) + right
}

// Columns returns how wide a terminal shows s.
func Columns(s string) int {
	n := 0
	for _, c := range s {
		switch {
		case unicode.In(c, unicode.Mn, unicode.Me, unicode.Cf): // shown on or between the others
		case unicode.Is(wide, c):
			n += 2
		default:
			n++
		}
	}
	return n
}

// wide are the blocks whose characters take two columns: the larger ones of East
// Asian scripts, and pictures. The full table of Unicode is not worth its size here.
var wide = &unicode.RangeTable{
	R16: []unicode.Range16{
		{Lo: 0x1100, Hi: 0x115f, Stride: 1}, // Hangul Jamo
		{Lo: 0x2e80, Hi: 0xa4cf, Stride: 1}, // CJK, Kana, Yi
		{Lo: 0xac00, Hi: 0xd7a3, Stride: 1}, // Hangul
		{Lo: 0xf900, Hi: 0xfaff, Stride: 1}, // CJK compatibility
		{Lo: 0xfe30, Hi: 0xfe6f, Stride: 1},
		{Lo: 0xff00, Hi: 0xff60, Stride: 1}, // full width forms
		{Lo: 0xffe0, Hi: 0xffe6, Stride: 1},
	},
	R32: []unicode.Range32{
		{Lo: 0x1f300, Hi: 0x1f64f, Stride: 1}, // pictures
		{Lo: 0x1f680, Hi: 0x1f6ff, Stride: 1},
		{Lo: 0x1f900, Hi: 0x1f9ff, Stride: 1},
		{Lo: 0x20000, Hi: 0x3fffd, Stride: 1}, // rare CJK
	},
}
