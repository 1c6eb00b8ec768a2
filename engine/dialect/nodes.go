package dialect

import "go.starlark.net/syntax"

// anchor returns a position in an expression, without recursion where the expression may be deep.
func anchor(x syntax.Expr) syntax.Position {
	switch x := x.(type) {
	case *syntax.BinaryExpr:
		return x.OpPos
	case *syntax.CallExpr:
		return x.Lparen
	case *syntax.DotExpr:
		return x.Dot
	case *syntax.IndexExpr:
		return x.Lbrack
	case *syntax.SliceExpr:
		return x.Lbrack
	case *syntax.CondExpr:
		return x.If
	}
	return syntax.Start(x)
}

// Nodes that are not in the source.

func ident(at syntax.Position, name string) *syntax.Ident {
	return &syntax.Ident{NamePos: at, Name: name}
}

func assign(at syntax.Position, name *syntax.Ident, x syntax.Expr) *syntax.AssignStmt {
	return &syntax.AssignStmt{OpPos: at, Op: syntax.EQ, LHS: name, RHS: x}
}

func call(at, last syntax.Position, name string, args ...syntax.Expr) *syntax.CallExpr {
	return &syntax.CallExpr{Fn: ident(at, name), Lparen: at, Args: args, Rparen: last}
}

func text(at syntax.Position, raw, value string) *syntax.Literal {
	return &syntax.Literal{Token: syntax.STRING, TokenPos: at, Raw: raw, Value: value}
}
