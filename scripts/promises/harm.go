//go:build unix

package main

import (
	"errors"
	"syscall"
	"time"
)

// calm is how long workers are not killed, and then are. A task is lost whose worker is
// gone three times; as it starts again after ackWait, no task meets that by mere chance.
const calm = 2 * time.Second

// kill: workers are killed all the time, or nearly so, and replaced.
func (t *trial) kill() error {
	c, err := t.crew(3)
	if err != nil {
		return err
	}
	pace := calm * 3 * slots / time.Duration(t.tasks/4)
	w, err := t.workAt("embed://"+t.at, min(max(pace, 10*time.Millisecond), 100*time.Millisecond))
	if err != nil {
		return err
	}
	begun := time.Now()
	for t.pause(t.between(100*time.Millisecond, 500*time.Millisecond)) && !w.over() {
		if time.Since(begun)/calm%2 == 1 {
			continue
		}
		i, worker := c.any()
		worker.kill()
		t.harms.Add(1)
		t.say("%s is killed", worker.title)
		if err := c.replace(i); err != nil {
			return err
		}
	}
	return t.ended(c, w)
}

// stop: workers are stopped for longer than the servers wait, and go on where they were.
func (t *trial) stop() error {
	c, err := t.crew(3)
	if err != nil {
		return err
	}
	w, err := t.work("embed://"+t.at, 3)
	if err != nil {
		return err
	}
	for t.pause(t.between(100*time.Millisecond, 700*time.Millisecond)) && !w.over() {
		_, worker := c.any()
		worker.signal(syscall.SIGSTOP)
		t.harms.Add(1)
		t.say("%s is stopped", worker.title)
		if !t.pause(ackWait + t.between(500*time.Millisecond, 1500*time.Millisecond)) {
			return t.ctx.Err()
		}
		worker.signal(syscall.SIGCONT)
		t.say("%s goes on", worker.title)
	}
	return t.ended(c, w)
}

// ended looks at what the harm has done to a run.
func (t *trial) ended(c *crew, w *work) error {
	if err := w.kept(); err != nil {
		return err
	}
	t.say("the run has ended well")
	if t.harms.Load() == 0 {
		return errUnharmed
	}
	return c.dismiss()
}

// resume: the coordinator is killed half-way; the next one takes the values that the joblog
// has, and the workers that are still there do the rest.
func (t *trial) resume() error {
	c, err := t.crew(3)
	if err != nil {
		return err
	}
	log := t.dir + "/log.jsonl"
	flags := []string{"--joblog", log, "--resume"}
	for share := range 2 { // killed twice: after a third, and after two
		p, err := t.exec(flags, "resume.star", t.tasks)
		if err != nil {
			return err
		}
		if err := t.lines(p, log, t.tasks*(share+1)/3); err != nil {
			return err
		}
		p.kill()
		t.harms.Add(1)
		t.say("the coordinator is killed")
	}
	p, err := t.exec(flags, "resume.star", t.tasks)
	if err != nil {
		return err
	}
	if err := t.expect(p, 0, t.patience()); err != nil {
		return err
	}
	n := t.tasks
	for name, want := range map[string]any{
		"mapped": list(n/2, func(i int) int { return i * 7 }),
		"named":  list(n-n/2, func(i int) []int { return []int{i, i + 1} }),
	} {
		if err := p.printed(name, want); err != nil {
			return err
		}
	}
	if err := logged(log, map[string]int{"mapped": n / 2, "several": n - n/2}); err != nil {
		return err
	}
	return c.dismiss()
}

var errTooSoon = errors.New("the run was over before it could be killed")
