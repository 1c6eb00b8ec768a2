package engine

import (
	"fmt"

	"go.starlark.net/starlark"
)

// A Namespace is the value of a module's name, such as json. It is immutable.
type Namespace struct {
	name    string
	members starlark.StringDict
	guesses map[string]string
}

var _ starlark.HasAttrs = (*Namespace)(nil)

// NewNamespace returns a namespace. Its members must be immutable. guesses answers names that users may expect of it with the right
// ones: "loads": "decode".
func NewNamespace(name string, members starlark.StringDict, guesses map[string]string) *Namespace {
	n := &Namespace{name: name, members: make(starlark.StringDict, len(members)), guesses: guesses}
	for k, v := range members {
		n.members[k] = v
	}
	return n
}

func (n *Namespace) String() string        { return fmt.Sprintf("<module %q>", n.name) }
func (n *Namespace) Type() string          { return "module" }
func (n *Namespace) Freeze()               {} // immutable
func (n *Namespace) Truth() starlark.Bool  { return true }
func (n *Namespace) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: %s", n.Type()) }
func (n *Namespace) AttrNames() []string   { return n.members.Keys() }

// Attr returns a member.
func (n *Namespace) Attr(name string) (starlark.Value, error) {
	if v, ok := n.members[name]; ok {
		return v, nil
	}
	if right, ok := n.guesses[name]; ok {
		return nil, fmt.Errorf("%s has no .%s: use %s.%s", n.name, name, n.name, right)
	}
	return nil, starlark.NoSuchAttrError(fmt.Sprintf("%s has no .%s field or method", n.name, name))
}
