// Package lint finds what is allowed in a script and most likely not meant.
//
// Rules have names, by which a comment on the line switches them off: # tg: ignore[unused],
// # tg: ignore[unused, shadowed], or # tg: ignore for all of them.
package lint

import (
	"cmp"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/syntax"
)

// The rules.
const (
	SharedChange    = "shared-change"    // a task's function changes a list, dict or set of the script
	NotExecuted     = "not-executed"     // a group has registered tasks and is never used otherwise
	RegisteredTwice = "registered-twice" // a task is registered twice with equal arguments
	Unused          = "unused"           // a local variable or a loaded name is never read
	Shadowed        = "shadowed"         // a name of the script hides a built-in
)

// A Warning is what one rule found at one place.
type Warning struct {
	dialect.Problem
	Rule string
}

// Check returns the warnings of a file, sorted by position. The file must be resolved and
// without problems. builtIn says which names are predeclared or universal. It does not change
// the file.
func Check(f *dialect.File, builtIn func(name string) bool) []Warning {
	l := &linter{file: f, builtIn: builtIn}
	l.names = namesOf(f.Syntax)
	l.groups()
	l.changes()
	l.unused()
	l.shadowed()
	ignored := ignores(f)
	list := slices.DeleteFunc(l.found, func(w Warning) bool { return ignored.has(int(w.Pos.Line), w.Rule) })
	slices.SortStableFunc(list, func(a, b Warning) int {
		return cmp.Or(cmp.Compare(a.Pos.Line, b.Pos.Line), cmp.Compare(a.Pos.Col, b.Pos.Col))
	})
	return list
}

// A linter checks one file.
type linter struct {
	file    *dialect.File
	builtIn func(string) bool
	names   *names
	found   []Warning
}

func (l *linter) warn(rule string, at syntax.Position, msg, hint string) {
	l.found = append(l.found, Warning{dialect.Problem{Pos: at, Msg: msg, Hint: hint}, rule})
}

// An ignoring says which rules are off on which lines; "" is all of them.
type ignoring map[int][]string

func (g ignoring) has(line int, rule string) bool {
	return slices.Contains(g[line], rule) || slices.Contains(g[line], "")
}

// ignores reads the comments. One on a line of its own is about the next line.
func ignores(f *dialect.File) ignoring {
	found := ignoring{}
	line, alone := 1, true
	for _, t := range f.Tokens() {
		line += strings.Count(t.Before, "\n")
		switch t.Kind {
		case dialect.Newline:
			line++
			alone = true
			continue
		case dialect.Comment:
			at := line
			if alone {
				at++
			}
			found[at] = append(found[at], rulesOf(t.Text)...)
		default:
			alone = false
			line += strings.Count(t.Text, "\n")
		}
	}
	return found
}

// rulesOf returns the rules that a comment switches off.
func rulesOf(comment string) []string {
	text := strings.TrimSpace(strings.TrimPrefix(comment, "#"))
	rest, ok := strings.CutPrefix(text, "tg:")
	if !ok {
		return nil
	}
	rest, ok = strings.CutPrefix(strings.TrimSpace(rest), "ignore")
	switch list, bracket := strings.CutPrefix(rest, "["); {
	case !ok || rest != "" && !bracket && rest[0] != ' ':
		return nil
	case !bracket:
		return []string{""}
	default:
		list, _, _ = strings.Cut(list, "]")
		var rules []string
		for rule := range strings.SplitSeq(list, ",") {
			if rule = strings.TrimSpace(rule); rule != "" {
				rules = append(rules, rule)
			}
		}
		return rules
	}
}
