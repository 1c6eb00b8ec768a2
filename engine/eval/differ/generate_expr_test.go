package differ_test

// A text is an expression. A loose one needs parentheses to be an operand.
type text struct {
	s     string
	loose bool
}

func (t text) operand() string {
	if t.loose {
		return "(" + t.s + ")"
	}
	return t.s
}

// some returns an expression of a kind, of a usual size.
func (g *gen) some(k kind) string { return g.expr(k, pick(g.choices, []int{0, 1, 1, 2, 2, 3})).s }

// expr returns an expression of a kind with about depth levels.
func (g *gen) expr(k kind, depth int) text {
	if k == "x" && g.n(3) > 0 {
		k = string(concrete[g.n(len(concrete))])
	}
	if g.danger > 0 && !sound(k) && g.odds(g.danger) {
		return g.expand(pick(g.choices, wrong), depth-1)
	}
	roll := g.n(100)
	if depth <= 0 {
		roll = roll * 3 / 5
	}
	if roll < 40 {
		if v := g.variable(k); v != nil {
			return text{s: v.name}
		}
	}
	list := right[k]
	if roll < 60 || len(list) == 0 {
		return g.literal(k)
	}
	return g.expand(pick(g.choices, list), depth-1)
}

// hole returns an expression for a hole of a template; at times one of any kind.
func (g *gen) hole(k kind, depth int) text {
	if g.wild > 0 && !sound(k) && special[k] == nil && g.odds(g.wild) {
		k = string(concrete[g.n(len(concrete))])
	}
	if choices, ok := special[k]; ok {
		s := pick(g.choices, choices)
		return text{s, s[0] == '-'}
	}
	return g.expr(k, depth)
}
