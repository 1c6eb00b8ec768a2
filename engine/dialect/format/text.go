package format

import (
	"bytes"
	"strings"
)

// text joins the lines.
func text(lines []line) []byte {
	var b bytes.Buffer
	for i := range lines {
		l := &lines[i]
		if l.joined {
			b.WriteString(" \\")
		}
		if i > 0 {
			b.WriteByte('\n')
		}
		b.WriteString(strings.Repeat("\n", l.blanks))
		b.WriteString(strings.Repeat(" ", l.indent))
		l.write(&b)
	}
	if len(lines) > 0 {
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func (l *line) write(b *bytes.Buffer) {
	for i := range l.tokens {
		if i > 0 && spaced(&l.tokens[i-1], &l.tokens[i]) {
			b.WriteByte(' ')
		}
		b.WriteString(l.tokens[i].Text)
	}
	if l.comment != "" {
		if len(l.tokens) > 0 {
			b.WriteString("  ")
		}
		b.WriteString(l.comment)
	}
}
