package timeline

import (
	"fmt"
	"maps"
	"slices"
	"time"
)

// A picture is what a recorder had noted at one moment. It does not change any more.
type picture struct {
	script  string
	failure string
	over    bool
	began   time.Time
	total   time.Duration
	peak    int // how many attempts were made at once, at most
	tally   tally
	runs    []*run  // in order of their start; what has not ended ends at total
	bands   []*band // from top to bottom
	notes   []note
	places  []*band // of sections, by id
}

// A tally counts tasks by status.
type tally [statuses]int

func (t *tally) all() (n int) {
	for _, c := range t {
		n += c
	}
	return n
}

func (t *tally) add(o tally) {
	for s, n := range o {
		t[s] += n
	}
}

// A band is a section as it is drawn: its rows lie one below the other.
type band struct {
	*section
	depth  int
	rows   int
	tally  tally
	runs   []*run
	span   span          // from the begin of the first run to the end of the last
	busy   time.Duration // how long attempts took, all together
	tops   []int         // the first row of each shelf
	away   bool          // workers have run tasks
	owners []owner       // of rows, if they have
	below  []*band       // of groups that its tasks started
}

// picture returns what has been noted so far.
func (r *Recorder) picture() *picture {
	p, sections := r.copy()
	for _, s := range sections {
		p.places = append(p.places, &band{section: s, tops: make([]int, s.shelves.n+1), span: span{begin: p.total}})
	}
	for _, g := range p.runs {
		p.settle(g)
	}
	var top []*band
	for _, b := range p.places {
		b.stack()
		p.tally.add(b.tally)
		if b.above == nil {
			top = append(top, b)
		} else {
			up := p.places[b.above.id]
			up.below = append(up.below, b)
		}
	}
	p.hang(top)
	return p
}

// copy copies what may still change.
func (r *Recorder) copy() (*picture, []*section) {
	r.mu.Lock()
	defer r.mu.Unlock()
	p := &picture{script: name(r.script), failure: prose(r.failure), began: r.began, total: r.ended, over: r.ended >= 0, peak: r.peak}
	if !p.over {
		p.total = r.clock().Sub(r.began)
	}
	for _, g := range r.runs {
		c := *g
		c.tasks, c.spans, c.reasons = slices.Clone(g.tasks), slices.Clone(g.spans), maps.Clone(g.reasons)
		c.crews = slices.Clone(g.crews)
		p.runs = append(p.runs, &c)
	}
	p.notes = slices.Clone(r.notes)
	var sections []*section
	for _, s := range r.sections {
		c := *s
		sections = append(sections, &c)
	}
	return p, sections
}

// settle ends a run at the end of the picture, if it has not ended, and puts it into
// its band.
func (p *picture) settle(g *run) {
	b := p.places[g.section.id]
	b.runs = append(b.runs, g)
	b.away = b.away || len(g.crews) > 0
	for i := range g.spans {
		s := &g.spans[i]
		s.end = p.closed(s.end)
		if s.attempt > 0 && s.status != Waiting {
			b.busy += s.end - s.begin
		}
		if s.lane < 0 {
			s.lane = g.lanes.n
			g.idle = true
		}
	}
	g.alike = len(g.tasks) > 1
	for i := range g.tasks {
		b.tally[g.tasks[i].status]++
		g.alike = g.alike && g.tasks[i].name == g.tasks[0].name
	}
	b.span.begin, b.span.end = min(b.span.begin, g.begin), max(b.span.end, p.closed(g.end))
	b.tops[g.shelf+1] = max(b.tops[g.shelf+1], g.rows())
}

func (p *picture) closed(end time.Duration) time.Duration {
	if end < 0 {
		return p.total
	}
	return end
}

// rows returns how many rows the run takes.
func (g *run) rows() int {
	switch {
	case g.tall > 0:
		return g.tall
	case g.idle:
		return int(g.lanes.n) + 1
	}
	return int(g.lanes.n)
}

// stack puts the shelves one below the other.
func (b *band) stack() {
	if b.away {
		b.divide()
		return
	}
	for i := 1; i < len(b.tops); i++ {
		b.tops[i] += b.tops[i-1]
	}
	b.rows = b.tops[len(b.tops)-1]
}

// hang lists bands, each followed by those that hang below it. It does not recurse:
// groups may be nested deeply.
func (p *picture) hang(top []*band) {
	rest := slices.Clone(top)
	slices.Reverse(rest)
	for len(rest) > 0 {
		b := rest[len(rest)-1]
		rest = rest[:len(rest)-1]
		if b.above != nil {
			b.depth = p.places[b.above.id].depth + 1
		}
		p.bands = append(p.bands, b)
		for _, c := range slices.Backward(b.below) {
			rest = append(rest, c)
		}
	}
}

// row returns the row of a span in the band of its run.
func (p *picture) row(g *run, s span) int {
	return p.places[g.section.id].tops[g.shelf] + int(s.lane)
}

// starter returns the name of the task that started a run, and of its group.
func (p *picture) starter(g *run) (task, group string) {
	if g.by == nil {
		return "", ""
	}
	by := p.runs[g.by.id] // not g.by itself, which goes on
	return by.title(g.task), name(by.section.group)
}

// title returns the name of a task; where all tasks of a run have the same, its index
// stands behind it, as in results[2].
func (g *run) title(i int) string {
	text := name(g.tasks[i].name)
	if g.alike {
		text += fmt.Sprintf("[%d]", i)
	}
	return text
}
