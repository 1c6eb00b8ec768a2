package differ_test

// stmt writes a statement of some kind.
func (g *gen) stmt() {
	switch roll := g.n(100); {
	case roll < 16:
		g.newVariable()
	case roll < 22:
		g.reassign()
	case roll < 33:
		g.augmented()
	case roll < 38:
		g.unpack()
	case roll < 43:
		g.item()
	case roll < 48:
		g.ifStmt()
	case roll < 55:
		g.forStmt()
	case roll < 58:
		g.whileStmt()
	case roll < 68:
		g.def()
	case roll < 75:
		g.snippet()
	case roll < 76:
		g.bareFunction()
	case roll < 84:
		g.line("print(" + g.some("x") + ")")
	case roll < 91:
		g.attempt()
	case roll < 97:
		g.line(g.expand(pick(g.choices, effects), 1).s)
	default:
		g.odd()
	}
}

// block writes an indented suite.
func (g *gen) block(max int) {
	g.indent++
	for range 1 + g.n(max) {
		g.stmt()
	}
	g.indent--
}

func (g *gen) ifStmt() {
	g.line("if " + g.some(g.rather("b")) + ":")
	g.arm()
	for g.n(3) == 0 {
		g.line("elif " + g.some(g.rather("b")) + ":")
		g.arm()
	}
	if g.n(2) == 0 {
		g.line("else:")
		g.arm()
	}
}

// arm is the suite of an if; it may end a loop or function.
func (g *gen) arm() {
	g.push(false)
	if g.indent > 4 {
		g.indent++
		g.line("pass")
		g.indent--
	} else {
		g.block(2)
	}
	g.indent++
	switch {
	case g.loops > 0 && g.n(3) == 0:
		g.line(pick(g.choices, []string{"break", "continue"}))
	case g.defs > 0 && g.n(6) == 0:
		g.line(pick(g.choices, []string{"return", "return " + g.some("x"), "return " + g.some("n")}))
	}
	if g.n(20) == 0 {
		g.stmt() // after a jump: it is never reached
	}
	g.indent--
	g.pop()
}

func (g *gen) forStmt() {
	if g.indent > 3 {
		g.newVariable()
		return
	}
	over := pick(g.choices, []kind{"l", "r", "r", "m", "t", "d", "e", "L", "v", "I"})
	g.push(false)
	switch {
	case over == "I": // a loop of arithmetic
		v := variable{g.name("v"), "I", nil, true}
		g.line("for " + v.name + " in (" + g.some("I") + ", " + g.some("I") + ", " + g.some("I") + "):")
		g.declare(v)
	case g.n(6) == 0:
		g.pairs()
	case over == "r" && g.n(2) == 0:
		v := variable{g.name("v"), "j", nil, true}
		g.line("for " + v.name + " in range(" + g.literal("j").s + "):")
		g.declare(v)
	default:
		x := g.some(over)
		g.line("for " + g.loopTarget(over) + " in " + x + ":")
	}
	g.loops++
	g.block(3)
	g.loops--
	g.pop()
}

// pairs is the head of a loop that unpacks what it runs over.
func (g *gen) pairs() {
	switch g.n(4) {
	case 0:
		x := g.some("D")
		k, v := g.name("v"), g.name("v")
		g.line("for " + k + ", " + v + " in " + pick(g.choices, []string{"(" + x + ")", "dict(" + x + ")"}) + ".items():")
		g.declare(variable{k, "k", nil, false})
		g.declare(variable{v, "x", nil, false})
	case 1:
		x := g.some("l")
		i, v := g.name("v"), g.name("v")
		g.line("for (" + i + ", " + v + ") in enumerate(" + x + "):")
		g.declare(variable{i, "j", nil, true})
		g.declare(variable{v, "n", nil, false})
	case 2:
		a, b, c := g.name("v"), g.name("v"), g.name("v")
		g.line("for " + a + ", [" + b + ", " + c + "] in [(" + g.some("n") + ", [" + g.some("s") + ", " + g.some("x") + "])] * 2:")
		g.declare(variable{a, "n", nil, false})
		g.declare(variable{b, "s", nil, false})
		g.declare(variable{c, "x", nil, false})
	case 3:
		a, b := g.name("v"), g.name("v")
		g.line("for " + a + ", " + b + " in zip(" + g.some("m") + ", " + g.some("l") + "):")
		g.declare(variable{a, "s", nil, false})
		g.declare(variable{b, "n", nil, false})
	}
}

// loopTarget is a new variable, sometimes a known one or a place within a value.
func (g *gen) loopTarget(over kind) string {
	switch g.n(16) {
	case 0:
		return g.expr("d", 0).operand() + `["loop"]`
	case 1:
		return g.expr("h", 0).operand() + ".x"
	case 2:
		k := elements[over]
		if k != "" {
			if v := g.target(k); v != nil {
				return v.name
			}
		}
	}
	name := g.loopVar(over)
	vars := g.scopes[len(g.scopes)-1].vars
	vars[len(vars)-1].fixed = g.n(2) == 0
	return name
}

func (g *gen) whileStmt() {
	if g.indent > 3 {
		g.newVariable()
		return
	}
	v := variable{g.name("j"), "j", nil, true}
	g.line(v.name + " = 0")
	g.declare(v)
	cond := v.name + " < " + g.literal("j").s
	switch g.n(4) {
	case 0:
		cond += " and " + g.expr("b", 1).operand()
	case 1:
		cond = "not " + v.name + " >= " + g.literal("j").s
	}
	g.line("while " + cond + ":")
	g.indent++
	g.line(v.name + " += 1")
	g.indent--
	g.push(false)
	g.loops++
	g.block(3)
	g.loops--
	g.pop()
}
