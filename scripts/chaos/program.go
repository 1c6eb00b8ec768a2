//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"time"
)

// grace is what scripts get to clean up, slack how much longer tg may take to end on a
// busy machine.
const (
	grace = 2 * time.Second
	slack = 20 * time.Second
)

// A program is a tg that runs.
type program struct {
	cmd    *exec.Cmd
	out    lines
	stderr bytes.Buffer
	ended  chan error
}

// tgCommand is tg exec with args, in the round's folder. What its script starts is marked.
func (r *round) tgCommand(args ...string) *exec.Cmd {
	args = append([]string{"exec", "-A", "-q", "--grace", grace.String(), "-e", r.mark}, args...)
	cmd := exec.CommandContext(r.ctx, r.chaos.tg, args...)
	cmd.Dir = r.dir
	return cmd
}

// start starts tg exec; its script is one of this folder.
func (r *round) start(script string, flags []string, args ...string) (*program, error) {
	flags = append(append([]string{}, flags...), r.chaos.dir+"/"+script)
	return begin(r.tgCommand(append(flags, args...)...))
}

func begin(cmd *exec.Cmd) (*program, error) {
	p := &program{cmd: cmd, ended: make(chan error, 1)}
	if cmd.Stdout == nil {
		cmd.Stdout = &p.out
	}
	if cmd.Stderr == nil {
		cmd.Stderr = &p.stderr
	}
	cmd.WaitDelay = time.Second // nobody else should hold its streams
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	go func() { p.ended <- cmd.Wait() }()
	return p, nil
}

// end waits for the end, and returns the status as shells have it. One that does not end is
// killed, and its goroutines are in the error.
func (p *program) end(within time.Duration) (int, error) {
	select {
	case err := <-p.ended:
		return p.status(err)
	case <-time.After(within):
	}
	_ = p.cmd.Process.Signal(syscall.SIGQUIT)
	select {
	case <-p.ended:
	case <-time.After(5 * time.Second):
		_ = p.cmd.Process.Kill()
		<-p.ended
	}
	return 0, fmt.Errorf("did not end within %s:\n%s", within, p.stderr.String())
}

func (p *program) status(err error) (int, error) {
	var exit *exec.ExitError
	switch {
	case err != nil && !errors.As(err, &exit):
		return 0, fmt.Errorf("%w\n%s", err, p.stderr.String())
	case strings.Contains(p.stderr.String(), "goroutine "), strings.Contains(p.stderr.String(), "panic"):
		return 0, errors.New("crashed:\n" + p.stderr.String())
	}
	if w := p.cmd.ProcessState.Sys().(syscall.WaitStatus); w.Signaled() {
		return 128 + int(w.Signal()), nil
	}
	return p.cmd.ProcessState.ExitCode(), nil
}

func (p *program) signal(sig os.Signal) { _ = p.cmd.Process.Signal(sig) }

// A lines keeps whole lines. Safe for concurrent use.
type lines struct {
	mu   sync.Mutex // guards what follows
	text []byte
}

func (l *lines) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	return len(b), nil
}

// list returns the lines until now; of one without an end nothing is known.
func (l *lines) list() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	text := string(l.text[:bytes.LastIndexByte(l.text, '\n')+1])
	return strings.Split(strings.TrimSuffix(text, "\n"), "\n")
}

// wait waits until there are n lines, or for so long.
func (l *lines) wait(n int, most time.Duration) {
	for end := time.Now().Add(most); len(l.list()) < n && time.Now().Before(end); {
		time.Sleep(time.Millisecond)
	}
}
