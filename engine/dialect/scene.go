package dialect

import "go.starlark.net/syntax"

// look reads masked text, which begins at the spot from, up to the token about which the parser complains.
func look(m *masker, e syntax.Error, masked []byte, from spot) *scene {
	s := &scene{at: spotOf(e.Pos)}
	s.got, s.want = gotWant(e.Msg)
	after := atEnd(e, s.got, s.want)

	c := cursor{text: masked, at: from}
	var open []bracket
	var prev token
	prevEnd, first := from, true
	colons := map[spot]bool{}   // brackets with a ':' in them
	heads := map[int32]string{} // first words of the lines so far, by column
	for {
		t := c.next()
		if t.kind == newline && len(open) > 0 {
			continue
		}
		if first && t.kind != newline {
			s.first = string(masked[t.start:t.end])
		}
		hit := t.at == s.at && !after || c.at == s.at && after || s.at.before(t.at) || t.kind == end
		if hit {
			s.found(m, t, masked, prevEnd)
			s.header = heads[t.at.col]
			break
		}
		if first && t.kind != newline {
			heads[t.at.col] = s.first
		}
		first = t.kind == newline
		s.prevStr = t.kind == str
		switch t.kind {
		case opener:
			open = append(open, bracket{masked[t.start], t.at})
		case closer:
			if n := len(open); n > 0 {
				s.prevStr = m.fstrings[open[n-1].at] != nil
				open = open[:n-1]
			}
		case op:
			if n := len(open); n > 0 && masked[t.start] == ':' {
				colons[open[n-1].at] = true
			}
		}
		if t.kind != newline {
			prev, prevEnd = t, c.at
		}
	}
	s.prev = string(masked[prev.start:prev.end])
	if n := len(open); n > 0 {
		b := open[n-1]
		s.bracket, s.open, s.decorator = b.char, b.at, m.decorators[b.at]
		s.pairs = colons[b.at]
		if f := m.fstrings[b.at]; f != nil { // inside of what stands for an f-string
			s.fstring, s.at = true, b.at
		}
	}
	return s
}

// found takes down the offending token.
func (s *scene) found(m *masker, t token, masked []byte, prevEnd spot) {
	s.text = string(masked[t.start:t.end])
	switch s.got {
	case "newline", "end of file":
		s.at = prevEnd
	case "indent", "outdent":
	default:
		if t.at.before(s.at) {
			s.at = t.at
		}
	}
	_, s.assert = m.asserts[t.at]
	if m.fstrings[t.at] != nil {
		s.fstring = true
	}
}
