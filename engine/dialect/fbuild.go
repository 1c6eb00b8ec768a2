package dialect

import (
	"strings"

	"go.starlark.net/syntax"
)

// maxParts is how many arguments one @fstring call gets: go.starlark.net allows 255.
const maxParts = 200

func (w *rewriter) fstringAt(p syntax.Position) *fstring { return w.mask.fstrings[spotOf(p)] }

// fstring returns the call that stands for an f-string.
func (w *rewriter) fstring(f *fstring) syntax.Expr {
	at, last := w.report.pos(f.at), w.report.pos(f.last)
	return w.joined(at, last, w.parts(f, f.parts, false))
}

// joined returns @fstring(args...), nested if there are too many of them.
func (w *rewriter) joined(at, last syntax.Position, args []syntax.Expr) syntax.Expr {
	for len(args) > maxParts {
		var groups []syntax.Expr
		for len(args) > 0 {
			n := min(maxParts, len(args))
			groups = append(groups, call(at, last, NameFString, args[:n:n]...))
			args = args[n:]
		}
		args = groups
	}
	return call(at, last, NameFString, args...)
}

// parts returns an expression for each part of an f-string or of a spec.
func (w *rewriter) parts(f *fstring, parts []part, spec bool) []syntax.Expr {
	args := make([]syntax.Expr, 0, len(parts))
	for _, p := range parts {
		if p.operand == nil {
			args = append(args, text(w.report.pos(p.at), p.text, w.unescape(f, p, spec)))
			continue
		}
		o := p.operand
		if o.shown != "" {
			args = append(args, text(w.report.pos(o.at), o.shown, o.shown))
		}
		args = append(args, w.operand(f, o))
	}
	return args
}

// operand returns x, or @format(x, conversion, spec) if there is anything to format.
func (w *rewriter) operand(f *fstring, o *operand) syntax.Expr {
	x := w.code(o)
	conversion := o.conversion
	if o.shown != "" && conversion == "" && !o.formatted {
		conversion = "r"
	}
	if conversion == "" && !o.formatted {
		return x
	}
	at, last := w.report.pos(o.at), w.report.pos(o.last)
	literal := func(s string) syntax.Expr { return text(at, syntax.Quote(s, false), s) }
	spec := literal("")
	switch {
	case len(o.spec) == 1 && o.spec[0].operand == nil:
		spec = w.parts(f, o.spec, true)[0]
	case len(o.spec) > 0:
		spec = w.joined(at, last, w.parts(f, o.spec, true))
	}
	return call(at, last, NameFormat, x, literal(conversion), spec)
}

// code parses the expression of an operand at its true position: the "{" is its "(".
func (w *rewriter) code(o *operand) syntax.Expr {
	inner := o.code[1 : len(o.code)-1]
	if n := wordLen(inner); n == len(inner) && !keyword(string(inner)) { // by far the most frequent
		return ident(w.report.pos(spot{o.at.line, o.at.col + 1}), string(inner))
	}
	x, err := w.file.parseExpr(o.code, o.at)
	if err != nil {
		w.report.explainAt(w.mask, err, o.code, o.at, true)
		w.file.skip(w.file.text[o.start:o.end])
		return text(w.report.pos(o.at), `""`, "")
	}
	if paren, ok := x.(*syntax.ParenExpr); ok {
		x = paren.X
	}
	return w.expr(x)
}

func keyword(word string) bool {
	switch word {
	case "and", "break", "continue", "def", "elif", "else", "for", "if", "in", "lambda", "load", "not", "or", "pass",
		"return", "while":
		return true
	}
	return reserved(word)
}

// unescape returns the meaning of a text part.
func (w *rewriter) unescape(f *fstring, p part, spec bool) string {
	s := p.text
	if !spec {
		s = strings.ReplaceAll(strings.ReplaceAll(s, "{{", "{"), "}}", "}")
	}
	if f.raw || !strings.Contains(s, `\`) {
		return s
	}
	value, err := w.unquote(quote(s))
	if err == nil {
		return value
	}
	// Which escape is it?
	for i := 0; i+1 < len(p.text); i++ {
		if p.text[i] != '\\' {
			continue
		}
		if _, err := w.unquote(quote(escapeAt(p.text[i:]))); err != nil {
			w.report.add(after(p.at, p.text[:i]), positioned(err, w.report.pos(p.at)).Msg, `write \\ for a backslash`)
			return ""
		}
		i++
	}
	w.report.add(p.at, positioned(err, w.report.pos(p.at)).Msg, "")
	return ""
}

// unquote leaves the meaning of escapes to go.starlark.net.
func (w *rewriter) unquote(literal string) (string, error) {
	x, err := w.file.parseExpr([]byte(literal), spot{1, 1})
	if err != nil {
		return "", err
	}
	if lit, ok := x.(*syntax.Literal); ok {
		if s, ok := lit.Value.(string); ok {
			return s, nil
		}
	}
	return "", nil
}

// quote puts quotes around text with escapes, so that it is one literal with the same meaning.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s):
			b.WriteByte(c)
			i++
			b.WriteByte(s[i])
		case c == '"':
			b.WriteString(`\"`)
		case c == '\n':
			b.WriteString(`\n`)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('"')
	return b.String()
}

// escapeAt returns the escape with which s begins.
func escapeAt(s string) string {
	n := 2
	switch c := s[1]; {
	case c == 'x', '0' <= c && c <= '7':
		n = 4
	case c == 'u':
		n = 6
	case c == 'U':
		n = 10
	}
	n = min(n, len(s))
	for i := 2; i < n; i++ { // a character may have several bytes, and an escape ends before the next one
		if !hexDigit(s[i]) {
			n = i
		}
	}
	return s[:n]
}

// after returns the spot behind text that begins at the spot.
func after(at spot, text string) spot {
	for _, c := range text {
		at.col++
		if c == '\n' {
			at = spot{at.line + 1, 1}
		}
	}
	return at
}
