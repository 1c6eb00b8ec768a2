package lint

import (
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

// Names tell how each variable of a file is used.
type names struct {
	reads  map[*resolve.Binding][]*syntax.Ident
	writes map[*resolve.Binding][]write
	order  []*resolve.Binding // that have writes, in the order of the first
}

// A write is one place that sets a variable.
type write struct {
	name  *syntax.Ident
	value syntax.Expr // nil: not from one expression
	how   kind
}

type kind uint8

const (
	assigned kind = iota // NAME = value
	unpacked             // in a tuple, by a loop, +=
	defined              // def NAME
	loaded
	parameter
)

// binding returns what a name stands for, or nil: some that were made by the dialect are
// nobody's.
func binding(id *syntax.Ident) *resolve.Binding {
	b, _ := id.Binding.(*resolve.Binding)
	return b
}

func namesOf(f *syntax.File) *names {
	n := &names{reads: map[*resolve.Binding][]*syntax.Ident{}, writes: map[*resolve.Binding][]write{}}
	written := map[*syntax.Ident]bool{}
	set := func(x syntax.Expr, value syntax.Expr, how kind) {
		n.targets(x, value, how, written)
	}
	syntax.Walk(f, func(node syntax.Node) bool {
		switch s := node.(type) {
		case *syntax.AssignStmt:
			if s.Op == syntax.EQ {
				set(s.LHS, s.RHS, assigned)
			}
		case *syntax.ForStmt:
			set(s.Vars, nil, unpacked)
		case *syntax.ForClause:
			set(s.Vars, nil, unpacked)
		case *syntax.DefStmt:
			set(s.Name, nil, defined)
			n.parameters(s.Params, written)
		case *syntax.LambdaExpr:
			n.parameters(s.Params, written)
		case *syntax.LoadStmt:
			for i, id := range s.To {
				set(id, nil, loaded)
				written[s.From[i]] = true
			}
		case *syntax.Ident:
			if b := binding(s); b != nil && !written[s] {
				n.reads[b] = append(n.reads[b], s)
			}
		}
		return true
	})
	return n
}

// targets notes what is assigned to.
func (n *names) targets(x, value syntax.Expr, how kind, written map[*syntax.Ident]bool) {
	switch x := x.(type) {
	case *syntax.Ident:
		written[x] = true
		if b := binding(x); b != nil {
			if n.writes[b] == nil {
				n.order = append(n.order, b)
			}
			n.writes[b] = append(n.writes[b], write{x, value, how})
		}
	case *syntax.ParenExpr:
		n.targets(x.X, value, how, written)
	case *syntax.TupleExpr:
		for _, e := range x.List {
			n.targets(e, nil, unpacked, written)
		}
	case *syntax.ListExpr:
		for _, e := range x.List {
			n.targets(e, nil, unpacked, written)
		}
	}
}

func (n *names) parameters(params []syntax.Expr, written map[*syntax.Ident]bool) {
	for _, p := range params {
		switch p := p.(type) {
		case *syntax.Ident:
			n.targets(p, nil, parameter, written)
		case *syntax.BinaryExpr:
			n.targets(p.X, nil, parameter, written)
		case *syntax.UnaryExpr:
			if p.X != nil {
				n.targets(p.X, nil, parameter, written)
			}
		}
	}
}

// global returns the value that a global name is set to, if that is done once, at the top of
// the file.
func (n *names) global(id *syntax.Ident) (value syntax.Expr, ok bool) {
	b := binding(id)
	if b == nil || b.Scope != resolve.Global || len(n.writes[b]) != 1 {
		return nil, false
	}
	value = n.writes[b][0].value
	return value, value != nil
}
