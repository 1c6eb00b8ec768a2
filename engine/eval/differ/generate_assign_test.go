package differ_test

import "strings"

func (g *gen) newVariable() {
	k := pick(g.choices, []kind{"n", "n", "s", "l", "d", "I", "I", "F", "L", "c", g.anyKind(), g.anyKind()})
	v := variable{name: g.name(k), kind: k}
	g.line(v.name + " = " + g.some(k))
	g.declare(v)
}

// reassign gives a variable another value; of another kind only where this holds
// for all that follows.
func (g *gen) reassign() {
	v := g.target(concrete + "IF")
	if v == nil {
		g.newVariable()
		return
	}
	k := v.kind
	name := v.name
	if g.straight() && g.n(3) == 0 && !strings.Contains("IF", k) {
		k = g.anyKind()
	}
	value := g.some(k)
	if v := g.target(concrete + "IF"); v != nil && v.name == name {
		v.kind = k // the same one; it may have moved
	} else if k != "x" {
		for i := range g.scopes {
			for j := range g.scopes[i].vars {
				if v := &g.scopes[i].vars[j]; v.name == name {
					v.kind = k
				}
			}
		}
	}
	g.line(name + " = " + value)
}

// operators of augmented assignments by kind, with their right operands.
var augments = parseTables(map[kind]string{
	"i": `+= $J ; -= $J ; %= $J ; //= $J`,
	"n": `+= $n ; -= $n ; *= $M ; //= $Z ; %= $Z ; &= $n ; |= $n ; ^= $n ; <<= $J ; >>= $J ; += $i ; -= 1 ; += 1`,
	"I": `+= $I ; -= $I ; *= $I ; //= $Z ; %= $Z ; &= $I ; |= $I ; ^= $I ; <<= $J ; >>= $J ; += 1`,
	"F": `+= $N ; -= $N ; *= $N ; /= $Z ; //= $Z ; %= $Z`,
	"f": `+= $u ; -= $u ; *= $M ; /= $Z ; //= $J ; %= $J`,
	"s": `+= $s ; *= $j ; %= () if False else {} ; += "x"`,
	"y": `+= $y ; *= $j`,
	"l": `+= $l ; += [$n] ; += $r ; += ($n, $n) ; *= $j ; += $e ; += bag(1, 2)`,
	"m": `+= $m ; += $d ; *= $j ; += $s.elems()`,
	"L": `+= $L ; += $v ; += [$x] ; *= $j ; += $d ; += $q`,
	"t": `+= $t ; += ($x,) ; *= $j`,
	"d": `|= $d ; |= {$W: $n}`,
	"D": `|= $D ; |= $d`,
	"e": `|= $e ; &= $e ; -= $e ; ^= $e`,
	"h": `+= $i ; -= $h`,
})

// clash are augmented assignments that mostly fail.
var clash = parseTemplates(`+= $x ; -= $x ; *= 2.5 ; /= $x ; //= $x ; %= $x ; &= $x ; |= $x ; ^= $x ; <<= $x ; >>= $x ; += $s ; += $l ; |= $l ; |= $d ; += None ; *= None ; //= 0 ; %= 0 ; /= 0 ; <<= -1 ; >>= 600 ; <<= 512`)

func (g *gen) operator(k kind) string {
	list := augments[k]
	if len(list) == 0 || g.danger > 0 && g.odds(g.danger) || g.wild > 0 && g.odds(g.wild) {
		list = clash
	}
	var b strings.Builder
	g.fill(&b, pick(g.choices, list), 1, nil)
	return b.String()
}

func (g *gen) augmented() {
	v := g.target("inIFfsylmLtdDeh")
	if v == nil {
		g.newVariable()
		return
	}
	name := v.name
	g.line(name + " " + g.operator(v.kind))
}

// item changes something within a value, in ways that need not fail.
func (g *gen) item() {
	k := pick(g.choices, []kind{"l", "L", "d", "D", "h", "q", "w", "d", "l"})
	x := g.expr(k, 0).operand()
	var target string
	inner := kind("n")
	switch k {
	case "l", "L", "q":
		target = x + "[" + pick(g.choices, []string{"0", "-1", "1", g.some("i")}) + "]"
	case "d", "D", "w":
		target = x + "[" + pick(g.choices, []string{`"a"`, `"b"`, g.some("s"), g.some("k")}) + "]"
	case "h":
		target = x + pick(g.choices, []string{".x", ".x", ".x", ".n", ".y"})
		inner = "x"
	}
	if k == "L" || k == "D" {
		inner = "x"
	}
	value := g.some(inner)
	switch g.n(5) {
	case 0, 1, 2:
		g.guarded(k, x, target+" = "+value)
	default:
		if inner == "x" {
			inner = "none"
		}
		if k == "d" || k == "w" || k == "D" || k == "h" {
			g.line(target + " = " + g.some("n"))
			inner = "n"
		}
		g.guarded(k, x, target+" "+g.operator(inner))
	}
}

// guarded writes an assignment that fails for an empty list only rarely.
func (g *gen) guarded(k kind, x, assign string) {
	if strings.Contains("lLq", k) && g.n(8) > 0 {
		g.line("if len(" + x + ") > 1:")
		assign = "\t" + assign
	}
	g.line(assign)
}

// unpack assigns to several targets.
func (g *gen) unpack() {
	var vars []variable
	lhs, rhs := g.targets(&vars, 0)
	g.line(lhs + " = " + rhs)
	for _, v := range vars {
		g.declare(v)
	}
}

// targets returns a list of targets and a value that fits, most times.
func (g *gen) targets(vars *[]variable, depth int) (lhs, rhs string) {
	var left, right []string
	for range 1 + g.n(4-depth) {
		switch roll := g.n(10); {
		case roll == 0 && depth < 2:
			l, r := g.targets(vars, depth+1)
			left, right = append(left, l), append(right, r)
		case roll == 1:
			left, right = append(left, g.expr("d", 0).operand()+`["u"]`), append(right, g.some("n"))
		case roll == 2:
			left, right = append(left, g.expr("h", 0).operand()+".x"), append(right, g.some("x"))
		default:
			k := pick(g.choices, []kind{"n", "s", "x", "l", "I", "F"})
			v := variable{name: g.name(k), kind: k}
			if t := g.target(k); t != nil && g.n(2) == 0 {
				v = *t
			} else {
				*vars = append(*vars, v)
			}
			left, right = append(left, v.name), append(right, g.some(k))
		}
	}
	if g.odds(g.danger) {
		right = append(right, g.some("x"))
	} else if g.odds(g.danger) {
		right = right[1:]
	}
	r := strings.Join(right, ", ")
	switch g.n(4) {
	case 0:
		rhs = "[" + r + "]"
	case 1:
		rhs = "row(" + r + ")"
	default:
		rhs = "(" + r + ",)"
		if len(right) == 0 {
			rhs = "()"
		}
	}
	l := strings.Join(left, ", ")
	switch {
	case g.n(2) == 0:
		return "[" + l + "]", rhs
	case len(left) == 1:
		return "(" + l + ",)", rhs
	case depth > 0 || g.n(3) == 0:
		return "(" + l + ")", rhs
	}
	return l, rhs
}
