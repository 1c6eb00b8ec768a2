//go:build unix

package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"time"
)

// lines waits until the joblog has so many.
func (t *trial) lines(p *program, file string, n int) error {
	for end := time.Now().Add(t.patience()); t.pause(5 * time.Millisecond); {
		all, err := os.ReadFile(file)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		switch {
		case bytes.Count(all, []byte("\n")) > n:
			return nil
		case p.over():
			return errTooSoon
		case time.Now().After(end):
			return fmt.Errorf("the joblog has not come to %d lines", n)
		}
	}
	return t.ctx.Err()
}

// logged reports whether the joblog has so many tasks of each group, each of them once, and ok.
func logged(file string, want map[string]int) error {
	all, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	got, seen := map[string]int{}, map[string]bool{}
	for line := range bytes.Lines(all) {
		var l struct {
			Group, Task, Args, Status string
			N                         int
		}
		if err := json.Unmarshal(line, &l); err != nil {
			return fmt.Errorf("the joblog has %q: %w", line, err)
		}
		if l.Status == "" {
			continue // it is not about a task
		}
		which := fmt.Sprintln(l.Group, l.Task, l.Args, l.N)
		if seen[which] || l.Status != "ok" {
			return fmt.Errorf("the joblog has twice, or as failed: %s", line)
		}
		seen[which] = true
		got[l.Group]++
	}
	if a, b := marshal(got), marshal(want); a != b {
		return fmt.Errorf("the joblog has %s tasks, not %s", a, b)
	}
	return nil
}
