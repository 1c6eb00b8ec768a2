package engine

import (
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/syntax"
)

// A locator finds nodes by the positions that go.starlark.net gives to errors:
// the "(" of a call, the "[" of an index, the operator of an operation.
type locator struct {
	once     sync.Once
	nodes    map[uint64]syntax.Node
	assigned map[uint64]string // by the "(" of a call: NAME of NAME = f(…)
	loaded   map[string]bool   // names that load statements bind
	sets     map[string]bool   // names that are assigned sets
}

// index is built when the first question is asked: most runs end without one.
func (f *file) index() *locator {
	f.places.once.Do(func() {
		l := &f.places
		l.nodes, l.assigned = map[uint64]syntax.Node{}, map[uint64]string{}
		l.loaded, l.sets = map[string]bool{}, map[string]bool{}
		for _, stmt := range f.Syntax.Stmts {
			syntax.Walk(stmt, func(n syntax.Node) bool {
				if n != nil {
					l.note(n)
				}
				return true
			})
		}
	})
	return &f.places
}

func (l *locator) note(n syntax.Node) {
	switch n := n.(type) {
	case *syntax.CallExpr:
		l.nodes[spot(n.Lparen)] = n
	case *syntax.IndexExpr:
		l.nodes[spot(n.Lbrack)] = n
	case *syntax.SliceExpr:
		l.nodes[spot(n.Lbrack)] = n
	case *syntax.DotExpr:
		l.nodes[spot(n.Dot)] = n
	case *syntax.BinaryExpr:
		l.nodes[spot(n.OpPos)] = n
	case *syntax.UnaryExpr:
		l.nodes[spot(n.OpPos)] = n
	case *syntax.Ident:
		if _, ok := l.nodes[spot(n.NamePos)]; !ok {
			l.nodes[spot(n.NamePos)] = n
		}
	case *syntax.AssignStmt:
		if n.Op != syntax.EQ {
			l.nodes[spot(n.OpPos)] = n
		}
		id, ok := n.LHS.(*syntax.Ident)
		if call := unparen(n.RHS); ok && n.Op == syntax.EQ && call != nil && !dialect.Hidden(id.Name) {
			l.assigned[spot(call.Lparen)] = id.Name
			if fn, ok := call.Fn.(*syntax.Ident); ok && fn.Name == "set" {
				l.sets[id.Name] = true
			}
		}
	case *syntax.LoadStmt:
		l.nodes[spot(n.Load)] = n
		for _, id := range n.To {
			l.loaded[id.Name] = true
		}
	}
}

func unparen(e syntax.Expr) *syntax.CallExpr {
	for {
		p, ok := e.(*syntax.ParenExpr)
		if !ok {
			call, _ := e.(*syntax.CallExpr)
			return call
		}
		e = p.X
	}
}

// at returns the expression or statement whose errors carry pos, or nil. What
// the rewriting of the dialect put there is not returned.
func (f *file) at(pos syntax.Position) syntax.Node {
	n := f.index().nodes[spot(pos)]
	if n == nil || synthetic(n) {
		return nil
	}
	return n
}

// synthetic reports whether a node is not as the user wrote it: it calls a
// hidden function, or its ends are not in order.
func synthetic(n syntax.Node) bool {
	start, end := n.Span()
	if !start.IsValid() || !end.IsValid() || end.Line < start.Line || end.Line == start.Line && end.Col <= start.Col {
		return true
	}
	call, ok := n.(*syntax.CallExpr)
	if !ok {
		return false
	}
	id, ok := call.Fn.(*syntax.Ident)
	return ok && dialect.Hidden(id.Name)
}

// assigned returns NAME if the call whose "(" is at pos stands in NAME = call.
func (f *file) assigned(pos syntax.Position) string { return f.index().assigned[spot(pos)] }

// loaded reports whether a load statement of the file binds name.
func (f *file) loaded(name string) bool { return f.index().loaded[name] }

// isSet reports whether the name of a hash table is one that is assigned set(…).
func (f *file) isSet(target syntax.Expr) bool {
	id, ok := target.(*syntax.Ident)
	return ok && f.index().sets[id.Name]
}

// changed returns what the operation at pos changes: x of x.append(…), x[i] = …
// and x += …; and the name of the method, if it is one. nil: not known.
func (f *file) changed(pos syntax.Position) (target syntax.Expr, method string) {
	switch n := f.at(pos).(type) {
	case *syntax.CallExpr:
		if dot, ok := n.Fn.(*syntax.DotExpr); ok {
			return dot.X, dot.Name.Name
		}
	case *syntax.IndexExpr:
		return n.X, "[]"
	case *syntax.AssignStmt:
		return n.LHS, ""
	}
	return nil, ""
}

// source returns the source of an expression, on one line.
func (f *file) source(e syntax.Node) string {
	start, end := span(e)
	var part []string
	for n := start.Line; n <= end.Line; n++ {
		part = append(part, f.Line(int(n)))
	}
	if len(part) == 0 {
		return ""
	}
	last := len(part) - 1
	part[last] = part[last][:byteOffset(part[last], int(end.Col-1))]
	part[0] = part[0][byteOffset(part[0], int(start.Col-1)):]
	return strings.Join(strings.Fields(strings.Join(part, " ")), " ")
}

// span returns where an expression begins and ends. The parser's own leaves the
// "]" of an index out.
func span(n syntax.Node) (start, end syntax.Position) {
	start, end = n.Span()
	switch n := n.(type) {
	case *syntax.IndexExpr:
		end = n.Rbrack
		end.Col++
	case *syntax.SliceExpr:
		end = n.Rbrack
		end.Col++
	}
	return start, end
}

// byteOffset returns where the n-th rune of s begins, or its end.
func byteOffset(s string, n int) int {
	i := 0
	for ; n > 0 && i < len(s); n-- {
		_, size := utf8.DecodeRuneInString(s[i:])
		i += size
	}
	return i
}
