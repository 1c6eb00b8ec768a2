package dialect

import "bytes"

// A Kind says what a Token is.
type Kind uint8

// The kinds of tokens.
const (
	Word     Kind = iota // identifier or keyword
	Number               // int or float literal
	String               // a whole string or bytes literal, or a whole f-string with all that is in it
	Opener               // ( [ {
	Closer               // ) ] }
	Operator             // everything else that has a meaning: + = , . : ; @ …
	Comment              // from "#" to the end of the line, without it
	Newline              // every line end outside strings, also inside brackets
)

// A Token is a piece of a file. Of all tokens of a file, Before and Text joined are its text, but for
// what stands behind the last one: blanks and continued line ends.
type Token struct {
	Kind   Kind
	Before string // what stands between it and the token before: blanks, and line ends after a "\"
	Text   string // as the user wrote it
}

// Tokens cuts the file, its line ends all "\n" and without byte order mark, for tools that work on
// the text. What it returns of a file that has problems is of no use.
func (f *File) Tokens() []Token {
	c := cutter{
		masker: newMasker(f.text, &report{file: &f.Name}), text: string(f.text),
		tokens: make([]Token, 0, len(f.text)/4),
	}
	for {
		t := c.masker.next()
		if t.kind == fstr {
			if ok := c.masker.fstring(t); !ok {
				c.masker.giveUp(t)
			}
			t.end = c.masker.off
		}
		c.comment(t)
		if t.kind == end {
			return c.tokens
		}
		c.add(kindOf(t.kind), t.start, t.end)
	}
}

// A cutter makes Tokens of what the scanner finds. The masker is there for the ends of f-strings.
type cutter struct {
	masker *masker
	text   string
	done   int // offset in text of what is not yet in a token
	tokens []Token
}

// comment adds the comment that stands before t, if there is one.
func (c *cutter) comment(t token) {
	if i := bytes.IndexByte(c.masker.text[c.done:t.start], '#'); i >= 0 {
		c.add(Comment, c.done+i, t.start)
	}
}

func (c *cutter) add(k Kind, start, end int) {
	c.tokens = append(c.tokens, Token{Kind: k, Before: c.text[c.done:start], Text: c.text[start:end]})
	c.done = end
}

func kindOf(k kind) Kind {
	switch k {
	case newline:
		return Newline
	case word:
		return Word
	case number:
		return Number
	case str, fstr:
		return String
	case opener:
		return Opener
	case closer:
		return Closer
	}
	return Operator
}
