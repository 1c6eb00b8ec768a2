package differ_test

import (
	"fmt"
	"strings"

	"go.starlark.net/syntax"
)

// minimise makes a sample smaller as long as it stays bad: without statements, with
// the suite of a statement in its place, with a part of an expression in its place.
func minimise(s sample, bad func(sample) bool) sample {
	for _, src := range s.modules {
		if t := s.with("", src); bad(t) {
			s = t
		}
	}
	for _, name := range append(keys(s.modules), "") {
		if t := s.with(name, dense(s.file(name))); bad(t) {
			s = t
		}
	}
	tries := 0
	for changed := true; changed && tries < 3000; {
		changed = false
		for _, name := range append(keys(s.modules), "") {
			for i := 0; tries < 3000; i++ {
				src, ok := shrink(s.file(name), i)
				if !ok {
					break
				}
				if src == "" && s.file(name) == "" {
					continue
				}
				tries++
				if t := s.with(name, src); len(src) < len(s.file(name)) && bad(t) {
					s, changed = t, true
					i--
				}
			}
		}
	}
	return s
}

// dense removes lines without code.
func dense(src string) string {
	var b strings.Builder
	for line := range strings.Lines(src) {
		if code := strings.TrimSpace(line); code != "" && code[0] != '#' {
			b.WriteString(line)
		}
	}
	return b.String()
}

func keys(m map[string]string) []string {
	var list []string
	for k := range m {
		list = append(list, k)
	}
	return list
}

func (s sample) file(module string) string {
	if module == "" {
		return s.main
	}
	return s.modules[module]
}

func (s sample) with(module, src string) sample {
	if module == "" {
		return sample{src, s.modules, s.mode}
	}
	t := sample{s.main, map[string]string{}, s.mode}
	for k, v := range s.modules {
		t.modules[k] = v
	}
	t.modules[module] = src
	return t
}

// String is the text of all files.
func (s sample) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "--- %+v\n", s.mode)
	for _, k := range keys(s.modules) {
		if strings.Contains(s.main, `load("`+k+`"`) {
			b.WriteString("--- module " + k + "\n" + s.modules[k])
		}
	}
	b.WriteString("--- main\n" + s.main)
	return b.String()
}

// shrink returns the i-th way to make a file smaller; not ok: there are not so many.
func shrink(src string, i int) (string, bool) {
	f, err := fileOptions.Parse("x", src, 0)
	if err != nil {
		return "", false
	}
	n := 0
	var found string
	ok := false
	offer := func(make func() string) {
		if n == i {
			found, ok = make(), true
		}
		n++
	}
	lines := strings.SplitAfter(src, "\n")
	syntax.Walk(f, func(node syntax.Node) bool {
		if ok || node == nil {
			return false
		}
		switch node := node.(type) {
		case *syntax.File:
		case syntax.Stmt:
			shrinkStmt(lines, node, offer)
		case syntax.Expr:
			shrinkExpr(src, node, offer)
		}
		return !ok
	})
	return found, ok
}

func shrinkStmt(lines []string, s syntax.Stmt, offer func(func() string)) {
	start, end := s.Span()
	first, last := int(start.Line)-1, int(end.Line)
	before, after := strings.Join(lines[:first], ""), func() string { return strings.Join(lines[min(last, len(lines)):], "") }
	indent := lines[first][:len(lines[first])-len(strings.TrimLeft(lines[first], "\t "))]
	offer(func() string { return before + after() })
	if b, ok := s.(*syntax.BranchStmt); !ok || b.Token != syntax.PASS {
		offer(func() string { return before + indent + "pass\n" + after() })
	}
	var suites [][]syntax.Stmt
	switch s := s.(type) {
	case *syntax.DefStmt:
		suites = [][]syntax.Stmt{s.Body}
	case *syntax.ForStmt:
		suites = [][]syntax.Stmt{s.Body}
	case *syntax.WhileStmt:
		suites = [][]syntax.Stmt{s.Body}
	case *syntax.IfStmt:
		suites = [][]syntax.Stmt{s.True, s.False}
	}
	for _, suite := range suites {
		if len(suite) == 0 {
			continue
		}
		offer(func() string {
			from, _ := suite[0].Span()
			_, to := suite[len(suite)-1].Span()
			body := ""
			for _, l := range lines[from.Line-1 : min(int(to.Line), len(lines))] {
				body += strings.TrimPrefix(l, "\t")
			}
			return before + body + after()
		})
	}
}

// shrinkExpr offers a part of an expression in its place, or something simple.
func shrinkExpr(src string, e syntax.Expr, offer func(func() string)) {
	start, end := e.Span()
	from, to := offset(src, start), offset(src, end)
	if from < 0 || to > len(src) || from >= to {
		return
	}
	var parts []string
	syntax.Walk(e, func(n syntax.Node) bool {
		if n == nil || n == syntax.Node(e) {
			return n != nil
		}
		if x, ok := n.(syntax.Expr); ok {
			s, t := x.Span()
			if a, b := offset(src, s), offset(src, t); from <= a && b <= to && a < b {
				parts = append(parts, src[a:b])
			}
		}
		return false
	})
	if _, ok := e.(*syntax.Ident); !ok {
		if _, ok := e.(*syntax.Literal); !ok {
			parts = append(parts, "0", "None")
		}
	}
	for _, p := range parts {
		offer(func() string { return src[:from] + p + src[to:] })
	}
	switch e := e.(type) {
	case *syntax.CallExpr:
		offerWithout(src, e.Args, offer)
	case *syntax.ListExpr:
		offerWithout(src, e.List, offer)
	case *syntax.DictExpr:
		offerWithout(src, e.List, offer)
	}
}

// offerWithout offers a list without one of its items.
func offerWithout(src string, list []syntax.Expr, offer func(func() string)) {
	for i, x := range list {
		start, end := x.Span()
		from, to := offset(src, start), offset(src, end)
		if i+1 < len(list) {
			next, _ := list[i+1].Span()
			to = offset(src, next)
		} else if i > 0 {
			_, prev := list[i-1].Span()
			from = offset(src, prev)
		}
		if from >= 0 && from < to && to <= len(src) {
			offer(func() string { return src[:from] + src[to:] })
		}
	}
}

// offset returns where in the text a position is; columns count runes.
func offset(src string, p syntax.Position) int {
	line, col := int32(1), int32(1)
	for i, r := range src {
		if line == p.Line && col == p.Col {
			return i
		}
		if col++; r == '\n' {
			line, col = line+1, 1
		}
	}
	return len(src)
}
