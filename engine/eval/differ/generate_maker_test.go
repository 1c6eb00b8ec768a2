package differ_test

import "strings"

// make returns an expression that templates call by name.
func (g *gen) make(name string, depth int) text {
	switch name {
	case "border":
		return border(g, depth)
	case "float":
		return float(g, depth)
	case "call":
		return g.call(depth)
	case "badcall":
		return g.badCall(depth)
	case "lambda":
		return g.lambda(depth)
	case "named":
		return g.named()
	case "cond":
		k := g.anyKind()
		return text{g.hole(k, depth).operand() + " if " + g.hole(g.rather("b"), depth).operand() + " else " + g.hole(k, depth).operand(), true}
	case "logic":
		return g.logic(depth)
	case "slice":
		return g.slice(depth, g.danger > 0 && g.n(4) == 0)
	case "badslice":
		return g.slice(depth, true)
	case "bare":
		return g.bare(1 + g.n(3))
	case "bareslice":
		return g.bareSlice(1 + g.n(2))
	case "chain":
		return g.chain(depth)
	case "ints":
		return g.comprehension("[", "n", "", depth)
	case "list":
		return g.comprehension("[", g.anyKind(), "", depth)
	case "dict":
		return g.comprehension("{", "k", g.anyKind(), depth)
	case "mixed":
		return g.mixed(depth)
	case "compared":
		k := g.anyKind()
		return text{g.hole(k, depth).operand() + pick(g.choices, []string{" < ", " <= ", " > ", " >= ", " == ", " != "}) + g.hole(k, depth).operand(), true}
	case "method":
		return g.method(depth)
	}
	panic("no maker " + name)
}

func (g *gen) anyKind() kind { return string(concrete[g.n(len(concrete))]) }

// rather returns a kind, or sometimes any.
func (g *gen) rather(k kind) kind {
	if g.n(4) == 0 {
		return "x"
	}
	return k
}

// logic is a chain of and, or, not, with parentheses in places that matter.
func (g *gen) logic(depth int) text {
	k := g.anyKind()
	s := g.hole(k, depth).operand()
	for range 1 + g.n(3) {
		op := pick(g.choices, []string{" and ", " or ", " and not ", " or not "})
		s += op + g.hole(g.rather(k), depth).operand()
		if g.n(4) == 0 {
			s = "(" + s + ")"
		}
	}
	return text{s, true}
}

// mixed is a binary operation on operands of any kinds; a product has a factor
// that makes nothing huge.
func (g *gen) mixed(depth int) text {
	op := pick(g.choices, []string{"+", "-", "*", "/", "//", "%", "&", "|", "^", "<<", ">>", "in", "not in", "+", "==", "<"})
	right := "x"
	if op == "*" {
		right = "M"
	}
	x, y := g.hole("x", depth).operand(), g.hole(right, depth).operand()
	if op == "*" && g.n(2) == 0 {
		x, y = y, x
	}
	return text{x + " " + op + " " + y, true}
}

// chain is a sum of three or more, with literals side by side.
func (g *gen) chain(depth int) text {
	k := pick(g.choices, []kind{"s", "s", "l", "t", "y", "L", "n"})
	s := ""
	for i := range 2 + g.n(4) {
		if i > 0 {
			s += " + "
		}
		switch g.n(8) {
		case 0:
			s += g.hole(k, depth).operand()
		case 1:
			s += "(" + g.literal(k).s + ")"
		case 2:
			s = "(" + s + g.literal(k).operand() + ")"
		default:
			s += g.literal(k).operand()
		}
	}
	return text{s, true}
}

