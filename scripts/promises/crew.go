//go:build unix

package main

import (
	"fmt"
	"strings"
	"sync"
	"syscall"
	"time"
)

// ackWait is how long the servers wait for word of a worker, as tg has it.
const ackWait = 3 * time.Second

// slots is how many tasks each worker runs at once.
const slots = 2

// A crew is the workers of a trial.
type crew struct {
	t   *trial
	url string

	inside *subnet // where they are; nil: here

	mu      sync.Mutex // guards what follows
	workers []*program
	started int
}

// crew starts so many workers.
func (t *trial) crew(n int) (*crew, error) {
	return t.crewAt("nats://"+t.at, n)
}

func (t *trial) crewAt(url string, n int) (*crew, error) {
	c := &crew{t: t, url: url}
	for range n {
		if err := c.hire(); err != nil {
			return nil, err
		}
	}
	return c, nil
}

// hire starts one more.
func (c *crew) hire() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, err := c.fresh()
	if err == nil {
		c.workers = append(c.workers, w)
	}
	return err
}

// fresh starts a worker; c.mu is held.
func (c *crew) fresh() (*program, error) {
	c.started++
	name := fmt.Sprintf("w%d", c.started)
	args := []string{"worker", "-A", "-q", "--color", "never", "--cluster", c.url, "--slots", fmt.Sprint(slots), "--name", name}
	if c.inside != nil {
		return c.t.begin("tg worker "+name, c.inside.inside(c.t.tg, args...))
	}
	return c.t.start("tg worker "+name, args...)
}

// any is a worker by chance; its place in the crew, too.
func (c *crew) any() (int, *program) {
	c.mu.Lock()
	defer c.mu.Unlock()
	i := c.t.rng.IntN(len(c.workers))
	return i, c.workers[i]
}

// replace puts a fresh worker in the place of one that has ended.
func (c *crew) replace(i int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	w, err := c.fresh()
	if err == nil {
		c.workers[i] = w
	}
	return err
}

// keep replaces workers that are killed until the trial ends or stop is called, which
// returns how many there were.
func (c *crew) keep() (stop func() int) {
	quit, killed := make(chan struct{}), make(chan int, 1)
	go func() {
		n := 0
		defer func() { killed <- n }()
		for {
			for i := range c.all() {
				if c.all()[i].over() && c.replace(i) == nil {
					n++
				}
			}
			select {
			case <-quit:
				return
			case <-c.t.ctx.Done():
				return
			case <-time.After(20 * time.Millisecond):
			}
		}
	}()
	return func() int {
		close(quit)
		return <-killed
	}
}

func (c *crew) all() []*program {
	c.mu.Lock()
	defer c.mu.Unlock()
	return append([]*program(nil), c.workers...)
}

// sound reports workers that have ended though nobody has ended them, or that crashed.
func (c *crew) sound() error {
	for _, w := range c.all() {
		if w.over() {
			return fmt.Errorf("%s ended by itself, with %d", w.title, w.status())
		}
	}
	c.t.mu.Lock()
	defer c.t.mu.Unlock()
	for _, p := range c.t.programs {
		if strings.Contains(p.stderr.String(), "goroutine ") {
			return fmt.Errorf("%s crashed", p.title)
		}
	}
	return nil
}

// dismiss ends the workers as a user does: with a signal, whose status they have.
func (c *crew) dismiss() error {
	if err := c.sound(); err != nil {
		return err
	}
	all := c.all()
	for _, w := range all {
		w.signal(syscall.SIGTERM)
	}
	for _, w := range all {
		if err := c.t.expect(w, 143, 20*time.Second); err != nil {
			return err
		}
	}
	return nil
}
