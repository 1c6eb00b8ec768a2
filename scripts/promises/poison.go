//go:build unix

package main

import (
	"fmt"
	"time"
)

// poison: an item kills whatever worker takes it. It is lost, and no other is.
func (t *trial) poison() error {
	c, err := t.crew(3)
	if err != nil {
		return err
	}
	stop := c.keep()
	p, err := t.exec(nil, "poison.star", t.tasks, t.tasks*2/3)
	if err != nil {
		return err
	}
	err = t.expect(p, 0, t.patience()+40*ackWait)
	t.harms.Add(int64(stop()))
	if err != nil {
		return err
	}
	if err := p.printed("failed", []any{[]any{t.tasks * 2 / 3, "lost"}}); err != nil {
		return err
	}
	sum := 0
	for i := range t.tasks {
		if i != t.tasks*2/3 {
			sum += i * i
		}
	}
	if err := p.printed("ok", []int{t.tasks - 1, sum}); err != nil {
		return err
	}
	if t.harms.Load() < 3 {
		return fmt.Errorf("only %d workers were killed", t.harms.Load())
	}
	time.Sleep(100 * time.Millisecond) // the last one may just have been started
	return c.dismiss()
}
