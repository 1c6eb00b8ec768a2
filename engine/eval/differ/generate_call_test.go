package differ_test

import (
	"fmt"
	"strings"
)

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
