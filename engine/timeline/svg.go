package timeline

import (
	"bufio"
	_ "embed"
	"fmt"
	"io"
	"math"
	"strings"
	"time"
)

//go:embed svg.css
var svgStyle string

// svgDefs are the hatching of attempts that were followed by others, and the signs
// of statuses, which are known without colours.
const svgDefs = `<defs><pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse"><path d="M-1 7 7 -1M-4 4 4 -4M2 10 10 2"/></pattern>
<path id="failed" d="M-3.5 -3.5 3.5 3.5M3.5 -3.5 -3.5 3.5"/><path id="timed_out" d="M4.5 0A4.5 4.5 0 1 1 4.5 -.1M0 -2.5V0H2.5"/>
<path id="cancelled" d="M4.5 0A4.5 4.5 0 1 1 4.5 -.1M-2.5 2.5 2.5 -2.5"/><path id="skipped" d="M-3.5 -3.5 0 0 -3.5 3.5M.5 -3.5 4 0 .5 3.5"/>
<path id="retried" d="M3 -2A3.5 3.5 0 1 1 -1 -3.4M-2 -6 1 -3.4 -2.5 -1"/></defs>
`

// Measures of a picture, in pixels. It is as high as it has rows.
const (
	svgWidth   = 1200
	svgPad     = 20
	svgTop     = 62 // above the axis
	svgAxis    = 26
	svgHead    = 28
	svgRow     = 20
	svgMaxRows = 2000 // of all bands together
	svgMaxBand = 500  // as many bands
)

// An svg writes a picture from top to bottom.
type svg struct {
	*bufio.Writer
	p     *picture
	most  int // rows of a band
	y     float64
	left  float64 // of the time at which the run begins: names of workers stand before it
	bands []*band
}

// WriteSVG writes a picture that needs nothing but itself. It has at most about two
// thousand rows: what does not fit is counted in words.
func (r *Recorder) WriteSVG(w io.Writer) error {
	p := r.picture()
	s := &svg{Writer: bufio.NewWriter(w), p: p, bands: p.bands[:min(len(p.bands), svgMaxBand)]}
	s.fit()
	s.left = svgPad + s.margin()
	height := s.height()
	s.f(`<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%.0f" viewBox="0 0 %d %.0f" role="img">`+"\n", svgWidth, height, svgWidth, height)
	s.f("<title>%s</title>\n<style>\n%s</style>\n%s", xml(p.title()), svgStyle, svgDefs)
	s.f(`<rect class="paper" width="%d" height="%.0f"/>`+"\n", svgWidth, height)
	s.header()
	s.axis(height)
	for _, b := range s.bands {
		s.band(b)
	}
	if n := len(p.bands) - len(s.bands); n > 0 {
		s.text("soft", svgPad, s.y+14, "… and "+plural(n, "more group"))
	}
	s.f("</svg>\n")
	return s.Flush()
}

func (s *svg) f(format string, args ...any) { fmt.Fprintf(s, format, args...) }

// xml makes text safe within elements and attributes. What is no character of XML
// has been spelled out by name and prose, but for two that are no characters at all.
func xml(text string) string { return xmlEscaper.Replace(text) }

var xmlEscaper = strings.NewReplacer("<", "&lt;", ">", "&gt;", "&", "&amp;", `"`, "&#34;", "'", "&#39;", "\ufffe", "\ufffd", "\uffff", "\ufffd")

func (s *svg) text(class string, x, y float64, text string) {
	s.f(`<text class="%s" x="%.1f" y="%.1f">%s</text>`+"\n", class, x, y, xml(text))
}

// fit finds how many rows of a band fit.
func (s *svg) fit() {
	for _, b := range s.bands {
		s.most = max(s.most, b.rows)
	}
	for s.most > 1 && s.rows() > svgMaxRows {
		s.most = s.most * 3 / 4
	}
}

func (s *svg) rows() (n int) {
	for _, b := range s.bands {
		n += min(b.rows, s.most)
	}
	return n
}

func (s *svg) height() float64 {
	n := s.rows()
	for _, b := range s.bands {
		if b.rows > s.most {
			n++
		}
	}
	return float64(svgTop + svgAxis + len(s.bands)*(svgHead+10) + n*svgRow + svgPad)
}

func (s *svg) header() {
	p := s.p
	s.text("title", svgPad, 34, cut(p.title(), 70))
	words := p.outcome() + "  ·  " + length(p.total) + "  ·  " + plural(len(p.bands), "group") + "  ·  " + plural(p.tally.all(), "task") + p.tally.words()
	s.text("soft", svgPad, 54, words)
	s.text("soft end", svgWidth-svgPad, 34, p.began.Format("2 January 2006, 15:04:05 MST"))
	first, _, _ := strings.Cut(p.failure, "\n")
	s.text("why end", svgWidth-svgPad, 54, cut(first, 60))
	s.y = svgTop
}

// x returns where a time is.
func (s *svg) x(t time.Duration) float64 {
	return s.left + float64(t)/float64(max(s.p.total, 1))*(svgWidth-svgPad-s.left)
}

func (s *svg) axis(height float64) {
	step := axisStep(max(s.p.total, time.Microsecond), int(svgWidth-svgPad-s.left)/100)
	for t := time.Duration(0); t <= s.p.total; t += step {
		x, class := s.x(t), "soft middle"
		if x < s.left+20 {
			class = "soft"
		} else if x > svgWidth-40 {
			class = "soft end"
		}
		s.f(`<path class="grid" d="M%.1f %dV%.0f"/>`, x, svgTop+svgAxis-6, height-svgPad)
		s.text(class, x, svgTop+14, axisMark(t, step, s.p.total))
	}
	for _, n := range s.p.notes {
		x := s.x(n.at)
		s.f(`<g><title>%s</title><path class="note" d="M%.1f %dh10l-5 8z"/></g>`+"\n", xml(prose(n.text)), x-5, svgTop+svgAxis-9)
	}
	s.y += svgAxis
}

// axisStep returns how far apart the marks of an axis are, of which there may be so
// many: 1, 2 or 5 times a power of ten up to seconds, then what clocks have.
func axisStep(total time.Duration, most int) time.Duration {
	least := total / time.Duration(most)
	for _, clock := range []time.Duration{time.Minute, 2 * time.Minute, 5 * time.Minute, 10 * time.Minute, 30 * time.Minute, time.Hour} {
		if least > 30*time.Second && clock >= least {
			return clock
		}
	}
	power := time.Duration(math.Pow10(int(math.Floor(math.Log10(max(float64(least), 1))))))
	for _, k := range []time.Duration{1, 2, 5} {
		if k*power >= least {
			return k * power
		}
	}
	return 10 * power
}

// axisMark writes a time as exactly as the step is; all marks have the same unit.
func axisMark(t, step, total time.Duration) string {
	unit, name := time.Second, "s"
	switch {
	case t == 0:
		return "0"
	case step >= time.Minute:
		return length(t)
	case total < time.Millisecond:
		unit, name = time.Microsecond, "µs"
	case total < time.Second:
		unit, name = time.Millisecond, "ms"
	}
	digits := max(0, int(math.Ceil(math.Log10(float64(unit)/float64(step))-1e-9)))
	return fmt.Sprintf("%.*f%s", digits, float64(t)/float64(unit), name)
}
