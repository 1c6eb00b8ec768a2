//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"syscall"
	"time"
)

// A blow is what a running tg gets.
type blow struct {
	name    string
	signals []syscall.Signal
	status  []int // what it may end with
	hard    bool  // it has no chance to clean up
}

var blows = []blow{
	{"SIGTERM", []syscall.Signal{syscall.SIGTERM}, []int{143}, false},
	{"SIGINT", []syscall.Signal{syscall.SIGINT}, []int{130}, false},
	{"SIGHUP", []syscall.Signal{syscall.SIGHUP}, []int{129}, false},
	{"SIGKILL", []syscall.Signal{syscall.SIGKILL}, []int{137}, true},
	{"SIGINT twice", []syscall.Signal{syscall.SIGINT, syscall.SIGINT}, []int{130}, true},
	{"SIGINT, SIGTERM", []syscall.Signal{syscall.SIGINT, syscall.SIGTERM}, []int{130, 143}, true},
}

// workTasks is how many tasks work.star is given.
const workTasks = 30

// signals interrupts work.star some times, at any moment, and then lets it end: what it has
// said to be done is there each time, and is not done again.
func (r *round) signals() error {
	w := &work{round: r}
	for n := range 1 + r.rng.IntN(4) {
		b := blows[r.rng.IntN(len(blows))]
		if err := w.struck(b); err != nil {
			return fmt.Errorf("run %d, %s: %w", n+1, b.name, err)
		}
	}
	for _, all := range []string{"done or cached", "cached"} {
		p, err := r.start("work.star", nil, r.dir, fmt.Sprint(workTasks))
		if err != nil {
			return err
		}
		status, err := p.end(time.Minute)
		if err != nil || status != 0 {
			return errors.Join(fmt.Errorf("the last run: status %d\n%s", status, p.stderr.String()), err)
		}
		if err := w.ended(p); err != nil {
			return fmt.Errorf("the last run: %w", err)
		}
		if n := w.count(p, "done"); all == "cached" && n > 0 || !p.has(lastLine) {
			return fmt.Errorf("the last run did %d tasks again and said %q", n, p.out.list())
		}
	}
	return r.orphans()
}

// lastLine is what work.star says when all is done.
var lastLine = fmt.Sprintf("total %d", (workTasks-1)*workTasks*(2*workTasks-1)/6)

// struck runs the script and gives it a blow.
func (w *work) struck(b blow) error {
	p, err := w.start("work.star", nil, w.dir, fmt.Sprint(workTasks))
	if err != nil {
		return err
	}
	if w.rng.IntN(4) > 0 { // the others before it has done anything
		p.out.wait(1+w.rng.IntN(workTasks), 3*time.Second)
	}
	time.Sleep(time.Duration(w.rng.IntN(40)) * time.Millisecond)
	for _, sig := range b.signals {
		p.signal(sig)
		time.Sleep(time.Duration(w.rng.IntN(3000)) * time.Microsecond)
	}
	status, err := p.end(grace + slack)
	if err != nil {
		return err
	}
	if over := p.has(lastLine); !slices.Contains(b.status, status) && !(over && status == 0) {
		return fmt.Errorf("status %d\n%s", status, p.stderr.String())
	}
	w.torn = w.torn || b.hard
	if err := w.ended(p); err != nil {
		return err
	}
	if b.hard {
		w.sweep() // nobody else could
		return nil
	}
	return w.orphans()
}

// left reports files that should not be there: after blows that leave no time to clean up
// there may be some.
func (w *work) left() error {
	list, err := os.ReadDir(w.dir)
	for _, f := range list {
		if !w.torn && f.Name() != "kept.json" && f.Name() != "log.jsonl" {
			err = errors.Join(err, fmt.Errorf("%s was left behind", f.Name()))
		}
	}
	return err
}
