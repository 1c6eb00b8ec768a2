package dialect

import (
	"fmt"
	"strings"

	"go.starlark.net/syntax"
)

// explain reports an error of the parser in words about the text that the user wrote.
// The masked text begins at the line.
func (r *report) explain(m *masker, err error, masked []byte, line int32) {
	r.explainAt(m, err, masked, spot{line, 1}, false)
}

// explainAt does the same for text at any spot; operand says that it is the one of an f-string.
func (r *report) explainAt(m *masker, err error, masked []byte, from spot, operand bool) {
	e := positioned(err, r.pos(from))
	s := look(m, e, masked, from)
	s.operand = operand && s.open == from
	msg, hint := s.words(e.Msg)
	r.add(s.at, msg, hint)
}

// A scene is what surrounds the place of a parser error.
type scene struct {
	at        spot   // where to report it
	got, want string // of "got X, want Y"; may be ""
	text      string // the offending token
	prev      string // the token before
	prevStr   bool   // it is a string of any kind
	first     string // first word of the logical line
	bracket   byte   // innermost open bracket, 0 if there is none
	open      spot   // where the bracket is
	pairs     bool   // a ':' stands in the bracket
	decorator bool   // the bracket stands for the "@" of a decorator
	operand   bool   // the bracket stands for the "{" of an f-string operand
	fstring   bool   // the offending token is an f-string
	assert    bool   // the offending token is the word assert
	header    string // for a lone else: the statement it stands under
}

// words returns the message and the hint for an error of the parser.
func (s *scene) words(msg string) (string, string) {
	if text, hint, ok := s.insertedWords(); ok {
		return text, hint
	}
	for _, rule := range []func(*scene, string) (string, string, bool){
		(*scene).operatorWords, (*scene).bracketWords, (*scene).statementWords,
	} {
		if text, hint, ok := rule(s, msg); ok {
			return text, hint
		}
	}
	return s.plain(msg), ""
}

// plain keeps the parser's words, but for what only the masked text has.
func (s *scene) plain(msg string) string {
	switch {
	case s.fstring && s.want != "":
		return "got f-string, want " + s.want
	case s.fstring:
		return "an f-string cannot stand here"
	case s.assert:
		return "assert is a statement and cannot be part of an expression"
	}
	return msg
}

// insertedWords speaks of brackets that the user did not write.
func (s *scene) insertedWords() (msg, hint string, ok bool) {
	if s.operand && s.text == ")" {
		return "the expression in the f-string is not complete", "", true
	}
	if s.operand && s.want == "')'" && s.got != "for" && s.got != "'**'" && !s.prevStr {
		return fmt.Sprintf("got %s, want '}' after the expression in the f-string", s.name()), "", true
	}
	if !s.decorator {
		return "", "", false
	}
	if s.text == ")" || s.got == "newline" {
		return "the expression of the decorator is not complete", "", true
	}
	if s.want == "')'" {
		return fmt.Sprintf("got %s, want newline after the decorator", s.name()), "", true
	}
	return "", "", false
}

// name returns the offending token as the parser would call it.
func (s *scene) name() string {
	switch {
	case s.fstring:
		return "f-string"
	case s.assert:
		return "assert"
	}
	return s.got
}

func (s *scene) operatorWords(msg string) (string, string, bool) {
	switch {
	case strings.Contains(msg, "does not associate with"):
		return "comparisons cannot be chained", "write a < b and b < c", true
	case s.got == "'**'" && s.bracket == '{', s.got == "'**'" && s.want == "primary expression":
		return "'**' stands only before an argument or parameter", "join two dicts with a | b", true
	case s.got == "'**'":
		return "Starlark has no operator '**'", "write pow(a, b)", true
	case s.got == "'*'" && s.want == "primary expression":
		return "'*' stands only before an argument or parameter", "join lists with a + b; take parts of one with x[0] and x[1:]", true
	case s.text == "&" && s.prev == "&":
		return "Starlark has no operator '&&'", "write and", true
	case s.text == "|" && s.prev == "|":
		return "Starlark has no operator '||'", "write or", true
	case s.got == "'>'" && s.prev == "<":
		return "Starlark has no operator '<>'", "write !=", true
	case s.text == "!" && s.got == "":
		return "Starlark has no operator '!'", "write not x", true
	case (s.got == "newline" || s.got == "';'" || s.got == "end of file") && s.want == "primary expression" && (s.prev == "+" || s.prev == "-"):
		return "the expression ends after '" + s.prev + "'", "an expression goes on in the next line only inside brackets; x" + s.prev + s.prev + " is written x " + s.prev + "= 1", true
	}
	return "", "", false
}

