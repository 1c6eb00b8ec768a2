package format

import (
	"bytes"
	"fmt"
	"reflect"
	"strconv"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/syntax"
)

// shape writes down a syntax tree, without positions.
func shape(f *syntax.File) []byte {
	var b bytes.Buffer
	walk(&b, f)
	return b.Bytes()
}

func walk(b *bytes.Buffer, n syntax.Node) {
	syntax.Walk(n, func(n syntax.Node) bool {
		if n == nil {
			b.WriteByte(')')
			return true
		}
		b.WriteByte('(')
		b.WriteString(reflect.TypeOf(n).String())
		b.WriteString(details(n))
		failed, ok := assert(n)
		if ok {
			for _, x := range failed.Args[1:] { // the first one is the text of the condition
				walk(b, x)
			}
			b.WriteByte(')')
		}
		return !ok
	})
}

// assert returns the call that stands for a failed assert.
func assert(n syntax.Node) (*syntax.CallExpr, bool) {
	call, ok := n.(*syntax.CallExpr)
	if !ok {
		return nil, false
	}
	fn, ok := call.Fn.(*syntax.Ident)
	return call, ok && fn.Name == dialect.NameAssert
}

// details returns what the tree holds of a node beside its children.
func details(n syntax.Node) string {
	switch n := n.(type) {
	case *syntax.Ident:
		return strconv.Quote(n.Name)
	case *syntax.Literal:
		return strconv.Quote(n.Raw)
	case *syntax.BinaryExpr:
		return n.Op.String()
	case *syntax.UnaryExpr:
		return n.Op.String()
	case *syntax.AssignStmt:
		return n.Op.String()
	case *syntax.BranchStmt:
		return n.Token.String()
	case *syntax.IfStmt:
		return fmt.Sprint(len(n.True), len(n.False))
	case *syntax.SliceExpr:
		return fmt.Sprint(n.Lo != nil, n.Hi != nil, n.Step != nil)
	}
	return ""
}
