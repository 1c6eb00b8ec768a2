package format

import "github.com/starlark-tg/tg/engine/dialect"

// spaced reports whether a blank stands between two tokens of a line.
func spaced(a, b *token) bool {
	switch a.role {
	case opener, call, unary, dot, at:
		return false
	}
	switch b.role {
	case closer, comma, colon, call:
		return false
	case dot: // "1 .real" is not "1.real"
		return a.Kind == dialect.Number
	case equals, sliceColon:
		return a.role != sliceColon && b.choice.airy(b.role)
	}
	if a.role == equals || a.role == sliceColon {
		return a.choice.airy(a.role)
	}
	return true
}
