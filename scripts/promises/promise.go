//go:build unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A promise is what a cluster is to keep whatever is done to it.
type promise struct {
	name  string
	run   func(*trial) error
	needs func() string // says what is missing, or ""; nil: nothing
	alone bool          // it measures time: nothing else may run

	// What came of it:
	tasks int
	harms int
	took  time.Duration
	notes []string
	err   error
	done  bool
}

func promises() []*promise {
	return []*promise{
		{name: "version", run: (*trial).version}, // which takes longest
		{name: "leader", run: (*trial).leader},
		{name: "disk", run: (*trial).disk},
		{name: "kill", run: (*trial).kill},
		{name: "stop", run: (*trial).stop},
		{name: "cut", run: (*trial).cut, needs: network},
		{name: "poison", run: (*trial).poison, needs: func() string { return missing("sh") }},
		{name: "cancel", run: (*trial).cancel, alone: true},
		{name: "resume", run: (*trial).resume},
	}
}

func names() string {
	var list []string
	for _, p := range promises() {
		list = append(list, p.name)
	}
	return strings.Join(list, ", ")
}

// choose returns the promises of these names; "": all.
func choose(only string) (chosen []*promise, err error) {
	all := map[string]*promise{}
	for _, p := range promises() {
		if all[p.name] = p; only == "" {
			chosen = append(chosen, p)
		}
	}
	if only == "" {
		return chosen, nil
	}
	for name := range strings.SplitSeq(only, ",") {
		p := all[strings.TrimSpace(name)]
		if p == nil {
			return nil, fmt.Errorf("there is no promise %q; there are %s", name, names())
		}
		chosen = append(chosen, p)
	}
	return chosen, nil
}

// missing says which of the programs is not there, or "".
func missing(programs ...string) string {
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			return err.Error()
		}
	}
	return ""
}

// few tasks leave the machine room for several trials at once: these mostly wait.
const few, lanes = 5000, 6

// examine puts promises to the test, and returns the names of those that were broken.
func (l *lab) examine(ctx context.Context, chosen []*promise) (broken []string) {
	places := make(chan struct{}, lanes)
	if l.tasks > few {
		places = make(chan struct{}, 1)
	}
	var wg sync.WaitGroup
	for _, alone := range []bool{false, true} {
		for _, p := range chosen {
			if p.alone != alone {
				continue
			}
			places <- struct{}{}
			wg.Go(func() {
				defer func() { <-places }()
				l.try(ctx, p)
			})
		}
		wg.Wait()
	}
	for _, p := range chosen {
		if p.err != nil {
			broken = append(broken, p.name)
		}
	}
	return broken
}

// try puts one promise to the test.
func (l *lab) try(ctx context.Context, p *promise) {
	if p.needs != nil {
		if note := p.needs(); note != "" {
			p.notes = []string{"skipped: " + note}
			return
		}
	}
	began := time.Now()
	if ctx.Err() != nil {
		return
	}
	t, err := l.trial(ctx, p.name)
	if err == nil {
		err = p.run(t)
		t.close()
		if err != nil && ctx.Err() == nil {
			l.print("%s is broken: %s\n%s", p.name, indent(err.Error()), t.tails())
		}
		p.tasks, p.harms, p.notes = t.tasks, int(t.harms.Load()), t.notes
	}
	if ctx.Err() != nil {
		return // it says nothing
	}
	p.err, p.done, p.took = err, true, time.Since(began)
}

func indent(text string) string { return strings.ReplaceAll(text, "\n", "\n    ") }

// report prints a table.
func report(out io.Writer, chosen []*promise) {
	fmt.Fprintf(out, "%-9s %8s %6s %8s  %s\n", "promise", "tasks", "harm", "seconds", "result")
	for _, p := range chosen {
		result := "kept"
		switch {
		case p.err != nil:
			result = "BROKEN"
		case !p.done && len(p.notes) == 0:
			result = "interrupted"
		case !p.done:
			result = ""
		}
		if len(p.notes) > 0 {
			result = strings.TrimPrefix(result+"; "+strings.Join(p.notes, "; "), "; ")
		}
		fmt.Fprintf(out, "%-9s %8d %6d %8.1f  %s\n", p.name, p.tasks, p.harms, p.took.Seconds(), result)
	}
}

var errUnharmed = errors.New("the run was over before any harm was done")