func (s *scene) bracketWords(string) (string, string, bool) {
	switch {
	case s.got == "for" && s.bracket == '{':
		return "Starlark has no set comprehensions", "write set([x for x in y])", true
	case s.got == "for" && s.bracket == '(':
		return "Starlark has no generator expressions", "write a list comprehension: [x for x in y]", true
	case s.bracket == '{' && s.pairs && s.got == "'}'" && s.want == "':'":
		return "an entry of a dict needs key and value", "write key: value", true
	case s.bracket == '{' && s.want == "':'" && (s.got == "','" || s.got == "'}'"):
		return "Starlark has no set literals", "write set([1, 2])", true
	case s.first == "def" && s.bracket == '(' && s.got == "':'":
		return "Starlark has no annotations", "leave out ': type'", true
	case s.first == "def" && s.bracket == '(' && s.text == "/":
		return "Starlark has no positional-only parameters", "leave out '/'", true
	}
	return "", "", false
}

func (s *scene) statementWords(msg string) (string, string, bool) {
	switch {
	case msg == "not an identifier" && s.text == "load", s.prev == "load" && s.want == "'('", s.got == "load":
		return "load is a statement, and no name for anything else", "choose another name", true
	case s.prevStr && (s.got == "string literal" || s.fstring):
		return "strings side by side are not joined", "write +", true
	case s.first == "print" && s.prev == "print":
		return "print is a function", "write print(...)", true
	case s.got == "'='" && s.want == "':'":
		return "'=' assigns, it does not compare", "write ==", true
	case s.got == "'='" && s.want == "newline":
		return "only one assignment in a statement", "write two statements", true
	case s.got == "':'" && s.want == "newline" && (s.first == "match" || s.first == "case"):
		return "Starlark has no match", "write if and elif", true
	case s.want == "newline" && s.prev == "match" && s.first == "match":
		return "Starlark has no match", "write if and elif", true
	case s.got == "':'" && s.want == "newline":
		return "Starlark has no annotations", "leave out ': type'", true
	case s.got == "if" && s.want == "':'" && s.first == "else":
		return "Starlark has no 'else if'", "write elif", true
	case s.want == "':'" && (s.got == "newline" || s.got == "end of file"):
		return "got newline, want ':'", "a ':' ends the line before a block", true
	case s.got == "else" && (s.header == "for" || s.header == "while"):
		return "Starlark has no else after " + s.header, "set a variable before the break and test it after the loop", true
	case s.got == "else" || s.got == "elif":
		return s.got + " without if", "", true
	case s.got == "indent":
		return "unexpected indent", "", true
	case s.want == "indent", s.got == "end of file" && s.prev == ":" && s.bracket == 0:
		return "an indented block is missing", "write pass if there is nothing to do", true
	case msg == "unparenthesized tuple with trailing comma":
		return msg, "write (x,)", true
	}
	return "", "", false
}

// gotWant cuts "got X, want Y".
func gotWant(msg string) (got, want string) {
	rest, ok := strings.CutPrefix(msg, "got ")
	if !ok {
		return "", ""
	}
	got, want, _ = strings.Cut(rest, ", want ")
	got, _, _ = strings.Cut(got, " after expression")
	return got, want
}

// atEnd reports whether the parser gives the position after the offending token, not of it.
func atEnd(e syntax.Error, got, want string) bool {
	switch got {
	case "indent", "outdent", "end of file":
		return false
	case "":
		return e.Msg == "not an identifier" || strings.Contains(e.Msg, "does not associate") ||
			strings.HasPrefix(e.Msg, "keyword argument must") || strings.HasPrefix(e.Msg, "load operand must") ||
			strings.HasPrefix(e.Msg, "first operand of load") || strings.HasPrefix(e.Msg, "original name of loaded")
	}
	return want != "primary expression"
}
