package timeline

import (
	"fmt"
	"math"
	"strings"
	"time"
)

// svgThin is how wide a bar must be to be drawn by itself. Narrower ones share one.
const svgThin = 2.5

// band draws a band: its head, its runs and its rows.
func (s *svg) band(b *band) {
	s.f(`<rect class="band" x="0" y="%.1f" width="%d" height="%d"/>`, s.y, svgWidth, svgHead-4)
	x := svgPad + 16*float64(min(b.depth, maxIndent))
	words := b.words() + "  ·  " + length(b.span.end-b.span.begin)
	if len(b.runs) > 1 {
		words += "  ·  " + plural(len(b.runs), "run")
	}
	s.f(`<text x="%.1f" y="%.1f"><tspan class="name">%s</tspan><tspan class="soft" dx="12">%s</tspan></text>`+"\n",
		x, s.y+16, xml(cut(name(b.group), 60)), xml(words))
	s.y += svgHead
	rows := s.split(b)
	s.runs(b, len(rows))
	s.owners(b, len(rows))
	for _, row := range rows {
		s.row(row)
		s.y += svgRow
	}
	if n := b.rows - len(rows); n > 0 {
		s.text("soft", svgPad, s.y+14, "… and "+plural(n, "more row"))
		s.y += svgRow
	}
	s.y += 10
}

// runs shades the time and the rows of each run. One that is too narrow to be seen
// beside the one before is left out.
func (s *svg) runs(b *band, rows int) {
	edge := map[int]float64{}
	for _, g := range b.runs {
		top, x, end := b.tops[g.shelf], s.x(g.begin), s.x(s.p.closed(g.end))
		n := min(g.rows(), rows-top)
		if n <= 0 || end < edge[top]+0.5 {
			continue
		}
		edge[top] = end
		s.f(`<rect class="run" x="%.1f" y="%.1f" width="%.1f" height="%d" rx="3"/>`+"\n",
			x-1, s.y+float64(top*svgRow), end-x+2, n*svgRow)
	}
}

// A place in a row: a span of a run.
type spot struct {
	g *run
	i int
}

func (p spot) span() span { return p.g.spans[p.i] }

// split returns the spans of each row that is drawn, in order of time.
func (s *svg) split(b *band) [][]spot {
	rows := make([][]spot, min(b.rows, s.most))
	for _, g := range b.runs {
		for i, sp := range g.spans {
			if row := s.p.row(g, sp); row < len(rows) {
				rows[row] = append(rows[row], spot{g, i})
			}
		}
	}
	return rows
}

// row draws a row: wide bars one by one, narrow ones that share a place together.
func (s *svg) row(row []spot) {
	for len(row) > 0 {
		n := 1
		if x := s.x(row[0].span().begin); s.x(row[0].span().end)-x < svgThin {
			for n < len(row) && s.x(row[n].span().end)-x < svgThin {
				n++
			}
		}
		s.bar(row[:n])
		row = row[n:]
	}
}

// bar draws one bar for spans that share a place: it looks as the one of them that
// asks most to be seen.
func (s *svg) bar(list []spot) {
	top := list[0]
	for _, p := range list {
		if p.span().status.rank() > top.span().status.rank() {
			top = p
		}
	}
	x, end := s.x(list[0].span().begin), s.x(list[len(list)-1].span().end)
	status, y, h := top.span().status, s.y+2, svgRow-4.0
	s.f(`<g class="%s"><title>%s</title>`, status.key(), xml(s.p.tell(top, len(list)-1)))
	switch w := end - x; {
	case w < svgThin && top.span().attempt == 0:
		s.f(`<rect class="bar" x="%.1f" y="%.1f" width="16" height="%.0f" rx="3"/>`, x-8, y, h)
		s.sign(status, x, y+h/2)
	case w < svgThin:
		if status == Failed || status == TimedOut { // higher than others
			y, h = y-1.5, h+3
		}
		s.f(`<rect class="bar thin" x="%.2f" y="%.1f" width="%.2f" height="%.0f"/>`, x, y, max(w, 1), h)
	case status == Waiting:
		s.f(`<path class="bar" d="M%.1f %.1fH%.1f"/>`, x+1, y+h/2, end-1)
	default:
		s.wide(top, x, y, w, h)
	}
	s.f("</g>\n")
}

func (s *svg) wide(p spot, x, y, w, h float64) {
	status := p.span().status
	s.f(`<rect class="bar" x="%.1f" y="%.1f" width="%.1f" height="%.0f" rx="%.1f"/>`, x, y, max(w-1, 1), h, min(3, w/3))
	at := x + 8
	switch status {
	case OK, Running:
		s.f(`<rect class="edge" x="%.1f" y="%.1f" width="%.1f" height="%.0f"/>`, x, y, min(2.5, w/5), h)
		for i := range min(3, int(w/7)) {
			if status == Running { // an end that is open
				s.f(`<rect class="edge" x="%.1f" y="%.1f" width="2" height="%.0f"/>`, x+w-5*float64(i+1), y, h)
			}
		}
	default:
		if w > 17 {
			s.sign(status, x+10, y+h/2)
		}
		at += 11
	}
	if room := int(math.Floor((x + w - at - 6) / 6.8)); room >= 4 {
		s.f(`<text x="%.1f" y="%.1f">%s</text>`, at, y+h/2+4, xml(cut(p.label(), room)))
	}
}

func (s *svg) sign(status Status, x, y float64) {
	s.f(`<use href="#%s" class="sign" x="%.1f" y="%.1f"/>`, status.key(), x, y)
}

// label is what is written into a bar.
func (p spot) label() string {
	text := p.g.title(int(p.span().task))
	if n := p.span().attempt; n > 1 {
		text += fmt.Sprintf("  ·  try %d", n)
	}
	return text
}

// tell says what is known of a span, and how many others share its place.
func (p *picture) tell(at spot, more int) string {
	sp, t := at.span(), at.g.tasks[at.span().task]
	lines := []string{at.g.title(int(sp.task)), looks[sp.status].sign + " " + looks[sp.status].words}
	if sp.attempt > 1 || sp.status == Retried {
		lines[1] += fmt.Sprintf(", attempt %d", sp.attempt)
	}
	if worker := at.g.worker(sp); worker != "" {
		lines = append(lines, "on "+name(worker))
	}
	fact := func(what string, d time.Duration) { lines = append(lines, what+" "+length(d)) }
	if sp.attempt > 0 {
		fact("took", sp.end-sp.begin)
		fact("began after", sp.begin)
	} else {
		fact("ended after", sp.begin)
	}
	if sp.attempt <= 1 && sp.begin > t.queued {
		fact("stood in line", sp.begin-t.queued)
	}
	if task, group := p.starter(at.g); task != "" {
		lines = append(lines, "started by "+task+" of "+group)
	}
	if why := at.g.reasons[int32(at.i)]; why != "" {
		lines = append(lines, prose(why))
	}
	if more > 0 {
		lines = append(lines, "and "+count(more)+" more here")
	}
	return strings.Join(lines, "\n")
}
