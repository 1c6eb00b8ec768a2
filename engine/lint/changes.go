package lint

import (
	"fmt"
	"slices"

	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// runners are the methods of groups that run the function they are given first.
var runners = []string{"map", "imap", "imap_unordered", "submit", "race", "register"}

// changers are the methods that change what they belong to, by the kind of that.
var changers = map[string][]string{
	"list": {"append", "extend", "insert", "pop", "remove", "clear"},
	"dict": {"pop", "popitem", "setdefault", "update", "clear"},
	"set":  {"add", "discard", "pop", "remove", "clear", "update"},
}

// changes warns of functions of tasks that change what the script keeps: it is frozen when
// they are handed over, so they fail when they run.
func (l *linter) changes() {
	tasks := l.tasks()
	for _, s := range l.file.Syntax.Stmts {
		def, ok := s.(*syntax.DefStmt)
		if !ok || !tasks[def.Name.Name] {
			continue
		}
		for _, s := range def.Body {
			syntax.Walk(s, func(n syntax.Node) bool {
				l.change(def.Name.Name, n)
				return true
			})
		}
	}
}

// tasks returns the names of the functions at the top of the file that run as tasks.
func (l *linter) tasks() map[string]bool {
	tasks := map[string]bool{}
	list, _ := l.registrations()
	for _, r := range list {
		tasks[r.fn] = true
	}
	syntax.Walk(l.file.Syntax, func(n syntax.Node) bool {
		c, ok := n.(*syntax.CallExpr)
		if !ok || len(c.Args) == 0 {
			return true
		}
		dot, isDot := c.Fn.(*syntax.DotExpr)
		fn, isName := c.Args[0].(*syntax.Ident)
		if isDot && isName && slices.Contains(runners, dot.Name.Name) {
			if b := binding(fn); b != nil && b.Scope == resolve.Global {
				tasks[fn.Name] = true
			}
		}
		return true
	})
	return tasks
}

// change looks at one node of a task's function.
func (l *linter) change(task string, n syntax.Node) {
	var of syntax.Expr
	var method string
	at := syntax.Position{}
	switch n := n.(type) {
	case *syntax.CallExpr:
		dot, ok := n.Fn.(*syntax.DotExpr)
		if !ok {
			return
		}
		of, method, at = dot.X, dot.Name.Name, dot.Name.NamePos
	case *syntax.AssignStmt:
		index, ok := n.LHS.(*syntax.IndexExpr)
		if !ok {
			return
		}
		of, at = index.X, syntax.Start(index.X)
	default:
		return
	}
	id, ok := of.(*syntax.Ident)
	if !ok {
		return
	}
	value, ok := l.names.global(id)
	if !ok {
		return
	}
	if kind := kindOf(value); kind != "" && (method == "" || slices.Contains(changers[kind], method)) {
		l.warn(SharedChange, at, fmt.Sprintf("%s runs as a task and changes the %s %q of the script, which is frozen then", task, kind, id.Name),
			"return what it finds, or use counter() or queue()")
	}
}

// kindOf returns what an expression makes, if it is a list, a dict or a set.
func kindOf(x syntax.Expr) string {
	switch x := x.(type) {
	case *syntax.ListExpr:
		return "list"
	case *syntax.DictExpr:
		return "dict"
	case *syntax.Comprehension:
		if x.Curly {
			return "dict"
		}
		return "list"
	}
	for kind := range changers {
		if c, ok := x.(*syntax.CallExpr); ok {
			if id, ok := c.Fn.(*syntax.Ident); ok && id.Name == kind {
				return kind
			}
		}
	}
	return ""
}
