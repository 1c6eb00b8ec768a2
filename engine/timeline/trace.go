package timeline

import (
	"bufio"
	"encoding/json"
	"io"
	"sort"
	"time"
)

// A traceEvent is an event of the trace format of Chrome, which Perfetto reads, too.
// Times are microseconds.
type traceEvent struct {
	Name  string         `json:"name"`
	Cat   string         `json:"cat,omitempty"`
	Phase string         `json:"ph"` // M: a name for something; X: a bar; i: a moment
	Time  float64        `json:"ts"`
	Dur   *float64       `json:"dur,omitempty"`
	Pid   int            `json:"pid"`
	Tid   int            `json:"tid"`
	Scope string         `json:"s,omitempty"`
	Args  map[string]any `json:"args,omitempty"`
}

// A tracer writes events one after the other.
type tracer struct {
	*bufio.Writer
	p     *picture
	comma bool
	err   error
}

// WriteTrace writes a trace for chrome://tracing and ui.perfetto.dev: a process for
// each section of the chart, a thread for each row, a bar for each attempt and each
// wait for the next, a moment for each note.
func (r *Recorder) WriteTrace(w io.Writer) error {
	p := r.picture()
	t := &tracer{Writer: bufio.NewWriter(w), p: p}
	_, _ = t.WriteString(`{"displayTimeUnit":"ms","otherData":`)
	t.json(map[string]string{"script": p.script, "outcome": p.outcome(), "error": p.failure, "began": p.began.Format(time.RFC3339Nano)})
	_, _ = t.WriteString(`,"traceEvents":[`)
	t.script()
	pids := make([]int, len(p.places))
	for i, b := range p.bands {
		pids[b.id] = i + 2
		t.band(b, i+2)
	}
	for _, g := range p.runs {
		t.run(g, pids[g.section.id])
	}
	_, _ = t.WriteString("\n]}\n")
	if t.err != nil {
		return t.err
	}
	return t.Flush()
}

func (t *tracer) json(v any) {
	b, err := json.Marshal(v)
	if err != nil {
		t.err = err
	}
	_, _ = t.Write(b) // Flush tells what went wrong
}

func (t *tracer) event(e traceEvent) {
	if t.comma {
		_ = t.WriteByte(',')
	}
	t.comma = true
	_ = t.WriteByte('\n')
	t.json(e)
}

// script writes what is about the script as a whole: it is process 1.
func (t *tracer) script() {
	t.name("process_name", 1, 0, t.p.title())
	t.name("thread_name", 1, 1, "script")
	t.bar(traceEvent{Name: t.p.title(), Cat: "script", Pid: 1, Tid: 1}, 0, t.p.total)
	for _, n := range t.p.notes {
		t.event(traceEvent{Name: prose(n.text), Cat: "note", Phase: "i", Time: micro(n.at), Pid: 1, Tid: 1, Scope: "g"})
	}
}

// band names the process of a band and its threads.
func (t *tracer) band(b *band, pid int) {
	t.name("process_name", pid, 0, name(b.group))
	t.event(traceEvent{Name: "process_sort_index", Phase: "M", Pid: pid, Args: map[string]any{"sort_index": pid}})
	for row := range b.rows {
		t.name("thread_name", pid, row+1, b.lane(row))
		t.event(traceEvent{Name: "thread_sort_index", Phase: "M", Pid: pid, Tid: row + 1, Args: map[string]any{"sort_index": row + 1}})
	}
}

// lane returns the name of a row: the worker's whose it is, and which one of its it is.
func (b *band) lane(row int) string {
	i := sort.Search(len(b.owners), func(i int) bool { return b.owners[i].row > row }) - 1
	if i < 0 || b.owners[i].worker == "" {
		return "lane " + count(row+1)
	}
	return name(b.owners[i].worker) + " " + count(row-b.owners[i].row+1)
}

func (t *tracer) name(what string, pid, tid int, name string) {
	t.event(traceEvent{Name: what, Phase: "M", Pid: pid, Tid: tid, Args: map[string]any{"name": name}})
}

func (t *tracer) bar(e traceEvent, from, to time.Duration) {
	d := micro(to - from)
	e.Phase, e.Time, e.Dur = "X", micro(from), &d
	t.event(e)
}

// run writes the bars of a run.
func (t *tracer) run(g *run, pid int) {
	for i, s := range g.spans {
		task := g.tasks[s.task]
		args := map[string]any{"status": looks[s.status].key, "index": s.task, "attempt": s.attempt, "run": g.number}
		if s.attempt <= 1 {
			args["queued_ms"] = float64((s.begin - task.queued).Microseconds()) / 1e3
		}
		if worker := g.worker(s); worker != "" {
			args["worker"] = name(worker)
		}
		if by, group := t.p.starter(g); by != "" {
			args["started_by"] = by + " of " + group
		}
		if why := g.reasons[int32(i)]; why != "" {
			args["error"] = prose(why)
		}
		cat := "attempt"
		if s.status == Waiting {
			cat = "wait"
		}
		e := traceEvent{Name: name(task.name), Cat: cat, Pid: pid, Tid: t.p.row(g, s) + 1, Args: args}
		t.bar(e, s.begin, s.end)
	}
}
