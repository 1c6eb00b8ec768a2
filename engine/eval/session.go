package eval

import (
	"fmt"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Session is one module that is typed in piece by piece: each piece sees and may assign
// the names of those before it, and functions see what was assigned since. It is not safe
// for concurrent use, but what was handed over to other threads is theirs.
type Session struct {
	names   []binding
	slots   map[string]int
	globals []val // as many as there may ever be: what runs already keeps its place
	owner   *owner
}

// maxNames is how many global names a session may have.
const maxNames = 1 << 14

// NewSession returns one without names.
func NewSession() *Session {
	return &Session{slots: map[string]int{}, globals: make([]val, maxNames), owner: new(owner)}
}

// Declare gives a session without names those of another, in order.
func (s *Session) Declare(names []string) error {
	if len(names) > maxNames {
		return fmt.Errorf("a session cannot have more than %d global names", maxNames)
	}
	for i, name := range names {
		s.slots[name] = i
		s.names = append(s.names, binding{name: name})
	}
	return nil
}

// Declared returns the global names, whether they are set or not, for Declare.
func (s *Session) Declared() []string {
	names := make([]string, len(s.names))
	for i, b := range s.names {
		names[i] = b.name
	}
	return names
}

// Has reports whether a piece before has the global name.
func (s *Session) Has(name string) bool {
	_, ok := s.slots[name]
	return ok
}

// Compile resolves and compiles a piece, as CompileWith does a file. If it is refused, it
// leaves no names behind.
func (s *Session) Compile(f *syntax.File, isPredeclared func(name string) bool, hooks *Hooks) (*Program, error) {
	if err := resolve.REPLChunk(f, s.Has, isPredeclared, starlark.Universe.Has); err != nil {
		return nil, err
	}
	list := bindings(f.Module.(*resolve.Module).Globals)
	if len(s.names)+len(list) > maxNames {
		return nil, fmt.Errorf("a session cannot have more than %d global names", maxNames)
	}
	slots := make([]int, len(list))
	for i, b := range list {
		slot, ok := s.slots[b.name]
		if !ok {
			slot = len(s.names)
			s.slots[b.name] = slot
			s.names = append(s.names, b)
		}
		slots[i] = slot
	}
	return compile(f, s.names[:len(s.names):len(s.names)], slots, hooks), nil
}

// Run runs a piece on a thread, and blocks until its top level has ended.
func (s *Session) Run(p *Program, thread *starlark.Thread, predeclared starlark.StringDict) error {
	if known.err != nil {
		return known.err
	}
	machineOf(thread).owner = s.owner
	_, err := p.run(thread, s.globals[:len(p.globals)], predeclared)
	return err
}

// Names returns the global names that are set, in the order in which they came.
func (s *Session) Names() []string {
	var names []string
	for i, b := range s.names {
		if s.globals[i].ref != nil {
			names = append(names, b.name)
		}
	}
	return names
}

// Get returns the value of a global name; nil if it is not set.
func (s *Session) Get(name string) starlark.Value {
	i, ok := s.slots[name]
	if !ok {
		return nil
	}
	return s.globals[i].value()
}

// Set gives a global name a value; nil takes it away.
func (s *Session) Set(name string, v starlark.Value) {
	i, ok := s.slots[name]
	if !ok {
		if i = len(s.names); i == maxNames {
			return
		}
		s.slots[name] = i
		s.names = append(s.names, binding{name: name})
	}
	s.globals[i] = valOf(v)
}
