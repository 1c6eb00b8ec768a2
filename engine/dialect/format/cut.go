package format

import (
	"strings"
	"unicode"

	"github.com/starlark-tg/tg/engine/dialect"
)

// A line is a line of the file that is not blank. The further lines of a string belong to the line
// on which the string begins.
type line struct {
	tokens  []token // without comments
	comment string  // with its "#"; "" if there is none
	blanks  int     // blank lines before it
	inside  bool    // it goes on a statement of a line before
	joined  bool    // and the line before ends in "\"
	col     int     // where the author began it
	level   int     // of the block it stands in, unless inside
	indent  int     // where it is to begin
}

// A token is one of a line.
type token struct {
	dialect.Token
	col    int     // where the author put it
	role   role    // what it is there for
	choice *choice // of the ":" of a slice and the "=" of a keyword argument; may be nil
}

// code reports whether a statement begins in the line.
func (l *line) code() bool { return !l.inside && len(l.tokens) > 0 }

// is reports whether the line begins with one of the words.
func (l *line) is(words ...string) bool {
	if len(l.tokens) == 0 {
		return false
	}
	for _, w := range words {
		if l.tokens[0].Text == w {
			return true
		}
	}
	return false
}

// ends reports whether the last token of the line is of the kind.
func (l *line) ends(k dialect.Kind) bool {
	return len(l.tokens) > 0 && l.tokens[len(l.tokens)-1].Kind == k
}

// cut makes lines of tokens.
func cut(tokens []dialect.Token) []line {
	var c cutter
	for _, t := range tokens {
		c.token(t)
	}
	c.end()
	return c.lines
}

type cutter struct {
	lines  []line
	line   line
	pos    column
	depth  int  // of brackets
	inside bool // the next line goes on the statement
}

func (c *cutter) token(t dialect.Token) {
	joined := strings.Contains(t.Before, "\n")
	if joined && t.Kind != dialect.Newline && !c.empty() {
		c.end()
		c.line.inside, c.line.joined = true, true
	}
	first := c.empty()
	start := c.pos.after(t.Before)
	if first && !c.line.inside && joined { // the block depends on where the first "\" stands
		start = c.pos.after(t.Before[:strings.IndexByte(t.Before, '\\')])
	}
	c.pos = c.pos.after(t.Before).after(t.Text)
	switch t.Kind {
	case dialect.Newline:
		c.newline()
		return
	case dialect.Comment:
		c.line.comment = comment(t.Text)
	default:
		c.line.tokens = append(c.line.tokens, token{Token: t, col: start.col})
		c.bracket(t.Kind)
	}
	if first {
		c.line.col = start.col
	}
}

func (c *cutter) bracket(k dialect.Kind) {
	switch k {
	case dialect.Opener:
		c.depth++
	case dialect.Closer:
		c.depth--
	}
}

func (c *cutter) empty() bool { return len(c.line.tokens) == 0 && c.line.comment == "" }

func (c *cutter) newline() {
	if c.empty() {
		c.line.blanks++
		c.line.inside = c.depth > 0
		return
	}
	c.end()
	c.line.inside = c.depth > 0
}

func (c *cutter) end() {
	if !c.empty() {
		c.lines = append(c.lines, c.line)
	}
	c.line = line{}
}

// comment returns a comment as it is to be written. "#!", "#:" and "##" have a meaning to somebody.
func comment(text string) string {
	text = strings.TrimRightFunc(text, unicode.IsSpace)
	if body := text[1:]; body != "" && !strings.ContainsAny(body[:1], "!:#'") && strings.IndexFunc(body, unicode.IsSpace) != 0 {
		return "# " + body
	}
	return text
}

// A column is how far to the right something stands, counted as go.starlark.net counts indentation.
type column struct {
	runes int // since the beginning of the line
	col   int // the same, with tabs
}

func (p column) after(text string) column {
	if i := strings.LastIndexByte(text, '\n'); i >= 0 {
		p, text = column{}, text[i+1:]
	}
	for _, r := range text {
		if r == '\t' {
			p.col += 8 - p.runes%8
		} else {
			p.col++
		}
		p.runes++
	}
	return p
}
