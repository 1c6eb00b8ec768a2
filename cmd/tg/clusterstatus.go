package main

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/cluster"
)

// printStatus shows how a cluster is.
func printStatus(w io.Writer, p draw.Paint, st cluster.Status, now time.Time) {
	abis := map[string]bool{}
	for _, worker := range st.Workers {
		abis[worker.ABI] = true
	}
	for _, q := range st.Queues {
		abis[q.ABI] = true
	}
	workers := table{none: "no workers", head: []string{"worker", "queue", "slots", "running"}, numbers: "  ##"}
	for _, worker := range st.Workers {
		workers.add(worker.ABI, worker.Name, worker.Queue, strconv.Itoa(worker.Slots), strconv.Itoa(len(worker.Held)))
	}
	queues := table{none: "no queues", head: []string{"queue", "slots", "waiting", "running"}, numbers: " ###"}
	for _, q := range st.Queues {
		queues.add(q.ABI, q.Queue, strconv.Itoa(q.Slots), strconv.FormatUint(q.Waiting, 10), strconv.Itoa(q.Running))
	}
	if len(abis) > 1 { // else there is nothing to tell apart
		workers.showVersions()
		queues.showVersions()
	}
	runs := table{none: "no runs", head: []string{"run", "host", "process", "began"}, numbers: "  # "}
	for _, r := range st.Runs {
		began := "?"
		if !r.Began.IsZero() {
			began = ago(now.Sub(r.Began)) + " ago"
		}
		runs.add("", r.ID, r.Host, strconv.Itoa(r.PID), began)
	}
	var b strings.Builder
	for i, t := range []*table{&workers, &queues, &runs} {
		if i > 0 {
			b.WriteByte('\n')
		}
		t.print(&b, p)
	}
	_, _ = io.WriteString(w, b.String()) // run sees what the output has lost
}

// ago is a time as people say it.
func ago(d time.Duration) string {
	switch d = max(d, 0); {
	case d < time.Minute:
		return strconv.Itoa(int(d.Seconds())) + "s"
	case d < time.Hour:
		return fmt.Sprintf("%dm%02ds", int(d.Minutes()), int(d.Seconds())%60)
	case d < 24*time.Hour:
		return fmt.Sprintf("%dh%02dm", int(d.Hours()), int(d.Minutes())%60)
	}
	return fmt.Sprintf("%dd%02dh", int(d.Hours())/24, int(d.Hours())%24)
}

// A table has aligned columns.
type table struct {
	none    string // shown instead, if there are no rows
	head    []string
	numbers string // '#' for a column that is aligned to the right
	rows    [][]string
	abis    []string // of the rows
}

// add adds a row. What names it has come from other machines.
func (t *table) add(abi string, cells ...string) {
	for i, c := range cells {
		cells[i] = draw.Cut(draw.OneLine(c), maxNameLength)
	}
	t.rows, t.abis = append(t.rows, cells), append(t.abis, abi)
}

// showVersions adds a column that tells workers of different versions of tg apart.
func (t *table) showVersions() {
	t.head = append(t.head, "version")
	t.numbers += " "
	for i, abi := range t.abis {
		t.rows[i] = append(t.rows[i], draw.OneLine(abi[:min(8, len(abi))]))
	}
}

func (t *table) print(b *strings.Builder, p draw.Paint) {
	if len(t.rows) == 0 {
		b.WriteString(p.Dim(t.none) + "\n")
		return
	}
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, c := range row {
			widths[i] = max(widths[i], draw.Columns(c))
		}
	}
	line := func(row []string) string {
		var l strings.Builder
		for i, c := range row {
			pad := strings.Repeat(" ", widths[i]-draw.Columns(c))
			if t.numbers[i] == '#' {
				c = pad + c
			} else {
				c += pad
			}
			if i > 0 {
				c = "   " + c
			}
			l.WriteString(c)
		}
		return strings.TrimRight(l.String(), " ")
	}
	b.WriteString(p.Dim(line(t.head)) + "\n")
	for _, row := range t.rows {
		b.WriteString(line(row) + "\n")
	}
}

// What --json prints.
type (
	statusThere struct {
		Workers []workerThere `json:"workers"`
		Queues  []queueThere  `json:"queues"`
		Runs    []runThere    `json:"runs"`
	}
	workerThere struct {
		ID      string      `json:"id"`
		Name    string      `json:"name"`
		Queue   string      `json:"queue"`
		Version string      `json:"version"`
		Slots   int         `json:"slots"`
		Running []taskThere `json:"running"`
	}
	taskThere struct {
		Run  string `json:"run"`
		Task string `json:"task"`
	}
	queueThere struct {
		Queue   string `json:"queue"`
		Version string `json:"version"`
		Slots   int    `json:"slots"`
		Waiting uint64 `json:"waiting"`
		Running int    `json:"running"`
	}
	runThere struct {
		ID    string    `json:"id"`
		Host  string    `json:"host"`
		PID   int       `json:"pid"`
		Began time.Time `json:"began,omitzero"`
	}
)

func printStatusJSON(w io.Writer, st cluster.Status) {
	there := statusThere{[]workerThere{}, []queueThere{}, []runThere{}}
	for _, p := range st.Workers {
		tasks := []taskThere{}
		for _, t := range p.Held {
			tasks = append(tasks, taskThere{t.Run, t.ID})
		}
		there.Workers = append(there.Workers, workerThere{p.ID, p.Name, p.Queue, p.ABI, p.Slots, tasks})
	}
	for _, q := range st.Queues {
		there.Queues = append(there.Queues, queueThere{q.Queue, q.ABI, q.Slots, q.Waiting, q.Running})
	}
	for _, r := range st.Runs {
		there.Runs = append(there.Runs, runThere{r.ID, r.Host, r.PID, r.Began})
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	_ = enc.Encode(there) // run sees what the output has lost
}
