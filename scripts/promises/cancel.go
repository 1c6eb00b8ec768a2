//go:build unix

package main

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"
)

// soon is how long a worker may go on with what nobody wants any more.
const soon = 200 * time.Millisecond

// cancel: Ctrl-C ends the coordinator, and what workers do for it at once; they go on with
// the next run.
func (t *trial) cancel() error {
	c, err := t.crew(2)
	if err != nil {
		return err
	}
	var late []time.Duration
	for range 5 {
		took, err := t.interrupt(c)
		if err != nil {
			return err
		}
		late = append(late, took)
	}
	slices.Sort(late)
	t.note("idle after %v, %v at most", late[2], late[4])
	if late[2] > soon || late[4] > 10*soon { // others work on this machine, too
		return fmt.Errorf("workers were idle after %v", late)
	}
	w, err := t.work("embed://"+t.at, 2)
	if err != nil {
		return err
	}
	return t.ended(c, w)
}

// interrupt runs busy loops, interrupts the coordinator, and returns after what time the
// workers were idle.
func (t *trial) interrupt(c *crew) (time.Duration, error) {
	p, err := t.exec(nil, "cancel.star", t.tasks)
	if err != nil {
		return 0, err
	}
	if err := t.waitFor(p, 2*slots, "busy ", 30*time.Second); err != nil {
		return 0, err
	}
	if !t.pause(t.between(0, 500*time.Millisecond)) {
		return 0, t.ctx.Err()
	}
	began := time.Now()
	p.signal(os.Interrupt)
	t.harms.Add(1)
	took := idle(c.all(), began)
	t.say("workers are idle after %v", took)
	return took, t.expect(p, 130, 20*time.Second)
}

// idle returns how long processes went on to use the processor: until they had used none, or
// next to none, for a while.
func idle(workers []*program, began time.Time) time.Duration {
	const step, calm = 10 * time.Millisecond, 15
	last, before := began, ticks(workers)
	for quiet := 0; quiet < calm && time.Since(began) < 5*time.Second; {
		time.Sleep(step)
		now := ticks(workers)
		if quiet++; now > before {
			last, quiet = time.Now(), 0
		}
		before = now
	}
	return last.Sub(began).Round(time.Millisecond)
}

// ticks is how much processor time processes have used, in hundredths of a second; 0 where
// the system does not say.
func ticks(programs []*program) (sum int) {
	for _, p := range programs {
		text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
		if _, rest, ok := strings.Cut(string(text), ") "); ok {
			for _, field := range strings.Fields(rest)[11:13] {
				n, _ := strconv.Atoi(field)
				sum += n
			}
		}
	}
	return sum
}