// slice has any of lo, hi and step. A bad one fails, most likely: in
// go.starlark.net, its position is that of what was evaluated before.
func (g *gen) slice(depth int, bad bool) text {
	k := pick(g.choices, []kind{"l", "s", "t", "y", "L", "r", "m", "q", "l", "s"})
	if bad && g.n(2) == 0 {
		k = "x"
	}
	var x string
	a, b := g.hole(k, depth).operand(), g.hole(k, depth).operand()
	switch g.n(8) {
	case 0:
		x = "(" + a + " if " + g.hole(g.rather("b"), depth).operand() + " else " + b + ")"
	case 1:
		x = "(" + a + pick(g.choices, []string{" or ", " and "}) + b + ")"
	case 2:
		x = "echo(" + a + ")"
	case 3:
		x = "(lambda: " + a + ")()"
	default:
		x = a
	}
	bound := func() string {
		if g.n(3) == 0 {
			return ""
		}
		if bad && g.n(3) == 0 {
			return g.hole("x", depth).s
		}
		return pick(g.choices, []text{g.hole("i", depth), g.hole("i", 0), {s: "None"}, g.hole("n", 0), g.expr("i", 1)}).s
	}
	s := x + "[" + bound() + ":" + bound()
	switch g.n(5) {
	case 0:
		s += ":"
	case 1, 2:
		s += ":" + g.hole("Z", 0).s
	case 3:
		if bad {
			s += ":" + pick(g.choices, []string{"0", "0", "1.5", "None", `"a"`, "2147483648", "9223372036854775808", "[]", "None or 0", "0 if True else 1"})
		}
	}
	return text{s: s + "]"}
}

// comprehension is of a list or dict, with one to three clauses.
func (g *gen) comprehension(open string, key, value kind, depth int) text {
	g.push(false)
	clauses := g.forClause(depth)
	for range g.n(3) {
		if g.n(2) == 0 {
			clauses += " if " + g.expr(g.rather("b"), depth).operand()
		} else {
			clauses += g.forClause(depth - 1)
		}
	}
	body := g.expr(key, depth).s
	closing := "]"
	if open == "{" {
		body += ": " + g.expr(value, depth).s
		closing = "}"
	}
	g.scopes = g.scopes[:len(g.scopes)-1]
	return text{s: open + body + clauses + closing}
}

func (g *gen) forClause(depth int) string {
	over := pick(g.choices, []kind{"l", "r", "l", "m", "t", "d", "e", "L", "v"})
	x := g.expr(over, depth).operand()
	return " for " + g.loopVar(over) + " in " + x
}

// loopVar makes a variable for the elements of something; sometimes it hides
// another one.
func (g *gen) loopVar(over kind) string {
	k := elements[over]
	if k == "" {
		k = "x"
	}
	name := g.name("v")
	if g.n(30) == 0 {
		if v := g.variable("x"); v != nil && v.sig == nil && !sound(v.kind) {
			name = v.name
		}
	}
	g.declare(variable{name: name, kind: k, fixed: true})
	return name
}

// elements of iterable kinds.
var elements = map[kind]kind{"l": "n", "m": "s", "d": "s", "e": "n", "r": "n", "D": "k"}

// methods by kind, of which any may be called on anything. Not rsplit: without a
// separator go.starlark.net takes memory for as many words as it is told at the most.
var methods = map[kind][]string{
	"s": strings.Fields("capitalize codepoint_ords codepoints count elem_ords elems endswith find format index isalnum isalpha isdigit islower isspace istitle isupper join lower lstrip partition removeprefix removesuffix replace rfind rindex rpartition rstrip split splitlines startswith strip title upper"),
	"l": strings.Fields("append clear extend index insert pop remove"),
	"d": strings.Fields("clear get items keys pop popitem setdefault update values"),
	"e": strings.Fields("add clear difference discard intersection issubset issuperset pop remove symmetric_difference union update"),
	"y": {"elems"},
}

// method is a method call with arguments of any kind and number.
func (g *gen) method(depth int) text {
	k := pick(g.choices, []kind{"s", "s", "s", "l", "l", "d", "d", "e", "y"})
	name := pick(g.choices, methods[k])
	s := g.hole(g.rather(k), depth).operand()
	if s[0] >= '0' && s[0] <= '9' {
		s = "(" + s + ")"
	}
	s += "." + name + "("
	for i := range g.n(4) {
		if i > 0 {
			s += ", "
		}
		// A number of times may not be large: nothing becomes huge.
		s += g.hole(pick(g.choices, []kind{"x", "i", "s", "S", "o", k, "l", "b"}), depth).s
	}
	if g.n(20) == 0 {
		if s[len(s)-1] != '(' {
			s += ", "
		}
		s += "key = " + g.hole("x", depth).s
	}
	return text{s: s + ")"}
}
