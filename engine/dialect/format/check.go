package format

import (
	"bytes"
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
)

// same returns nil if two files differ in nothing but their layout. It trusts nothing that the layout
// is made with: it takes down the tokens by itself, and has the parser's word for what they mean.
func same(a, b *dialect.File) error {
	x, y := events(a.Tokens()), events(b.Tokens())
	for i := range min(len(x), len(y)) {
		if x[i] != y[i] {
			return fmt.Errorf("%q became %q", x[i].what+x[i].text, y[i].what+y[i].text)
		}
	}
	if len(x) != len(y) {
		return fmt.Errorf("%d tokens became %d", len(x), len(y))
	}
	if !bytes.Equal(shape(a.Syntax), shape(b.Syntax)) {
		return errors.New("the syntax trees differ")
	}
	return nil
}

// An event is a token, a comment, the end of a statement, or the beginning or end of a block.
type event struct {
	what string // "" for a token
	kind dialect.Kind
	text string
}

// events returns what a file consists of.
func events(tokens []dialect.Token) []event {
	s := scan{blocks: []int{0}}
	for _, t := range tokens {
		s.token(t)
	}
	s.newline()
	return s.events
}

type scan struct {
	events  []event
	blocks  []int // columns of the open ones
	depth   int   // of brackets
	started bool  // a statement has
	filled  bool  // the line has a token
}

func (s *scan) token(t dialect.Token) {
	broken := strings.Contains(t.Before, "\n")
	s.filled = s.filled && !broken
	switch t.Kind {
	case dialect.Newline:
		s.filled = false
		if s.depth == 0 {
			s.newline()
		}
		return
	case dialect.Comment:
		s.comment(t)
		return
	case dialect.Opener:
		s.depth++
	case dialect.Closer:
		s.depth--
	}
	if !s.started {
		s.indent(t.Before)
	}
	s.started, s.filled = true, true
	s.events = append(s.events, event{kind: t.Kind, text: t.Text})
}

func (s *scan) comment(t dialect.Token) {
	what := "comment on a line of its own: "
	if s.filled {
		what = "comment behind code: "
	}
	s.events = append(s.events, event{what, t.Kind, strings.TrimSpace(t.Text[1:])})
}

func (s *scan) newline() {
	if s.started {
		s.events = append(s.events, event{what: "newline"})
	}
	s.started = false
}

// indent takes down blocks, as go.starlark.net does.
func (s *scan) indent(before string) {
	col := 0
	for i, c := range []byte(before) {
		if c == ' ' {
			col++
		} else if c == '\t' {
			col += 8 - i%8
		} else {
			break
		}
	}
	for n := len(s.blocks); col < s.blocks[n-1]; n-- {
		s.blocks = s.blocks[:n-1]
		s.events = append(s.events, event{what: "outdent"})
	}
	if col > s.blocks[len(s.blocks)-1] {
		s.blocks = append(s.blocks, col)
		s.events = append(s.events, event{what: "indent"})
	}
}
