package lint

import (
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/resolve"
)

// unused warns of local variables and loaded names that nobody reads. Names that begin with
// "_" are meant to be; what loops and tuples set, and parameters, often have no use.
func (l *linter) unused() {
	for _, b := range l.names.order {
		w := l.names.writes[b][0]
		name := w.name.Name
		if len(l.names.reads[b]) > 0 || strings.HasPrefix(name, "_") || dialect.Hidden(name) {
			continue
		}
		switch {
		case w.how == loaded && b.Scope != resolve.Cell:
			l.warn(Unused, w.name.NamePos, fmt.Sprintf("%s is loaded and never used", name), "take it away")
		case b.Scope != resolve.Local: // others may read globals, and inner functions what they capture
		case l.all(b, assigned):
			l.warn(Unused, w.name.NamePos, fmt.Sprintf("%s is set and never used", name), "take it away, or call it _"+name)
		}
	}
}

// all reports whether all that sets a variable is of one kind.
func (l *linter) all(b *resolve.Binding, how kind) bool {
	for _, w := range l.names.writes[b] {
		if w.how != how {
			return false
		}
	}
	return true
}

// shadowed warns of names at the top of the file that hide a built-in from the rest of it.
func (l *linter) shadowed() {
	for _, b := range l.names.order {
		w := l.names.writes[b][0]
		if b.Scope == resolve.Global && l.builtIn(w.name.Name) && !dialect.Hidden(w.name.Name) {
			l.warn(Shadowed, w.name.NamePos, fmt.Sprintf("%s hides the built-in of that name", w.name.Name), "call it something else")
		}
	}
}
