package differ_test

import "strings"

// A template is an expression with holes: "$n + $n" is a sum of two ints, "@call" is
// made by the function of that name.
type template struct {
	parts []part
	loose bool
}

// A part is some text and the hole behind it.
type part struct {
	text  string
	hole  kind   // "": none
	call  string // "": none
	name  string // of a new variable, for statements
	free  bool   // nothing beside the hole binds to it
	inner bool   // the hole is within brackets, where lines may be broken
}

// parseTemplate reads the notation: $k is a hole, @name a call of a maker, #a a name.
func parseTemplate(s string) template {
	var t template
	depth, begin := 0, 0
	quote := byte(0)
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"':
			quote = c
		case strings.IndexByte("([{", c) >= 0:
			depth++
		case strings.IndexByte(")]}", c) >= 0:
			depth--
		case c == ' ' && depth == 0, i == 0 && strings.IndexByte("-+~", c) >= 0:
			t.loose = true
		case c == '$' || c == '#' || c == '@':
			p := part{text: s[begin:i], inner: depth > 0}
			end := i + 2
			switch c {
			case '$':
				p.hole = s[i+1 : end]
			case '#':
				p.name = s[i+1 : end]
			case '@':
				for end < len(s) && 'a' <= s[end] && s[end] <= 'z' {
					end++
				}
				p.call = s[i+1 : end]
			}
			p.free = opens(s[:i]) && closes(s[end:], depth)
			t.parts = append(t.parts, p)
			begin = end
			i = end - 1
		}
	}
	t.parts = append(t.parts, part{text: s[begin:]})
	if len(t.parts) == 2 && s[0] == '@' {
		t.parts[0].free = true // it is the hole's text that is loose or not
	}
	return t
}

func opens(before string) bool {
	before = strings.TrimRight(before, " ")
	if before == "" || strings.HasSuffix(before, "==") || strings.HasSuffix(before, "!=") ||
		strings.HasSuffix(before, "<=") || strings.HasSuffix(before, ">=") {
		return false
	}
	return strings.IndexByte("([{,:=", before[len(before)-1]) >= 0
}

func closes(after string, depth int) bool {
	after = strings.TrimLeft(after, " ")
	if after == "" {
		return depth == 0
	}
	return strings.IndexByte(")]},:", after[0]) >= 0
}

// expand fills a template.
func (g *gen) expand(t template, depth int) text {
	if len(t.parts) == 2 && t.parts[0].call != "" && t.parts[0].text == "" && t.parts[1].text == "" {
		return g.make(t.parts[0].call, depth)
	}
	var b strings.Builder
	g.fill(&b, t, depth, nil)
	s := text{b.String(), t.loose}
	if g.n(50) == 0 {
		return text{"(" + s.s + ")", false}
	}
	return s
}

// fill writes a template; names are those that stand for #a, #b.
func (g *gen) fill(b *strings.Builder, t template, depth int, names map[string]string) {
	for i := range t.parts {
		p := &t.parts[i]
		g.gap(b, p)
		var s text
		switch {
		case p.hole != "":
			s = g.hole(p.hole, depth)
		case p.call != "":
			s = g.make(p.call, depth)
		case p.name != "":
			if names[p.name] == "" {
				names[p.name] = g.name(p.name)
			}
			s.s = names[p.name]
		}
		switch {
		case s.s == "":
		case p.free:
			b.WriteString(s.s)
		case s.s[0] >= '0' && s.s[0] <= '9' && strings.HasPrefix(t.parts[i+1].text, "."):
			b.WriteString("(" + s.s + ")") // 1.x would be a float
		default:
			b.WriteString(s.operand())
		}
	}
}

// gap writes the text before a hole, which may break the line.
func (g *gen) gap(b *strings.Builder, p *part) {
	b.WriteString(p.text)
	if g.spread && p.inner && p.free && g.n(4) == 0 {
		if g.n(2) == 0 {
			b.WriteString(strings.Repeat("\n", pick(g.choices, []int{1, 1, 2, 20})))
		}
		b.WriteString(strings.Repeat(" ", pick(g.choices, []int{0, 4, 30, 33, 70, 400})))
	}
}

func parseTables(tables map[kind]string) map[kind][]template {
	parsed := map[kind][]template{}
	for k, list := range tables {
		parsed[k] = parseTemplates(list)
	}
	return parsed
}

func parseTemplates(list string) []template {
	var ts []template
	for _, s := range strings.Split(list, "\n") {
		for _, s := range strings.Split(s, " ; ") {
			if s = strings.TrimSpace(s); s != "" {
				ts = append(ts, parseTemplate(s))
			}
		}
	}
	return ts
}
