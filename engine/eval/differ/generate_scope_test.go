package differ_test

import "strings"

// A kind is what an expression is meant to be; templates know it by its letter.
// Nobody promises that it is: control flow and wild operands see to that. Only
// expressions of the upper case kinds I, F, N are what they say, if they do not
// fail, so that they may be multiplied: nothing becomes huge by it.
//
//	I int of any size      F float               N int or float
//	j int, -20 to 20       i int, mostly small   n int of any size   f float   u any number
//	b bool                 o None                s string            y bytes
//	l list of ints         m list of strings     L list              t tuple
//	d dict string to int   D dict                e set of ints       r range
//	c function of one argument                   g function
//	h box                  q row                 w table             a bag (see host values)
//	k something hashable   v something iterable  x anything
type kind = string

const (
	concrete = "ijnfbosylmLtdDerchqwa" // kinds of which "anything" is one
	mutable  = "lmLdDe"
)

// sound kinds are what they say.
func sound(k kind) bool { return strings.Contains("IFNj", k) }

// fits tells which kinds of variables may stand for a kind.
var fits = map[kind]string{
	"N": "IFN", "u": "ijnfIFN", "n": "nijI", "i": "ijI", "j": "j", "f": "fF",
	"L": "Llm", "D": "Dd", "g": "gc",
	"k": "ijnfIFNsby", "v": "lmLtdDerqa", "x": concrete + "gIFN",
}

// A variable is a name in scope.
type variable struct {
	name  string
	kind  kind
	sig   *signature // of a function made by def
	fixed bool       // it is not assigned again
}

// A scope is a block: of a module, function, comprehension or compound statement.
type scope struct {
	vars     []variable
	function bool // begins a function
}

func (g *gen) declare(v variable) {
	s := &g.scopes[len(g.scopes)-1]
	s.vars = append(s.vars, v)
}

func (g *gen) push(function bool) { g.scopes = append(g.scopes, scope{function: function}) }

// pop leaves a block. What it assigned may be unset: others see it only rarely.
func (g *gen) pop() {
	n := len(g.scopes) - 1
	inner := g.scopes[n]
	g.scopes = g.scopes[:n]
	if !inner.function && len(inner.vars) > 0 && g.odds(g.danger+8) {
		v := inner.vars[g.n(len(inner.vars))]
		if !v.fixed {
			g.declare(v)
		}
	}
}

// find returns one of the variables that a test accepts.
func (g *gen) find(from int, ok func(*variable) bool) *variable {
	var found *variable
	n := 0
	for i := from; i < len(g.scopes); i++ {
		vars := g.scopes[i].vars
		for j := range vars {
			if v := &vars[j]; ok(v) {
				if n++; g.n(n) == 0 {
					found = v
				}
			}
		}
	}
	return found
}

// variable returns one that may be read as a kind.
func (g *gen) variable(k kind) *variable {
	if g.defs > 0 && g.n(80) == 0 && strings.Contains("nslx", k) {
		return g.lateVariable(k)
	}
	letters := fits[k]
	if letters == "" {
		letters = k
	}
	return g.find(0, func(v *variable) bool { return strings.Contains(letters, v.kind) })
}

// lateVariable returns a global that will be set later.
func (g *gen) lateVariable(k kind) *variable {
	for i := range g.late {
		if g.late[i].kind == k {
			return &g.late[i]
		}
	}
	g.late = append(g.late, variable{name: g.name("late"), kind: k})
	return &g.late[len(g.late)-1]
}

// target returns a variable of one of some kinds that a statement may assign.
func (g *gen) target(kinds string) *variable {
	return g.find(g.own(), func(v *variable) bool { return !v.fixed && strings.Contains(kinds, v.kind) })
}

// own is the outermost block of the function being written.
func (g *gen) own() int {
	i := len(g.scopes) - 1
	for i > 0 && !g.scopes[i].function {
		i--
	}
	return i
}

// straight reports whether the statement is executed whenever its function is.
func (g *gen) straight() bool { return g.own() == len(g.scopes)-1 }
