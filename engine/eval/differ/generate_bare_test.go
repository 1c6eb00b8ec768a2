package differ_test

// In go.starlark.net, some errors are reported where the byte code before them came
// from: a slice that fails, and a call whose arguments do not fit, which shows the
// first instruction of the callee. Literals and names of the universe have no
// position, branches are laid out in their own order. So expressions and statements
// are made here of parts that mostly have none and do not fail.

// bare returns an expression; known names have positions.
func (g *gen) bare(depth int) text {
	if depth <= 0 || g.n(4) == 0 {
		if g.n(5) == 0 {
			if v := g.variable("x"); v != nil {
				return text{s: v.name}
			}
		}
		return text{s: pick(g.choices, []string{"None", "True", "False", "0", `"a"`, "[]", "()", "{}", "len", "str", "1.5"})}
	}
	b := func() string { return g.bare(depth - 1).operand() }
	switch g.n(22) {
	case 0, 1, 2:
		return text{b() + " if " + b() + " else " + b(), true}
	case 3, 4:
		return text{b() + " or " + b(), true}
	case 5, 6:
		return text{b() + " and " + b(), true}
	case 7:
		return text{"not " + b(), true}
	case 8:
		return text{s: "[" + b() + ", " + b() + "]"}
	case 9:
		return text{s: "(" + b() + ", " + b() + ")"}
	case 10:
		return text{s: "{0: " + b() + "}"}
	case 11:
		return text{s: "[" + b() + " for _ in [" + b() + "] if " + b() + "]"}
	case 12:
		return text{s: "[" + b() + " for _ in () if " + b() + " for _ in " + b() + "]"}
	case 13:
		return text{b() + " == " + b(), true}
	case 14:
		return text{b() + " not in [" + b() + "]", true}
	case 15:
		return text{"lambda: " + b(), true}
	case 16:
		return text{"lambda a, b = " + b() + ", *c, d = " + b() + ": " + b(), true}
	case 17:
		return text{s: "[" + b() + "][0]"}
	case 18:
		return text{s: `"a"[` + pick(g.choices, []string{"", "0", "None"}) + ":" + b() + "]"}
	case 19:
		return text{pick(g.choices, []string{`"a" + "b"`, "[] + []", "() + ()", "[] + [] + []"}), true}
	case 20:
		return text{s: "type(" + b() + ")"}
	}
	return g.bareSlice(depth - 1)
}

func (g *gen) bareSlice(depth int) text {
	s := g.bare(depth).operand() + "["
	if g.n(2) == 0 {
		s += g.bare(depth).operand()
	}
	s += ":"
	if g.n(2) == 0 {
		s += g.bare(depth).operand()
	}
	if g.n(3) == 0 {
		s += ":" + g.bare(depth-1).operand()
	}
	return text{s: s + "]"}
}

// bareFunction writes a function that begins with a bare statement, and a call that
// does not fit.
func (g *gen) bareFunction() { g.write(pick(g.choices, bareFunctions)) }

var bareFunctions = parseSnippets(`
def #f(#a):
	@bare
	return #a
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	"""text"""
	pass
	#b = @bare
print(attempt(#f), attempt(#f, 1))

def #f():
	if @bare:
		pass
	elif @bare:
		@bare
	else:
		@bareslice
	@bareslice
print(attempt(#f, 1), attempt(#f))

def #f(*, #a):
	if @bare:
		"text"
	else:
		pass
	while @bare:
		@bareslice
		break
	return @bareslice
print(attempt(#f), attempt(#f, #a = 1))

def #f(#a):
	while @bare:
		pass
		@bare
		break
	return None
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	for #v in [@bare]:
		if @bare:
			continue
		@bareslice
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	#b, [#c] = @bare, [@bare]
	return #b[@bare:]
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	def #g(#b = @bare):
		return @bareslice
	return #g(*[1, 2])
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	return @bare
print(attempt(#f), attempt(#f, 1), attempt(#f, 1, 2))

def #f(#a):
	return
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	[@bare][0] += @bare
	return (lambda: @bareslice)(1)
print(attempt(#f), attempt(#f, 1))

def #f(#a):
	{0: @bare}[0] = @bare
	return apply(lambda: @bare, 1)
print(attempt(#f), attempt(#f, 1))

print(attempt(lambda: @bareslice), attempt(lambda: @bareslice), attempt(lambda #a: @bareslice))

print(attempt(lambda: [@bareslice for #a in [1] if @bare]), attempt(lambda: {1: @bareslice}))

print(attempt(lambda: @bareslice + @bareslice), attempt(lambda: (@bareslice)[0]), attempt(lambda: (@bareslice)(1)))

if @bare:
	print(@bareslice)
elif @bareslice:
	print(@bareslice)

for #a in [@bareslice]:
	print(@bareslice)
`)
