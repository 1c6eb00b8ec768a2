package format

import "github.com/starlark-tg/tg/engine/dialect"

// A choice is what the author has of blanks in a pair of brackets, where two habits are good ones:
//
//	x[a + 1:b + 2]      or, as Black, x[a + 1 : b + 2]; but x[1:2] always
//	f(                  or, as Buildifier, f(
//	    a=1,                                   a = 1,
//	    b=2,                                   b = 2,
//	)                                      )
type choice struct {
	complex bool // a bound of the slice is more than a name or a number
	some    bool // a ":" or "=" has blanks
	plain   bool // a "=" has none, or its argument does not stand on a line of its own
}

// airy reports whether there are to be blanks.
func (c *choice) airy(r role) bool {
	return c != nil && c.some && (r == sliceColon && c.complex || r == equals && !c.plain)
}

// note takes down what a token between the brackets says.
func (c *choice) note(tokens []token, i int) {
	t := &tokens[i]
	before := i > 0 && t.Before != ""
	after := i+1 < len(tokens) && tokens[i+1].Before != ""
	switch t.role {
	case keyword, binary, dot, opener, call:
		c.complex = true
	case equals:
		if t.choice != nil { // not of a lambda
			c.some = true
			c.plain = c.plain || i != 1 || !before || !after
		}
	case sliceColon:
		before = before && tokens[i-1].role != call && tokens[i-1].role != sliceColon
		after = after && tokens[i+1].Kind != dialect.Closer && tokens[i+1].Text != ":"
		c.some = c.some || before || after
	}
}
