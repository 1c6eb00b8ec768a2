package timeline

import (
	"bufio"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// maxTextTasks is how many tasks of a section a chart in text shows.
const maxTextTasks = 200

// A Row is a line of a chart in text: a task and its bars.
type Row struct {
	Name  string
	Bars  []Bar // in order of time
	Words string
}

// A Bar is a piece of time, on whatever clock.
type Bar struct {
	From, To time.Duration
	Status   Status
}

// marks are how bars look in text.
var marks = [statuses]rune{
	Running: '▒', OK: '█', Failed: '█', TimedOut: '█', Cancelled: '█', Skipped: '·', Retried: '▓', Waiting: '┄', Queued: '·',
}

// WriteText writes a chart in text: a section for each name of a group, a line for each
// task. The lines are about as wide as width, but not narrower than names and words make them.
func (r *Recorder) WriteText(w io.Writer, width int) error {
	p := r.picture()
	b := bufio.NewWriter(w)
	_, _ = b.WriteString(p.title() + "  " + p.outcome() + "  " + length(p.total) + "\n")
	for _, band := range p.bands {
		indent := strings.Repeat("  ", min(band.depth, maxIndent))
		_, _ = b.WriteString("\n" + indent + name(band.group) + "  " + band.words() + "  " + length(band.span.end-band.span.begin) + "\n")
		rows, more := p.lines(band)
		lines := Lines(rows, 0, p.total, width-len(indent)-2)
		for _, line := range lines {
			_, _ = b.WriteString(indent + "  " + line + "\n")
		}
		if more > 0 {
			_, _ = b.WriteString(indent + "  … and " + plural(more, "more task") + "\n")
		}
	}
	return b.Flush()
}

// lines returns the rows of a band and how many tasks are left out.
func (p *picture) lines(b *band) (rows []Row, more int) {
	for _, g := range b.runs {
		n := min(len(g.tasks), maxTextTasks-len(rows))
		more += len(g.tasks) - n
		first := len(rows)
		for _, t := range g.tasks[:n] {
			rows = append(rows, Row{Name: t.name, Words: looks[t.status].sign + " " + looks[t.status].words})
		}
		for i, s := range g.spans {
			if int(s.task) < n {
				rows[first+int(s.task)].add(s, g, i)
			}
		}
	}
	return rows, more
}

// add adds a span of the row's task.
func (r *Row) add(s span, g *run, i int) {
	if q := g.tasks[s.task].queued; len(r.Bars) == 0 && q < s.begin {
		r.Bars = append(r.Bars, Bar{q, s.begin, Queued})
	}
	r.Bars = append(r.Bars, Bar{s.begin, s.end, s.status})
	if why := g.reasons[int32(i)]; why != "" && s.status != Retried {
		line, _, _ := strings.Cut(prose(why), "\n")
		r.Words += ": " + cut(line, 60)
	}
}

// Lines draws rows one below the other: a name, the bars on a scale that they all
// share, words. Names are cut and spelled out as far as they must. A line is about as wide as width, but has at least minScale columns
// for the bars.
func Lines(rows []Row, from, to time.Duration, width int) []string {
	names, words := 0, 0
	shown := make([]string, len(rows))
	for i, r := range rows {
		shown[i] = cut(name(r.Name), maxTextName)
		names = max(names, utf8.RuneCountInString(shown[i]))
		words = max(words, min(utf8.RuneCountInString(r.Words), 24))
	}
	scale := max(width-names-words-4, minScale)
	var lines []string
	for i, r := range rows {
		text := shown[i] + strings.Repeat(" ", names-utf8.RuneCountInString(shown[i])) + " │" + r.scale(from, to, scale) + "│ " + r.Words
		lines = append(lines, strings.TrimRight(text, " "))
	}
	return lines
}

// What a chart in text has room for, in columns.
const (
	minScale    = 20
	maxTextName = 30
)

// scale draws the bars; each is seen, be it ever so short.
func (r *Row) scale(from, to time.Duration, n int) string {
	cells := slices.Repeat([]rune{' '}, n)
	column := func(t time.Duration) int {
		return min(max(int(float64(t-from)/float64(max(to-from, 1))*float64(n)), 0), n)
	}
	for _, b := range r.Bars {
		first := min(column(b.From), n-1)
		for i := first; i < max(column(b.To), first+1); i++ {
			cells[i] = marks[b.Status]
		}
	}
	return string(cells)
}
