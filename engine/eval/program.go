package eval

import (
	"errors"
	"sync"

	"go.starlark.net/resolve"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// A Program is a compiled file. It is immutable and holds no values: it may be run
// many times, from many goroutines.
type Program struct {
	top     *code
	globals []binding
	pre     []string // predeclared and universal names that it uses

	codes []*code // of each def and lambda
	defs  func() map[spot]*code

	file  any    // what the host keeps with it
	given []bool // which of pre are names of which each run has a value of its own
}

// Compile resolves a file and compiles it; names that are not predeclared must be
// of starlark.Universe. The tree is changed: it cannot be compiled again. The
// error is a resolve.ErrorList.
func Compile(f *syntax.File, isPredeclared func(name string) bool) (*Program, error) {
	return CompileWith(f, isPredeclared, nil)
}

// CompileWith is Compile for a program that calls hooks as it runs; nil: none.
func CompileWith(f *syntax.File, isPredeclared func(name string) bool, hooks *Hooks) (*Program, error) {
	if err := resolve.File(f, isPredeclared, starlark.Universe.Has); err != nil {
		return nil, err
	}
	return compile(f, bindings(f.Module.(*resolve.Module).Globals), nil, hooks), nil
}

// compile compiles a file that is resolved; slots say where its globals are, if not in order.
func compile(f *syntax.File, globals []binding, slots []int, hooks *Hooks) *Program {
	m := f.Module.(*resolve.Module)
	pos := syntax.MakePosition(&f.Path, 1, 1)
	if len(f.Stmts) > 0 {
		pos = syntax.Start(f.Stmts[0])
	}
	p := &Program{globals: globals}
	c := &compiler{prog: p, pre: map[string]int{}, slots: slots, hooks: hooks}
	p.top = c.code(nil, &resolve.Function{Pos: pos, Name: "<toplevel>", Body: f.Stmts, Locals: m.Locals})
	p.defs = sync.OnceValue(p.index)
	return p
}

// Init runs the top level of the program on a thread and returns its globals, as
// far as they were set even when it fails. It blocks until the top level has ended.
func (p *Program) Init(thread *starlark.Thread, predeclared starlark.StringDict) (starlark.StringDict, error) {
	if known.err != nil {
		return nil, known.err
	}
	e, err := p.run(thread, make([]val, len(p.globals)), predeclared)
	if e == nil {
		return nil, err
	}
	return e.dict(), err
}

// run runs the top level on variables. Without an env it did not begin.
func (p *Program) run(thread *starlark.Thread, globals []val, predeclared starlark.StringDict) (*env, error) {
	e := &env{mod: &module{prog: p}, globals: globals, pre: make([]starlark.Value, len(p.pre))}
	e.mod.live = e
	for i, name := range p.pre {
		if v, ok := predeclared[name]; ok {
			e.pre[i] = v
		} else if v, ok := starlark.Universe[name]; ok {
			e.pre[i] = v
		} else {
			return nil, errors.New("eval: " + name + " is not predeclared, but Compile was told that it is")
		}
	}
	m := machineOf(thread)
	fn := &Function{code: p.top, env: e, owner: m.ownerNow()}
	_, err := starlark.Call(thread, fn, nil, nil)
	return e, err
}

// ownerNow returns the owner of what the running call may assign.
func (m *machine) ownerNow() *owner {
	if m.owner == nil {
		m.owner = new(owner)
	}
	return m.owner
}

func bindings(list []*resolve.Binding) []binding {
	bs := make([]binding, len(list))
	for i, b := range list {
		bs[i] = binding{b.First.Name, b.First.NamePos}
	}
	return bs
}
