package lint

import (
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// A registration is one task of a group: @group.register(…) above a def, or
// group.register(fn, …).
type registration struct {
	group *syntax.Ident
	fn    string
	args  string // as written, without blanks
	at    syntax.Position
}

// groups warns of tasks that are registered twice, and of groups that nobody executes.
func (l *linter) groups() {
	list, inside := l.registrations()
	seen := map[string]bool{}
	for _, r := range list {
		key := fmt.Sprintf("%p %s %s", binding(r.group), r.fn, r.args)
		if seen[key] {
			l.warn(RegisteredTwice, r.at, fmt.Sprintf("%s is registered twice with the same arguments: it runs twice", r.fn), "take one away, or give them different arguments")
		}
		seen[key] = true
	}
	warned := map[*resolve.Binding]bool{}
	for _, r := range list {
		b := binding(r.group)
		value, ok := l.names.global(r.group)
		if warned[b] || !ok || !isCallOf(value, "threadgroup") {
			continue
		}
		warned[b] = true
		used := false
		for _, id := range l.names.reads[b] {
			used = used || !inside[id]
		}
		if !used {
			l.warn(NotExecuted, l.names.writes[b][0].name.NamePos, fmt.Sprintf("the tasks of %s never run", r.group.Name), r.group.Name+".execute() runs them")
		}
	}
}

// registrations returns those of the file, and the names of groups that they mention.
func (l *linter) registrations() (list []registration, inside map[*syntax.Ident]bool) {
	inside = map[*syntax.Ident]bool{}
	add := func(x syntax.Expr, fn string, at syntax.Position) {
		if r, ok := registered(x, fn, at); ok {
			inside[r.group] = true
			if r.fn != "" {
				list = append(list, r)
			}
		}
	}
	l.blocks(func(stmts []syntax.Stmt) {
		var decorators []*syntax.AssignStmt
		for _, s := range stmts {
			switch s := s.(type) {
			case *syntax.AssignStmt:
				if id, ok := s.LHS.(*syntax.Ident); ok && dialect.Hidden(id.Name) {
					decorators = append(decorators, s)
				}
			case *syntax.DefStmt:
				for _, d := range decorators {
					add(d.RHS, s.Name.Name, d.OpPos)
				}
				decorators = nil
			case *syntax.ExprStmt:
				add(s.X, "", syntax.Start(s.X))
			}
		}
	})
	return list, inside
}

// blocks calls f with each list of statements.
func (l *linter) blocks(f func([]syntax.Stmt)) {
	syntax.Walk(l.file.Syntax, func(n syntax.Node) bool {
		switch n := n.(type) {
		case *syntax.File:
			f(n.Stmts)
		case *syntax.DefStmt:
			f(n.Body)
		case *syntax.ForStmt:
			f(n.Body)
		case *syntax.WhileStmt:
			f(n.Body)
		case *syntax.IfStmt:
			f(n.True)
			f(n.False)
		}
		return true
	})
}

// registered takes NAME.register, NAME.register(…) or NAME.task(…), of a def if fn is its
// name, else of the function that it names first.
func registered(x syntax.Expr, fn string, at syntax.Position) (r registration, ok bool) {
	var args []syntax.Expr
	c, called := x.(*syntax.CallExpr)
	if called {
		x, args = undecorated(c.Fn), c.Args
	}
	dot, isDot := x.(*syntax.DotExpr)
	if !isDot || dot.Name.Name != "register" && dot.Name.Name != "task" {
		return r, false
	}
	group, isName := dot.X.(*syntax.Ident)
	if !isName || !called && fn == "" {
		return r, false
	}
	if fn == "" && len(args) > 0 {
		if id, ok := args[0].(*syntax.Ident); ok {
			fn, args = id.Name, args[1:]
		}
	}
	return registration{group, fn, printed(args), at}, true
}

// undecorated takes the mark away that the dialect puts around the callee of a decorator.
func undecorated(x syntax.Expr) syntax.Expr {
	if c, ok := x.(*syntax.CallExpr); ok && len(c.Args) == 1 {
		if id, ok := c.Fn.(*syntax.Ident); ok && id.Name == dialect.NameDecorator {
			return c.Args[0]
		}
	}
	return x
}

// isCallOf reports whether an expression is a call of a name, such as threadgroup(…), or of
// an attribute of one.
func isCallOf(x syntax.Expr, name string) bool {
	c, ok := x.(*syntax.CallExpr)
	if !ok {
		return false
	}
	fn := c.Fn
	if dot, ok := fn.(*syntax.DotExpr); ok {
		fn = dot.X
	}
	id, ok := fn.(*syntax.Ident)
	return ok && id.Name == name
}

// printed writes expressions so that equal ones have equal texts.
func printed(list []syntax.Expr) string {
	var b strings.Builder
	for _, x := range list {
		syntax.Walk(x, func(n syntax.Node) bool {
			switch n := n.(type) {
			case nil:
				b.WriteByte(')')
				return true
			case *syntax.Ident:
				b.WriteString(n.Name)
			case *syntax.Literal:
				fmt.Fprintf(&b, "%d:%v", n.Token, n.Value)
			case *syntax.BinaryExpr:
				b.WriteString(n.Op.String())
			case *syntax.UnaryExpr:
				b.WriteString(n.Op.String())
			}
			fmt.Fprintf(&b, "(%T", n)
			return true
		})
		b.WriteByte(',')
	}
	return b.String()
}
