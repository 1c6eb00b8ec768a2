package eval

import (
	"errors"
	"fmt"
	"maps"
	"strings"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
)

// universe are the functions that every script has: Starlark's own, those that could
// take for ever or make too much of them guarded.
var universe = makeUniverse()

// Universe returns Starlark's universe as the evaluator has it. A host predeclares
// these names; with go.starlark.net's own functions in their place scripts run too,
// but their limits do not hold everywhere.
func Universe() starlark.StringDict { return maps.Clone(universe) }

func makeUniverse() starlark.StringDict {
	u := maps.Clone(starlark.Universe)
	for _, name := range guard.Functions() {
		if fn, ok := u[name].(*starlark.Builtin); ok {
			u[name] = guard.Guarded(fn, BudgetOf)
		}
	}
	u["sorted"] = starlark.NewBuiltin("sorted", sorted)
	return u
}

// BudgetOf returns what single operations on a thread may use up, for host functions
// that make something big.
func BudgetOf(thread *starlark.Thread) *guard.Budget { return &machineOf(thread).budget }

// unite does a |= b for dicts.
func (m *machine) unite(a, b *starlark.Dict) error {
	// Whether a may be changed is asked with a change that is none: a list is no key.
	const asked = "delete from"
	if _, _, err := a.Delete(new(starlark.List)); err != nil && strings.Contains(err.Error(), asked) {
		return errors.New(strings.Replace(err.Error(), asked, "apply |= to", 1))
	}
	if a == b {
		return nil
	}
	n := 0
	for k, v := range b.Entries() {
		if n++; n%patience == 0 {
			if err := m.stopped(); err != nil {
				return err
			}
		}
		if err := m.setKey(a, k, v); err != nil {
			return err
		}
	}
	return nil
}

// patience is how many elements are taken between two looks at whether to stop.
const patience = 1 << 12

// space says whether there may be n arguments, and whether to go on.
func (m *machine) space(n int) error {
	if need := 24 * int64(n); need > m.budget.Max {
		return &guard.LimitError{Msg: fmt.Sprintf("call with %d arguments needs %s, limit is %s", n, guard.Bytes(need), guard.Bytes(m.budget.Max))}
	}
	return m.stopped()
}
