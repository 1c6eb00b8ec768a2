package engine

import (
	"fmt"
	"regexp"
	"strings"
	"sync"

	"go.starlark.net/syntax"
)

// Texts of errors, compiled when the first one is explained: a script that ends well does not
// wait for them.
var (
	frozenText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(?:\w+: )?cannot (.+) frozen (list|hash table|dict|set)$`)
	})
	identifier  = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^\w+$`) })
	unboundText = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^global variable (\w+) referenced before assignment$`)
	})
)

// explain words go.starlark.net's errors about shared values as users of tasks
// need them.
func (t *Thread) explain(e *Error) {
	if len(e.Stack) == 0 {
		return
	}
	if m := unboundText().FindStringSubmatch(e.Msg); m != nil && t.given != nil {
		e.Msg = fmt.Sprintf("%s was not defined yet when %s was handed over (line %d)", m[1], t.given.Task, t.given.Pos.Line)
		return
	}
	m := frozenText().FindStringSubmatch(e.Msg)
	if m == nil {
		return
	}
	name, kind, loaded := t.changed(e.Pos, m[2])
	thing := kind
	if name != "" {
		thing = fmt.Sprintf("%s %q", kind, name)
	}
	copied := fmt.Sprintf("copy it first, with %s(…)", kind)
	if identifier().MatchString(name) {
		copied = fmt.Sprintf("copy it first: %s = %s(%s)", name, kind, name)
	}
	e.Msg = fmt.Sprintf("cannot %s %s: ", m[1], thing)
	switch {
	case loaded:
		e.Msg += "it was loaded from another file, so it is frozen; " + copied
	case t.given != nil:
		e.Msg += "it is shared with other tasks, so it is frozen; return the value, or use queue(), counter() or a vault"
	default:
		e.Msg += "tasks were given it, so it is frozen; " + copied
	}
}

// changed says what the code at pos tried to change: its text, its type and
// whether it came by load. kind is what go.starlark.net calls it.
func (t *Thread) changed(pos syntax.Position, kind string) (name, _ string, loaded bool) {
	f := t.run.file(pos.Filename())
	if f == nil {
		return "", strings.Replace(kind, "hash table", "dict", 1), false
	}
	target, method := f.changed(pos)
	if kind == "hash table" {
		kind = "dict"
		switch method {
		case "add", "discard", "remove":
			kind = "set"
		case "clear", "pop", "update": // dicts have them too
			if f.isSet(target) {
				kind = "set"
			}
		}
	}
	if target == nil {
		return "", kind, false
	}
	if id, ok := target.(*syntax.Ident); ok {
		loaded = f.loaded(id.Name)
	}
	return f.source(target), kind, loaded
}
