package differ_test

import (
	"fmt"
	"math/rand/v2"
	"strings"
)

// A sample is a generated program: a main file, and modules that it may load.
type sample struct {
	main    string
	modules map[string]string
	mode
}

// A mode is how a sample is run.
type mode struct {
	universe bool // with the evaluator's own universe, not go.starlark.net's
	hooks    bool // with hooks that look on
}

// choices are what a program is generated from: bytes, and when they are used up,
// random numbers. The same choices make the same program.
type choices struct {
	script []byte
	rand   *rand.PCG
}

func newChoices(seed uint64, script []byte) *choices {
	return &choices{script, rand.NewPCG(seed, 0)}
}

// n returns a number from 0 to max-1.
func (c *choices) n(max int) int {
	if len(c.script) > 0 {
		b := int(c.script[0])
		c.script = c.script[1:]
		if max > 256 && len(c.script) > 0 {
			b = b<<8 | int(c.script[0])
			c.script = c.script[1:]
		}
		return b % max
	}
	return int(uint32(c.rand.Uint64()>>32)) % max
}

// odds is true in part of 1024 cases.
func (c *choices) odds(part int) bool { return c.n(1024) < part }

func pick[T any](c *choices, list []T) T { return list[c.n(len(list))] }

// A gen writes one file.
type gen struct {
	*choices
	out    strings.Builder
	indent int
	left   int // lines that may still be written, about
	names  int // names made so far
	scopes []scope
	late   []variable // globals that functions use and that are set later
	spread bool       // whether the text goes over many lines and columns
	danger int        // how many of 1024 expressions are meant to fail
	wild   int        // how many of 1024 operands are of any kind
	loops  int        // around the statement, in its function
	defs   int        // around the statement
}

// generate makes a program.
func generate(c *choices) sample {
	s := sample{modules: map[string]string{}, mode: mode{universe: c.n(2) == 0, hooks: c.n(8) == 0}}
	danger, wild := pick(c, levels), pick(c, levels)
	var load string
	var loaded []variable
	for i := range pick(c, []int{0, 0, 0, 1, 1, 2}) {
		name := fmt.Sprintf("m%d", i)
		g := newGen(c, 2+c.n(6))
		if c.n(4) == 0 {
			g.danger = danger
		}
		g.names = 100 * (i + 1)
		g.module()
		s.modules[name] = g.out.String()
		text, vars := g.load(name)
		load += text
		loaded = append(loaded, vars...)
	}
	g := newGen(c, 3+c.n(26))
	g.danger, g.wild = danger, wild
	g.out.WriteString(load)
	for _, v := range loaded {
		g.declare(v)
	}
	g.module()
	s.main = g.out.String()
	return s
}

// levels are how many of 1024 expressions go wrong: most programs should run for a
// while before they fail, and half of them to the end.
var levels = []int{0, 0, 0, 0, 0, 1, 1, 4, 15}

func newGen(c *choices, lines int) *gen {
	return &gen{choices: c, left: lines, spread: c.n(12) == 0, scopes: make([]scope, 1, 8)}
}

// module writes a file's statements.
func (g *gen) module() {
	for g.left > 0 {
		g.stmt()
		if len(g.late) > 0 && g.n(4) == 0 {
			g.settle()
		}
	}
	if g.n(4) == 0 {
		g.line("print(" + g.some("x") + ")")
	}
	if g.n(5) == 0 {
		g.failure()
	}
	for len(g.late) > 0 {
		g.settle()
	}
}

// settle sets a global that functions may have used already.
func (g *gen) settle() {
	v := g.late[0]
	g.late = g.late[1:]
	g.line(v.name + " = " + g.some(v.kind))
	g.declare(v)
}

// load returns a statement that loads names of the module just written, and the
// names. It asks for a wrong one now and then.
func (g *gen) load(module string) (string, []variable) {
	var items []string
	var vars []variable
	exports := g.scopes[0].vars
	if len(exports) == 0 && g.n(16) > 0 {
		return "", nil
	}
	for i := range 1 + g.n(3) {
		v := variable{name: "nothing", kind: "x"}
		if len(exports) > 0 && !g.odds(8) {
			v = exports[g.n(len(exports))]
		}
		from := v.name
		if g.odds(4) {
			from += "0" // is it close enough for a hint?
		}
		if v.sig != nil || g.n(2) == 0 {
			v.name = fmt.Sprintf("%s_%s%d", v.name, module, i)
			items = append(items, fmt.Sprintf("%s = %q", v.name, from))
		} else {
			v.name = fmt.Sprintf("%s_%s%d", from, module, i)
			items = append(items, fmt.Sprintf("%s=%q", v.name, from))
		}
		v.fixed = true // names of load statements belong to the file
		vars = append(vars, v)
	}
	if g.odds(8) {
		module = "absent"
	}
	return fmt.Sprintf("load(%q, %s)\n", module, strings.Join(items, ", ")), vars
}

// line writes one line, or the lines of one simple statement.
func (g *gen) line(text string) {
	if g.spread && g.n(8) == 0 {
		g.out.WriteString(strings.Repeat("\n", pick(g.choices, []int{1, 2, 14, 17, 40, 300})))
	}
	for range g.indent {
		g.out.WriteString("\t")
	}
	g.out.WriteString(text)
	g.out.WriteString("\n")
	g.left--
}

// name makes a new name.
func (g *gen) name(prefix kind) string {
	g.names++
	return fmt.Sprintf("%s%d", prefix, g.names)
}
