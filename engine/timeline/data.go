package timeline

import (
	"encoding/json"
	"time"
)

// A pageData is what a page knows of a picture. Times are whole microseconds since the run
// began, texts are indices into Strings. Lists of numbers are columns: differences
// from the number before where that makes them short, and one number where all are
// the same; page/data.js reads them.
type pageData struct {
	Script   int        `json:"script"`
	Began    int64      `json:"began"` // milliseconds since 1970
	Total    int64      `json:"total"`
	Over     bool       `json:"over"`
	Peak     int        `json:"peak"`     // how many attempts were made at once
	Statuses [][]string `json:"statuses"` // key, words and sign of each
	Ranks    []int      `json:"ranks"`
	Strings  []string   `json:"strings"`
	Bands    []bandData `json:"bands"`
	Runs     []runData  `json:"runs"`
	Notes    [][2]int64 `json:"notes"` // time, text
}

type bandData struct {
	Group   int      `json:"group"`
	Depth   int      `json:"depth"`
	Rows    int      `json:"rows"`
	Tally   tally    `json:"tally"`
	Workers [][2]int `json:"workers,omitempty"` // the first row of each, and its name; -1: it has none
}

type runData struct {
	Band    int      `json:"band"`
	Row     int      `json:"row"` // the first one
	Rows    int      `json:"rows"`
	Idle    int      `json:"idle"` // 1: the last row has tasks that never began
	Begin   int64    `json:"begin"`
	End     int64    `json:"end"`
	By      [2]int   `json:"by"`    // the run and the task that started it; -1: none did
	Count   [2]int   `json:"count"` // of tasks and of spans
	Names   any      `json:"names"`
	Queued  any      `json:"queued"`  // differences
	Ends    any      `json:"ends"`    // statuses of tasks
	Tasks   any      `json:"tasks"`   // of spans; differences
	Starts  any      `json:"starts"`  // of spans; differences
	Lengths any      `json:"lengths"` // of spans
	Lanes   any      `json:"lanes"`   // of spans
	Kinds   any      `json:"kinds"`   // of spans: 16 × attempt + status
	Reasons [][2]int `json:"reasons"` // index of a span, text
}

// An encoder makes data of a picture; each text is in it once.
type encoder struct {
	p     *picture
	texts map[string]int
	data  pageData
}

// json returns the picture as JSON in which nothing ends a script element.
func (p *picture) json() ([]byte, error) {
	e := &encoder{p: p, texts: map[string]int{}}
	e.data = pageData{
		Strings: []string{}, Began: p.began.UnixMilli(), Total: p.total.Microseconds(), Over: p.over, Peak: p.peak,
		Bands: []bandData{}, Runs: []runData{}, Notes: [][2]int64{},
	}
	e.data.Script = e.text(p.script)
	for s, l := range looks {
		e.data.Statuses = append(e.data.Statuses, []string{l.key, l.words, l.sign})
		e.data.Ranks = append(e.data.Ranks, Status(s).rank())
	}
	places := make([]int, len(p.places))
	for i, b := range p.bands {
		places[b.id] = i
		e.data.Bands = append(e.data.Bands, bandData{e.text(name(b.group)), b.depth, b.rows, b.tally, e.owners(b)})
	}
	for _, g := range p.runs {
		e.data.Runs = append(e.data.Runs, e.run(g, places[g.section.id]))
	}
	for _, n := range p.notes {
		e.data.Notes = append(e.data.Notes, [2]int64{n.at.Microseconds(), int64(e.text(prose(n.text)))})
	}
	return json.Marshal(e.data)
}

func (e *encoder) owners(b *band) (list [][2]int) {
	for _, o := range b.owners {
		text := -1
		if o.worker != "" {
			text = e.text(name(o.worker))
		}
		list = append(list, [2]int{o.row, text})
	}
	return list
}

// text returns the index of a text that is fit to be shown.
func (e *encoder) text(s string) int {
	i, ok := e.texts[s]
	if !ok {
		i = len(e.data.Strings)
		e.texts[s] = i
		e.data.Strings = append(e.data.Strings, s)
	}
	return i
}

func (e *encoder) run(g *run, band int) runData {
	d := runData{
		Band: band, Row: e.p.places[g.section.id].tops[g.shelf], Rows: g.rows(), By: [2]int{-1, -1},
		Begin: g.begin.Microseconds(), End: e.p.closed(g.end).Microseconds(),
		Count: [2]int{len(g.tasks), len(g.spans)}, Reasons: [][2]int{},
	}
	if g.idle {
		d.Idle = 1
	}
	if g.by != nil {
		d.By = [2]int{g.by.id, g.task}
	}
	e.tasks(g, &d)
	e.spans(g, &d)
	return d
}

func (e *encoder) tasks(g *run, d *runData) {
	n := len(g.tasks)
	names, queued, ends := make([]int64, n), make([]int64, n), make([]int64, n)
	last, text := "", -1 // tasks one after the other often have the same name
	for i, t := range g.tasks {
		if text < 0 || t.name != last {
			last, text = t.name, e.text(name(t.name))
		}
		names[i], queued[i], ends[i] = int64(text), t.queued.Microseconds(), int64(t.status)
	}
	d.Names, d.Queued, d.Ends = short(names), short(steps(queued)), short(ends)
}

func (e *encoder) spans(g *run, d *runData) {
	n := len(g.spans)
	tasks, starts, lengths, lanes, kinds := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	for i, s := range g.spans {
		tasks[i], starts[i], lanes[i] = int64(s.task), s.begin.Microseconds(), int64(s.lane)
		lengths[i] = s.end.Microseconds() - starts[i]
		kinds[i] = 16*int64(s.attempt) + int64(s.status)
		if why := g.reasons[int32(i)]; why != "" {
			d.Reasons = append(d.Reasons, [2]int{i, e.text(prose(why))})
		}
	}
	d.Tasks, d.Starts, d.Lengths = short(steps(tasks)), short(steps(starts)), short(lengths)
	d.Lanes, d.Kinds = short(lanes), short(kinds)
}

// steps replaces all numbers but the first by the difference from the one before.
func steps(list []int64) []int64 {
	for i := len(list) - 1; i > 0; i-- {
		list[i] -= list[i-1]
	}
	return list
}

// short returns the one number that all are, or the list.
func short(list []int64) any {
	for _, n := range list {
		if n != list[0] {
			return list
		}
	}
	if len(list) == 0 {
		return 0
	}
	return list[0]
}

// micro is the unit of times on pages and in traces.
func micro(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1e3 }
