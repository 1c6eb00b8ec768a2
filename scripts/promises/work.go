//go:build unix

package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

// A work is one run of work.star.
type work struct {
	*program
	t   *trial
	log string // the joblog's name
}

// worktime is how long a run's tasks sleep, all in all: for so long there is something to harm.
func (t *trial) worktime() time.Duration {
	return min(4*time.Second+time.Duration(t.tasks)*time.Millisecond, time.Minute)
}

// work starts work.star on so many workers.
func (t *trial) work(url string, workers int) (*work, error) {
	sleepers := t.tasks/5 + t.tasks/20
	return t.workAt(url, t.worktime()*time.Duration(slots*workers)/time.Duration(sleepers))
}

// workAt starts it with a time that tasks sleep.
func (t *trial) workAt(url string, pace time.Duration) (*work, error) {
	w := &work{t: t, log: t.dir + "/log.jsonl"}
	var err error
	w.program, err = t.execAt(url, []string{"--joblog", w.log}, "work.star", t.tasks, fmt.Sprintf("%.4f", pace.Seconds()))
	if err != nil {
		return nil, err
	}
	return w, t.wait(w.program, "go", 40*time.Second)
}

// kept waits for the end, and looks at everything that was printed.
func (w *work) kept() error {
	if err := w.t.expect(w.program, 0, w.t.patience()); err != nil {
		return err
	}
	if said := w.stderr.String(); strings.Contains(said, "error") {
		return fmt.Errorf("it says %q", said)
	}
	n := w.t.tasks
	for name, want := range map[string]any{
		"pure": list(n/2, func(i int) int { return i*3 + (i%50)*(i%50-1)/2 }), "counted": list(n/4, func(i int) int { return i * i }),
		"named":   list(n/5, func(i int) string { return fmt.Sprintf("n%d", i) }),
		"shelved": list(n/20, func(i int) []int { return []int{i, i * 11} }),
		"tally":   tally(n), "shelf": shelf(n),
	} {
		if err := w.printed(name, want); err != nil {
			return err
		}
	}
	return logged(w.log, map[string]int{"pure": n / 2, "counted": n / 4, "several": n / 5, "single": n / 20})
}

// patience is how long a run may take on a slow machine.
func (t *trial) patience() time.Duration {
	return 4*t.worktime() + 90*time.Second + time.Duration(t.tasks)*10*time.Millisecond
}

func list[T any](n int, at func(i int) T) []T {
	all := make([]T, n)
	for i := range all {
		all[i] = at(i)
	}
	return all
}

func tally(n int) map[string]int {
	all := map[string]int{"counted": n / 4, "shelved": n / 20}
	for i := range n / 5 {
		all[fmt.Sprintf("named %d", i%3)] += i % 7
	}
	return all
}

func shelf(n int) map[string]int {
	all := map[string]int{}
	for i := range n / 20 {
		all[fmt.Sprintf("k%d", i)] = i * 11
	}
	return all
}

// printed reports whether there is just one line that begins with the name, and whether
// what it says is what was wanted.
func (p *program) printed(name string, want any) error {
	_, line, found := strings.Cut("\n"+p.stdout.String(), "\n"+name+" ")
	line, rest, _ := strings.Cut(line, "\n")
	switch {
	case !found:
		return fmt.Errorf("it has not printed %q", name)
	case strings.Contains("\n"+rest, "\n"+name+" "):
		return fmt.Errorf("it has printed %q twice", name)
	}
	var got any
	if err := json.Unmarshal([]byte(line), &got); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	if a, b := marshal(got), marshal(want); a != b {
		return fmt.Errorf("%s is wrong: %s", name, difference(a, b))
	}
	return nil
}

func marshal(v any) string {
	text, err := json.Marshal(v)
	if err != nil {
		panic(err) // it is plain data
	}
	return string(text)
}

// difference shows where two texts part.
func difference(got, want string) string {
	i := 0
	for i < len(got) && i < len(want) && got[i] == want[i] {
		i++
	}
	from := max(i-30, 0)
	part := func(s string) string { return s[min(from, len(s)):min(from+90, len(s))] }
	return fmt.Sprintf("…%s…, not …%s…", part(got), part(want))
}
