package differ_test

// def writes a function, and mostly a call of it.
func (g *gen) def() {
	if g.indent > 2 || g.defs > 2 {
		g.newVariable()
		return
	}
	if g.n(10) == 0 {
		g.recursive()
		return
	}
	sig := g.signature()
	v := variable{name: g.name("f"), kind: "g", sig: sig, fixed: true}
	if len(sig.params) > 0 && !sig.params[0].keyword && required(sig) <= 1 {
		v.kind = "c"
	}
	g.line("def " + v.name + "(" + g.parameters(sig) + "):")
	g.body(v, sig)
	g.declare(v)
	if g.n(3) > 0 {
		g.line("print(" + g.expr("x", 0).s + ", " + g.callee(v.name, 1, g.arguments(sig, 1)) + ")")
	} else if g.n(3) == 0 {
		g.line(v.name + " = " + v.name + " if " + g.expr("b", 1).operand() + " else " + v.name)
	}
}

func required(sig *signature) int {
	n := 0
	for _, p := range sig.params {
		if !p.optional {
			n++
		}
	}
	return n
}

// body writes the suite of a function.
func (g *gen) body(self variable, sig *signature) {
	loops := g.loops
	g.loops = 0
	g.defs++
	g.push(true)
	for _, p := range sig.params {
		g.declare(variable{name: p.name, kind: p.kind})
	}
	if sig.args {
		g.declare(variable{name: "args", kind: "t"})
	}
	if sig.kwargs {
		g.declare(variable{name: "kwargs", kind: "D"})
	}
	g.indent++
	if g.n(12) == 0 {
		g.line(`"Says what it does."`)
	}
	g.prologue(sig)
	for range g.n(4) {
		g.stmt()
	}
	if g.n(30) == 0 {
		g.unset()
	}
	if g.n(6) > 0 {
		g.line("return " + g.some(sig.result))
	} else {
		g.line("pass")
	}
	g.indent--
	g.pop()
	g.defs--
	g.loops = loops
}

// prologue makes of a parameter a local that is a number, if it does not fail: so
// that there is fast arithmetic in functions.
func (g *gen) prologue(sig *signature) {
	for _, p := range sig.params {
		if (p.kind == "n" || p.kind == "i") && g.n(2) == 0 {
			v := variable{name: g.name("I"), kind: "I"}
			g.line(v.name + " = int(" + p.name + ") if " + p.name + " else 0")
			g.declare(v)
		}
		if (p.kind == "f" || p.kind == "u") && g.n(2) == 0 {
			v := variable{name: g.name("F"), kind: "F"}
			g.line(v.name + " = float(" + p.name + ")")
			g.declare(v)
		}
	}
}

// unset writes a use of a local before it is set.
func (g *gen) unset() {
	v := g.name("u")
	switch g.n(5) {
	case 0:
		g.line(v + " += 1")
	case 1:
		g.line("if " + g.some("b") + ":")
		g.line("\t" + v + " = " + g.some("x"))
		g.line("print(" + v + ")")
	case 2:
		g.line("print((lambda: " + v + ")())")
		g.line(v + " = " + g.some("x"))
	case 3:
		g.line("for " + v + " in " + g.some("v") + ":")
		g.line("\tpass")
		g.line("print(" + v + " == " + v + ")")
	case 4:
		if o := g.find(0, func(o *variable) bool { return o.sig == nil && !o.fixed && !sound(o.kind) }); o != nil {
			g.line(o.name + " = " + g.some("x")) // hides one from outside, perhaps
		} else {
			g.line("pass")
		}
	}
}

// recursive writes a function that calls itself, a few times.
func (g *gen) recursive() {
	sig := &signature{result: pick(g.choices, []kind{"n", "l", "s", "x"})}
	count := param{name: g.name("p"), kind: "j"}
	other := param{name: g.name("p"), kind: sig.result, optional: g.n(2) == 0}
	sig.params = []param{count, other}
	v := variable{name: g.name("r"), kind: "g", sig: sig, fixed: true}
	g.line("def " + v.name + "(" + g.parameters(sig) + "):")
	g.push(true)
	g.defs++
	loops := g.loops
	g.loops = 0
	g.declare(variable{count.name, "i", nil, true})
	g.declare(variable{name: other.name, kind: other.kind})
	g.indent++
	g.line("if " + count.name + " <= 0:")
	g.line("\treturn " + pick(g.choices, []string{other.name, g.some(sig.result), g.some("x")}))
	for range g.n(2) {
		g.stmt()
	}
	again := v.name + "(" + count.name + " - 1"
	if !other.optional || g.n(2) == 0 {
		again += ", " + pick(g.choices, []string{other.name, g.some(sig.result)})
	}
	again += ")"
	switch g.n(4) {
	case 0:
		g.line("return " + again)
	case 1:
		g.line("return [" + again + "][0]")
	case 2:
		g.line("return sorted([2, 1], key = lambda a: str(" + again + "))")
	case 3:
		k := g.name("x")
		g.line(k + " = " + again)
		g.line("return " + k + " if " + g.expr("b", 1).operand() + " else " + other.name)
	}
	g.indent--
	g.pop()
	g.defs--
	g.loops = loops
	g.declare(v)
	g.line("print(" + v.name + "(" + pick(g.choices, []string{"1", "2", "3", "4"}) + ", " + g.some(sig.result) + "))")
}
