package engine

import (
	"slices"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A file is a compiled source file and what its resolved tree tells about it.
// It is immutable.
type file struct {
	*dialect.File
	prog    *starlark.Program
	names   map[uint64][]string // by position of the function: the names outside functions that its code uses
	places  locator
	rebound map[uint64]bool // by position of its first binding: the variable is bound more than once, or in a loop
}

// spot is a position without its file, as a map key.
func spot(p syntax.Position) uint64 { return uint64(p.Line)<<32 | uint64(uint32(p.Col)) }

// collect fills in names and rebound from the resolved tree.
func (f *file) collect() {
	f.names, f.rebound = map[uint64][]string{}, map[uint64]bool{}
	c := collector{file: f, bound: map[*resolve.Binding]int{}}
	c.stmts(f.Syntax.Stmts)
	for b, n := range c.bound {
		if n > 1 && b.First != nil {
			f.rebound[spot(b.First.NamePos)] = true
		}
	}
}

type collector struct {
	file  *file
	in    []uint64 // the functions around, outermost first
	loops int      // the loops around, in the innermost function
	bound map[*resolve.Binding]int
}

func (c *collector) stmts(list []syntax.Stmt) {
	for _, s := range list {
		syntax.Walk(s, c.node)
	}
}

// node is called by syntax.Walk; it walks what binds names itself.
func (c *collector) node(n syntax.Node) bool {
	switch n := n.(type) {
	case *syntax.Ident:
		c.use(n)
	case *syntax.AssignStmt:
		c.bind(n.LHS)
		syntax.Walk(n.RHS, c.node)
		return false
	case *syntax.DefStmt:
		c.bind(n.Name)
		c.function(n.Def, n.Params, func() { c.stmts(n.Body) })
		return false
	case *syntax.LambdaExpr:
		c.function(n.Lambda, n.Params, func() { syntax.Walk(n.Body, c.node) })
		return false
	case *syntax.ForStmt:
		syntax.Walk(n.X, c.node)
		c.loop(func() { c.bind(n.Vars); c.stmts(n.Body) })
		return false
	case *syntax.WhileStmt:
		syntax.Walk(n.Cond, c.node)
		c.loop(func() { c.stmts(n.Body) })
		return false
	case *syntax.Comprehension:
		c.loop(func() {
			for _, clause := range n.Clauses {
				if clause, ok := clause.(*syntax.ForClause); ok {
					c.bind(clause.Vars)
				}
			}
			for _, clause := range n.Clauses {
				syntax.Walk(clause, c.node)
			}
			syntax.Walk(n.Body, c.node)
		})
		return false
	}
	return true
}

func (c *collector) loop(body func()) {
	c.loops++
	body()
	c.loops--
}

// function walks a function; its defaults belong to the code around it.
func (c *collector) function(pos syntax.Position, params []syntax.Expr, body func()) {
	for _, p := range params {
		if p, ok := p.(*syntax.BinaryExpr); ok {
			syntax.Walk(p.Y, c.node)
		}
	}
	loops := c.loops
	c.loops = 0
	c.in = append(c.in, spot(pos))
	for _, p := range params {
		switch p := p.(type) {
		case *syntax.BinaryExpr:
			c.bind(p.X)
		case *syntax.UnaryExpr:
			if p.X != nil {
				c.bind(p.X)
			}
		default:
			c.bind(p)
		}
	}
	body()
	c.in = c.in[:len(c.in)-1]
	c.loops = loops
}

// use notes a name that is not a function's own.
func (c *collector) use(id *syntax.Ident) {
	b, ok := id.Binding.(*resolve.Binding)
	if !ok || b.Scope != resolve.Global && b.Scope != resolve.Predeclared {
		return
	}
	for _, fn := range c.in {
		if !slices.Contains(c.file.names[fn], id.Name) {
			c.file.names[fn] = append(c.file.names[fn], id.Name)
		}
	}
}

// bind counts the bindings of the variables in an assignment's target.
func (c *collector) bind(target syntax.Expr) {
	switch target := target.(type) {
	case *syntax.Ident:
		if b, ok := target.Binding.(*resolve.Binding); ok {
			c.bound[b]++
			if c.loops > 0 {
				c.bound[b]++
			}
		}
	case *syntax.ParenExpr:
		c.bind(target.X)
	case *syntax.TupleExpr:
		for _, e := range target.List {
			c.bind(e)
		}
	case *syntax.ListExpr:
		for _, e := range target.List {
			c.bind(e)
		}
	default:
		syntax.Walk(target, c.node)
	}
}
