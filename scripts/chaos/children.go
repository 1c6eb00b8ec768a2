//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// marked returns the processes that the round's scripts have started and that still live.
func (r *round) marked() (pids []int) {
	list, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range list {
		environ, _ := os.ReadFile(file) // of one that has ended it is empty
		if slices.ContainsFunc(bytes.Split(environ, []byte{0}), func(v []byte) bool { return string(v) == r.mark }) {
			if pid, err := strconv.Atoi(filepath.Base(filepath.Dir(file))); err == nil {
				pids = append(pids, pid)
			}
		}
	}
	return pids
}

// orphans reports programs that have outlived the script; they get a moment to die.
func (r *round) orphans() error {
	left := r.marked()
	for end := time.Now().Add(2 * time.Second); len(left) > 0 && time.Now().Before(end); left = r.marked() {
		time.Sleep(10 * time.Millisecond)
	}
	if len(left) == 0 {
		return nil
	}
	argv, _ := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", left[0]))
	return fmt.Errorf("%d programs have outlived the script, one is %q", len(left), argv)
}

// sweep kills what is left.
func (r *round) sweep() {
	for range 100 {
		left := r.marked()
		if len(left) == 0 {
			return
		}
		for _, pid := range left {
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// children kills and stops programs of a script at random: one that dies costs the task that
// runs it, and no other.
func (r *round) children() error {
	p, err := r.start("children.star", nil)
	if err != nil {
		return err
	}
	sent := 0
	for !p.has("end") && len(p.ended) == 0 {
		time.Sleep(time.Duration(r.rng.IntN(40)) * time.Millisecond)
		pids := r.marked()
		if len(pids) == 0 {
			continue
		}
		sig := []syscall.Signal{syscall.SIGKILL, syscall.SIGKILL, syscall.SIGSTOP, syscall.SIGCONT, syscall.SIGTERM}[r.rng.IntN(5)]
		if syscall.Kill(pids[r.rng.IntN(len(pids))], sig) == nil {
			sent++
		}
	}
	status, err := p.end(grace + slack)
	if err != nil || status != 0 {
		return errors.Join(fmt.Errorf("status %d\n%s", status, p.stderr.String()), err)
	}
	said := p.out.list()
	if len(said) != childTasks+1 {
		return fmt.Errorf("said %q", said)
	}
	failed := 0
	for n, line := range said[:childTasks] {
		switch how := strings.TrimPrefix(line, fmt.Sprintf("%d ", n)); how {
		case fmt.Sprintf("ok %d", n):
		case "failed exit -9", "failed exit -15", "failed timeout None":
			failed++
		default:
			return fmt.Errorf("task %d: %q", n, line)
		}
	}
	if failed > sent {
		return fmt.Errorf("%d tasks failed, and only %d signals were sent", failed, sent)
	}
	return r.orphans()
}

// childTasks is how many tasks children.star has.
const childTasks = 24

func (p *program) has(line string) bool { return slices.Contains(p.out.list(), line) }
