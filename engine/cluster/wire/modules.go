package wire

import (
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
)

// Modules are compiled modules by the hash of their source. They belong to one engine. It is
// safe for concurrent use.
type Modules struct {
	mu      sync.Mutex // guards what follows
	scripts map[Hash]*compiling
	kept    int // bytes of sources
}

// maxSources is how many bytes of sources are kept compiled, about; then all are forgotten.
const maxSources = 64 << 20

// NewModules returns an empty cache.
func NewModules() *Modules { return &Modules{scripts: map[Hash]*compiling{}} }

// A compiling is a module that somebody compiles or has compiled.
type compiling struct {
	once   sync.Once
	script *engine.Script
	err    error
}

// get returns a compiled module. Who asks for one that another compiles waits for it; a
// failure is not kept.
func (m *Modules) get(h Hash, d *Decoder) (*engine.Script, error) {
	m.mu.Lock()
	c := m.scripts[h]
	if c == nil {
		c = &compiling{}
		m.scripts[h] = c
	}
	m.mu.Unlock()
	c.once.Do(func() {
		var size int
		c.script, size, c.err = d.compile(h)
		m.compiled(h, c, size)
	})
	return c.script, c.err
}

func (m *Modules) compiled(h Hash, c *compiling, size int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if c.err != nil {
		delete(m.scripts, h)
		return
	}
	if m.kept += size; m.kept > maxSources {
		clear(m.scripts)
		m.scripts[h], m.kept = c, size
	}
}

// compile compiles a module. Nothing of it runs.
func (d *Decoder) compile(h Hash) (*engine.Script, int, error) {
	data, err := d.fetch(h)
	if err != nil {
		return nil, 0, err
	}
	src, err := readSource(data)
	if err != nil {
		return nil, 0, err
	}
	script, err := d.run.Engine().CompileSource(src)
	return script, len(data), err
}

// A program is a module as the run has it.
type program struct {
	*eval.Program
	scope eval.Scope // to make others of
}

// program returns the module with a hash.
func (d *Decoder) program(h Hash) (*program, error) {
	d.mu.Lock()
	p := d.programs[h]
	d.mu.Unlock()
	if p != nil {
		return p, nil
	}
	script, err := d.opts.Modules.get(h, d)
	if err != nil {
		return nil, err
	}
	prog, err := d.run.Adopt(script)
	if err != nil {
		return nil, err
	}
	scope, err := prog.NewScope(func(name string) (starlark.Value, bool) { return d.run.Predeclared(name) })
	if err != nil {
		return nil, &Flaw{err.Error()}
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	if known := d.programs[h]; known != nil {
		return known, nil
	}
	p = &program{prog, scope}
	d.programs[h] = p
	return p, nil
}
