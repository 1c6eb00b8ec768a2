package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"text/tabwriter"
)

// A report is all numbers of one run, and where they come from.
type report struct {
	Cores  int    `json:"cores"`
	Go     string `json:"go"`
	Python string `json:"python"` // "": there is none
	Binary int64  `json:"binary"` // bytes of tg
	Quick  bool   `json:"quick"`  // too small to say anything
	Runs   int    `json:"runs"`
	Lines  []line `json:"lines"`
}

// A line compares tg with one peer, by medians.
type line struct {
	Row       string  `json:"row"`
	What      string  `json:"what"`
	Unit      string  `json:"unit"` // of TG and PeerValue: s, ms, /s, KB a task, MB; "": there is only a ratio
	TG        float64 `json:"tg"`
	Peer      string  `json:"peer"`
	PeerValue float64 `json:"peer_value"` // 0: not measured
	Ratio     float64 `json:"ratio"`      // how many times as good tg is; 0: not measured
	Aim       string  `json:"aim"`        // "": none
	Met       bool    `json:"met"`

	mean float64 // how much the geometric mean of such ratios is to be; 0: no aim
}

func (b *bench) newReport() *report {
	r := &report{Cores: runtime.NumCPU(), Go: runtime.Version(), Quick: b.quick, Runs: b.runs}
	if b.python != "" {
		out, _ := exec.CommandContext(b.ctx, b.python, "--version").Output()
		r.Python = strings.TrimSpace(string(out))
	}
	if info, err := os.Stat(b.tg); err == nil {
		r.Binary = info.Size()
	}
	return r
}

func (r *report) print(out io.Writer) error {
	python := r.Python
	if python == "" {
		python = "no python3: its rows are skipped"
	}
	fmt.Fprintf(out, "%d cores, %s, %s, tg has %.1f MB, medians of %d\n\n", r.Cores, r.Go, python, float64(r.Binary)/1e6, r.Runs)
	w := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(w, "row\twork\ttg\tpeer\t\tratio\taim\t")
	for _, l := range r.Lines {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n",
			l.Row, l.What, l.value(l.TG), l.Peer, l.value(l.PeerValue), l.ratio(), l.Aim, r.mark(l))
	}
	return w.Flush()
}

func (l line) value(v float64) string {
	if v == 0 {
		return ""
	}
	if l.Unit == "/s" {
		return thousands(int(v)) + " /s"
	}
	return fmt.Sprintf("%.3g %s", v, l.Unit)
}

func (l line) ratio() string {
	if l.Ratio == 0 {
		return ""
	}
	return fmt.Sprintf("%.2f×", l.Ratio)
}

// mark says whether the aim is met; small sizes do not tell.
func (r *report) mark(l line) string {
	switch {
	case r.Quick || l.Aim == "" || l.Ratio == 0 && strings.HasPrefix(l.Aim, "≥"):
		return ""
	case l.Met:
		return "met"
	}
	return "missed"
}

func (r *report) write(file string) error {
	text, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(file, append(text, '\n'), 0o644)
}

// thousands writes 1000000 as 1,000,000.
func thousands(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}
