package timeline

import (
	"slices"
	"unicode/utf8"
)

// Measures of the names of workers, in pixels and in letters.
const (
	svgLetter = 6.8
	svgName   = 24
)

// margin returns how wide the names of workers are, that stand before the rows.
func (s *svg) margin() float64 {
	most := 0
	for _, b := range s.bands {
		for _, o := range b.owners {
			most = max(most, utf8.RuneCountInString(cut(name(o.worker), svgName)))
		}
	}
	if most == 0 {
		return 0
	}
	return float64(most)*svgLetter + 10
}

// owners writes the names of workers before the first of their rows, of those that are
// drawn, and draws a line where the rows of one meet those of another.
func (s *svg) owners(b *band, rows int) {
	for _, o := range b.owners {
		if o.row >= rows {
			break
		}
		y := s.y + float64(o.row*svgRow)
		if o.row > 0 {
			s.f(`<path class="grid" d="M%d %.1fH%d"/>`, svgPad, y, svgWidth-svgPad)
		}
		if o.worker != "" {
			s.f(`<g><title>%s</title>`, xml(name(o.worker)))
			s.text("soft", svgPad, y+14, middle(name(o.worker), svgName))
			s.f("</g>\n")
		}
	}
}

// middle shortens s to n characters: names of workers differ at their ends.
func middle(s string, n int) string {
	list := []rune(s)
	if len(list) <= n {
		return s
	}
	return string(slices.Concat(list[:n/2], []rune("…"), list[len(list)-n+n/2+1:]))
}
