package format

import (
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
)

// A role is what a token is there for, as far as the blanks around it depend on that.
type role uint8

const (
	operand    role = iota // name, number, string
	keyword                // if, not, return …
	binary                 // operator between two operands; assignment
	unary                  // operator before its operand; "*" before an argument or parameter
	equals                 // of a keyword argument or a parameter
	dot                    // before a name
	comma                  // or ";"
	colon                  // but that of a slice
	sliceColon             // between the bounds of a slice
	at                     // of a decorator
	opener                 // bracket around an expression
	call                   // bracket behind what is called or indexed, or of a def
	closer                 // bracket
)

// setRoles finds the role of every token.
func setRoles(lines []line) {
	var p parser
	for i := range lines {
		if lines[i].code() {
			p = parser{brackets: []bracket{{}}, start: true}
		}
		for j := range lines[i].tokens {
			p.token(lines[i].tokens, j)
		}
	}
}

// A parser knows what surrounds a token of a statement.
type parser struct {
	brackets []bracket // open ones, below them one that stands for none
	prev     *token
	start    bool // a statement begins
	def      bool // the parameters of a def follow
}

type bracket struct {
	text    string  // "" outside brackets
	params  bool    // of a def
	lambdas int     // whose ":" is still to come
	hint    bool    // the parameter has one
	choice  *choice // of an index or a call
}

func (p *parser) token(tokens []token, i int) {
	t, b := &tokens[i], &p.brackets[len(p.brackets)-1]
	start := p.start
	p.start = false
	switch t.Kind {
	case dialect.Number, dialect.String:
		t.role = operand
	case dialect.Word:
		p.word(t, b, start, i+1 < len(tokens) && strings.ContainsAny(tokens[i+1].Text[:1], ".="))
	case dialect.Opener:
		p.open(t, i+1 == len(tokens))
	case dialect.Closer:
		t.role = closer
		p.brackets = p.brackets[:len(p.brackets)-1]
	default:
		t.role = p.operator(t, b)
	}
	if b.choice != nil {
		b.choice.note(tokens, i)
	}
	p.prev = t
}

// word handles a word; name says that it stands before "." or "=".
func (p *parser) word(t *token, b *bracket, start, name bool) {
	t.role = operand
	switch t.Text {
	case "lambda":
		b.lambdas++
		t.role = keyword
	case "def":
		p.def = true
		t.role = keyword
	case "and", "break", "continue", "elif", "else", "for", "if", "in", "not", "or", "pass", "return", "while":
		t.role = keyword
	case "assert":
		if start && !name {
			t.role = keyword
		}
	}
}

// open handles an opening bracket; last says that it ends its line.
func (p *parser) open(t *token, last bool) {
	t.role = opener
	if p.afterOperand() {
		t.role = call
	}
	inner := bracket{text: t.Text, params: p.def}
	if t.role == call && !inner.params {
		inner.choice = &choice{plain: !last}
	}
	p.def = false
	p.brackets = append(p.brackets, inner)
}

// afterOperand reports whether an expression may end before the current token.
func (p *parser) afterOperand() bool {
	return p.prev != nil && (p.prev.role == operand || p.prev.role == closer)
}

func (p *parser) operator(t *token, b *bracket) role {
	switch t.Text {
	case ".":
		return dot
	case ",":
		b.hint = false
		return comma
	case ";":
		p.start = true
		return comma
	case ":":
		return p.colon(t, b)
	case "=":
		if b.lambdas > 0 {
			return equals
		}
		if b.text != "" && !b.hint {
			t.choice = b.choice
			return equals
		}
	case "@":
		if p.prev == nil {
			return at
		}
	case "+", "-", "*", "**", "~":
		if !p.afterOperand() {
			return unary
		}
	}
	return binary
}

func (p *parser) colon(t *token, b *bracket) role {
	switch {
	case b.lambdas > 0:
		b.lambdas--
	case b.text == "[":
		t.choice = b.choice
		return sliceColon
	case b.text == "":
		p.start = true
	case b.params:
		b.hint = true
	}
	return colon
}
