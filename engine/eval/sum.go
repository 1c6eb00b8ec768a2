package eval

import (
	"slices"
	"strings"

	"go.starlark.net/syntax"
)

// sum compiles a chain of "+". As in go.starlark.net, literals of one kind that
// stand beside each other are joined: "a" + "b", [x] + [y].
func (c *compiler) sum(e *syntax.BinaryExpr) expr {
	joined := terms(e)
	if len(joined) == 1 {
		return c.expr(joined[0].x)
	}
	x := c.operand(joined[0].x)
	for i, t := range joined[1:] {
		if i > 0 {
			c.fn.most = max(c.fn.most, c.fn.depth+len(joined)-i)
		}
		x = operand{code: operation(syntax.PLUS, x, c.operand(t.x), t.at)}
	}
	return x.code
}

// A term is one of a sum, behind its "+".
type term struct {
	x  syntax.Expr
	at spot
}

// terms returns the terms of a sum, the literals joined.
func terms(e *syntax.BinaryExpr) []term {
	var terms []term // the last one first
	for {
		terms = append(terms, term{unparen(e.Y), spotOf(e.OpPos)})
		left := unparen(e.X)
		next, ok := left.(*syntax.BinaryExpr)
		if !ok || next.Op != syntax.PLUS {
			terms = append(terms, term{x: left})
			break
		}
		e = next
	}
	slices.Reverse(terms)
	joined := terms[:0]
	for i := 0; i < len(terms); {
		n := i + 1
		for n < len(terms) && kindOf(terms[n].x) == kindOf(terms[i].x) && kindOf(terms[i].x) != 0 {
			n++
		}
		t := terms[i]
		if n > i+1 {
			list := make([]syntax.Expr, 0, n-i)
			for _, t := range terms[i:n] {
				list = append(list, t.x)
			}
			t.x = join(list)
		}
		joined = append(joined, t)
		i = n
	}
	return joined
}

// kindOf tells which expressions can be joined: those of the same kind, not 0.
func kindOf(e syntax.Expr) rune {
	switch e := e.(type) {
	case *syntax.Literal:
		switch e.Token {
		case syntax.STRING:
			return 's'
		case syntax.BYTES:
			return 'b'
		}
	case *syntax.ListExpr:
		return 'l'
	case *syntax.TupleExpr:
		return 't'
	}
	return 0
}

// join returns the sum of expressions of one kind.
func join(list []syntax.Expr) syntax.Expr {
	var items []syntax.Expr
	var text strings.Builder
	for _, e := range list {
		switch e := e.(type) {
		case *syntax.Literal:
			text.WriteString(e.Value.(string))
		case *syntax.ListExpr:
			items = append(items, e.List...)
		case *syntax.TupleExpr:
			items = append(items, e.List...)
		}
	}
	switch e := list[0].(type) {
	case *syntax.ListExpr:
		return &syntax.ListExpr{Lbrack: e.Lbrack, List: items, Rbrack: e.Rbrack}
	case *syntax.TupleExpr:
		return &syntax.TupleExpr{Lparen: e.Lparen, List: items, Rparen: e.Rparen}
	case *syntax.Literal:
		return &syntax.Literal{Token: e.Token, TokenPos: e.TokenPos, Value: text.String()}
	}
	return nil
}
