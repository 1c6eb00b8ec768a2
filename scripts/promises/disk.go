//go:build unix

package main

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// disk: the servers' store is full. The run goes on, or ends with an error that says so;
// what it has printed until then is right.
func (t *trial) disk() error {
	if err := t.allowance(); err != nil {
		return fmt.Errorf("a server that may store little: %w", err)
	}
	if err := t.filled(); err != nil {
		return fmt.Errorf("a disk that is full: %w", err)
	}
	return nil
}

// allowance: the server may store less than what is under way.
func (t *trial) allowance() error {
	server, err := t.server("server", t.at, nats.Embed{MaxDisk: 1 << 20})
	if err != nil {
		return err
	}
	defer server.kill()
	return t.full("nats://"+t.at, nil, func() error { t.harms.Add(1); return nil })
}

// filled: somebody else fills the disk, and cleans up after a while.
func (t *trial) filled() error {
	dir := t.dir + "/disk"
	if err := os.Mkdir(dir, 0o700); err != nil {
		return err
	}
	if text, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=48m", "tmpfs", dir).CombinedOutput(); err != nil {
		t.note("no small disk: %s", strings.TrimSpace(string(text)))
		return nil
	}
	defer func() { _ = exec.Command("umount", "-l", dir).Run() }()
	fill := func() error {
		f, err := os.Create(dir + "/filler")
		if err != nil {
			return err
		}
		for err == nil {
			_, err = f.Write(make([]byte, 4096))
		}
		t.harms.Add(1)
		t.say("the disk is full")
		t.pause(5 * time.Second)
		t.say("there is space again")
		return errors.Join(f.Close(), os.Remove(dir+"/filler"))
	}
	return t.full("embed://"+t.at, []string{"--cluster-dir", dir + "/store"}, fill)
}

// full runs disk.star, does harm once results have come, and looks at how it ends.
func (t *trial) full(url string, flags []string, harm func() error) error {
	c, err := t.crew(3)
	if err != nil {
		return err
	}
	defer func() {
		for _, w := range c.all() {
			w.kill()
		}
	}()
	p, err := t.execAt(url, flags, "disk.star", t.tasks)
	if err != nil {
		return err
	}
	if err := t.wait(p, "go", 40*time.Second); err != nil {
		return err
	}
	t.pause(500 * time.Millisecond)
	if err := harm(); err != nil {
		return err
	}
	select {
	case <-p.ended:
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-time.After(t.patience() / 2):
	}
	return t.spaced(p)
}

// spaced looks at how a run ended that had too little space.
func (t *trial) spaced(p *program) error {
	status := 1
	if p.over() && p.status() == 0 {
		status = 0
	}
	if err := t.expect(p, status, time.Second); err != nil {
		return err
	}
	said, told := p.stderr.String(), 0
	for line := range strings.Lines(p.stdout.String()) {
		var i, size int
		if n, _ := fmt.Sscanf(line, "result %d %d\n", &i, &size); n == 2 {
			if told++; size != 20000+i {
				return fmt.Errorf("it says %q", line)
			}
		}
	}
	t.say("status %d, %d results", status, told)
	switch {
	case status == 0 && told != t.tasks:
		return fmt.Errorf("%d results of %d were told", told, t.tasks)
	case status == 0:
		t.note("went on")
	case !strings.Contains(said, "full") && !strings.Contains(said, "no space"):
		return errors.New("the error does not say that the disk is full")
	default:
		t.note("failed clearly")
	}
	return nil
}
