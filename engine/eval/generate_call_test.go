package eval_test

import (
	"fmt"
	"strings"
)

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

// An argument of a call.
type argument struct {
	name  string // "": by position
	value string
}

// call calls a function with arguments that fit, most times.
func (g *gen) call(depth int) text {
	f := g.find(0, func(v *variable) bool { return v.sig != nil })
	if f == nil {
		return g.expr("n", depth)
	}
	fn := *f // declarations may move it
	args := g.arguments(fn.sig, depth)
	if g.wild > 0 && g.odds(g.wild) {
		args = g.spoil(args, depth)
	}
	return text{s: g.callee(fn.name, depth, args)}
}

// badCall calls a function with arguments that may not fit.
func (g *gen) badCall(depth int) text {
	var sig *signature
	name := ""
	f := g.find(0, func(v *variable) bool { return v.sig != nil })
	if f != nil && g.n(4) > 0 {
		name, sig = f.name, f.sig
	} else {
		sig = g.signature()
		name = "(lambda " + g.parameters(sig) + ": " + g.hole("x", depth).operand() + ")"
	}
	return text{s: g.callee(name, depth, g.spoil(g.arguments(sig, depth), depth))}
}

// callee writes a call, sometimes by way of something else.
func (g *gen) callee(name string, depth int, args []argument) string {
	list := g.argumentList(args, depth)
	switch g.n(24) {
	case 0:
		return join("apply(", name, list)
	case 1:
		return join("attempt(", name, list)
	case 2:
		return "[" + name + "][0](" + list + ")"
	case 3:
		return "(lambda: " + name + "(" + list + "))()"
	case 4:
		return "echo(" + name + ")(" + list + ")"
	case 5:
		return join("box(1).call(", name, list)
	}
	return name + "(" + list + ")"
}

func join(open, name, list string) string {
	if list == "" {
		return open + name + ")"
	}
	return open + name + ", " + list + ")"
}

// arguments that fit a signature.
func (g *gen) arguments(sig *signature, depth int) []argument {
	var positional, named []argument
	byName := false
	for _, p := range sig.params {
		if p.optional && g.n(2) == 0 {
			byName = true
			continue
		}
		a := argument{p.name, g.hole(p.kind, depth).s}
		if byName = byName || p.keyword || g.n(5) == 0; byName {
			named = append(named, a)
		} else {
			a.name = ""
			positional = append(positional, a)
		}
	}
	if sig.args && len(named) == 0 {
		for range g.n(3) {
			positional = append(positional, argument{value: g.hole("x", depth).s})
		}
	}
	if sig.kwargs {
		for _, name := range []string{"extra", "more"}[:g.n(3)] {
			named = append(named, argument{name, g.hole("x", depth).s})
		}
	}
	for i := range named { // in any order
		j := i + g.n(len(named)-i)
		named[i], named[j] = named[j], named[i]
	}
	return append(positional, named...)
}

// spoil makes arguments not fit: one is missing, or there is one too many.
func (g *gen) spoil(args []argument, depth int) []argument {
	args = append([]argument(nil), args...)
	for range 1 + g.n(2) {
		i := g.n(len(args) + 1)
		switch {
		case g.n(3) == 0 && i < len(args):
			args = append(args[:i], args[i+1:]...)
		case g.n(3) == 0:
			args = append([]argument{{value: g.hole("x", depth).s}}, args...)
		case g.n(2) == 0 && !has(args, "nope"):
			args = append(args, argument{"nope", g.hole("x", depth).s})
		case i < len(args) && args[i].name != "":
			args[i].name += "0"
		default:
			args = append([]argument{{value: g.hole("x", depth).s}}, args...)
		}
	}
	return args
}

func has(args []argument, name string) bool {
	for _, a := range args {
		if a.name == name {
			return true
		}
	}
	return false
}

// argumentList writes arguments, some of them as *args and **kwargs.
func (g *gen) argumentList(args []argument, depth int) string {
	n := 0
	for n < len(args) && args[n].name == "" {
		n++
	}
	positional, named := args[:n], args[n:]
	var list, rest, pairs []string
	star, stars := g.n(8) == 0, g.n(8) == 0
	from := g.n(len(positional) + 1)
	for i, a := range positional {
		if star && i >= from {
			rest = append(rest, a.value)
		} else {
			list = append(list, a.value)
		}
	}
	from = g.n(len(named) + 1)
	for i, a := range named {
		if stars && i >= from {
			pairs = append(pairs, fmt.Sprintf("%q: %s", a.name, a.value))
		} else {
			list = append(list, a.name+pick(g.choices, []string{"=", " = "})+a.value)
		}
	}
	if star {
		list = append(list, "*"+g.sequence(rest))
	} else if g.danger > 0 && g.n(60) == 0 {
		list = append(list, "*"+g.hole("x", depth).operand())
	}
	if stars {
		list = append(list, "**"+g.mapping(pairs, args))
	} else if g.danger > 0 && g.n(60) == 0 {
		list = append(list, "**"+g.hole("x", depth).operand())
	}
	return strings.Join(list, ", ")
}

func (g *gen) sequence(items []string) string {
	list := "[" + strings.Join(items, ", ") + "]"
	return pick(g.choices, []string{list, list, "tuple(" + list + ")", "row(*" + list + ")", "bag(*" + list + ")"})
}

// mapping writes what follows **; in rare cases a name is given twice.
func (g *gen) mapping(pairs []string, args []argument) string {
	if g.wild > 0 && g.n(20) == 0 && len(args) > 0 {
		if a := args[g.n(len(args))]; a.name != "" {
			return "dict(" + a.name + " = 1)"
		}
	}
	d := "{" + strings.Join(pairs, ", ") + "}"
	if strings.Count(d, "\"nope") > 1 {
		d = "{}"
	}
	return pick(g.choices, []string{d, d, "dict(" + d + ")", "table(**" + d + ")"})
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
