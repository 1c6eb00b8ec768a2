package differ_test

import "strings"

// A signature is what the generator knows of a function made by def.
type signature struct {
	params       []param
	args, kwargs bool // it has *args, **kwargs
	result       kind
}

type param struct {
	name     string
	kind     kind
	optional bool
	keyword  bool // it cannot be given by position
}

// lambda is a function of one argument.
func (g *gen) lambda(depth int) text {
	g.push(true)
	g.defs++
	name := g.name("p")
	g.declare(variable{name: name, kind: pick(g.choices, []kind{"x", "x", "n", "s", "i", "u"})})
	params := name
	if g.n(6) == 0 {
		params += pick(g.choices, []string{", *rest", ", **kw", ", q = None", ", *, q = 1"})
	}
	body := g.expr("x", depth)
	g.defs--
	g.scopes = g.scopes[:len(g.scopes)-1]
	return text{"lambda " + params + ": " + body.operand(), true}
}

// named is a function that has a name.
func (g *gen) named() text {
	if g.n(3) > 0 {
		if v := g.find(0, func(v *variable) bool { return v.sig != nil || v.kind == "c" }); v != nil {
			return text{s: v.name}
		}
	}
	return text{s: pick(g.choices, strings.Fields("len str repr type bool list tuple set sorted abs int float max min any all hash ord chr print fail dir reversed enumerate zip boom echo plain placed stack apply info box row"))}
}

// signature makes one.
func (g *gen) signature() *signature {
	sig := &signature{result: g.anyKind()}
	if g.n(3) == 0 {
		sig.result = pick(g.choices, []kind{"n", "s", "l", "x", "b"})
	}
	n := pick(g.choices, []int{0, 1, 1, 2, 2, 3, 4})
	optional := false
	for range n {
		optional = optional || g.n(4) == 0
		k := pick(g.choices, []kind{"n", "n", "s", "l", "x", "i", "d", "f", "L", "t", "b", "u", g.anyKind()})
		sig.params = append(sig.params, param{name: g.name("p"), kind: k, optional: optional})
	}
	sig.args = g.n(6) == 0
	if g.n(6) == 0 {
		for range 1 + g.n(2) {
			sig.params = append(sig.params, param{g.name("p"), g.anyKind(), g.n(2) == 0, true})
		}
	}
	sig.kwargs = g.n(6) == 0
	return sig
}

// parameters writes a parameter list.
func (g *gen) parameters(sig *signature) string {
	var list []string
	star := false
	for _, p := range sig.params {
		if p.keyword && !star {
			star = true
			if sig.args {
				list = append(list, "*args")
			} else {
				list = append(list, "*")
			}
		}
		if p.optional {
			p.name += pick(g.choices, []string{"=", " = "}) + g.expr(p.kind, 1).s
		}
		list = append(list, p.name)
	}
	if sig.args && !star {
		list = append(list, "*args")
	}
	if sig.kwargs {
		list = append(list, "**kwargs")
	}
	return strings.Join(list, ", ")
}
