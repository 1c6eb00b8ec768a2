//go:build unix

package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"syscall"
	"time"
)

// A program is a process of the trial. Safe for concurrent use.
type program struct {
	title  string
	cmd    *exec.Cmd
	stdout text
	stderr text
	ended  chan struct{} // closed when it has ended
	err    error         // of Wait; to be read when it has ended
}

// begin starts a program in a process group of its own: a Ctrl-C here is not for it.
func (t *trial) begin(title string, cmd *exec.Cmd) (*program, error) {
	p := &program{title: title, cmd: cmd, ended: make(chan struct{})}
	cmd.Dir, cmd.Stdout, cmd.Stderr = t.dir, &p.stdout, &p.stderr
	if cmd.Env == nil {
		cmd.Env = t.env
	}
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.WaitDelay = time.Second // nobody else should hold its streams
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ctx.Err() != nil {
		return nil, t.ctx.Err()
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	t.programs = append(t.programs, p)
	go func() {
		p.err = cmd.Wait()
		close(p.ended)
	}()
	return p, nil
}

// start starts tg.
func (t *trial) start(title string, args ...string) (*program, error) {
	return t.begin(title, exec.Command(t.tg, args...))
}

// output runs tg to its end, which is to be good.
func (t *trial) output(args ...string) (string, error) {
	p, err := t.start("tg "+strings.Join(args, " "), args...)
	if err != nil {
		return "", err
	}
	if err := t.expect(p, 0, 20*time.Second); err != nil {
		return "", err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.programs = slices.DeleteFunc(t.programs, func(other *program) bool { return other == p })
	return p.stdout.String(), nil
}

// exec starts the coordinator, with a server of its own.
func (t *trial) exec(flags []string, script string, args ...any) (*program, error) {
	return t.execAt("embed://"+t.at, flags, script, args...)
}

func (t *trial) execAt(url string, flags []string, script string, args ...any) (*program, error) {
	all := append([]string{"exec", "-A", "-q", "--color", "never", "--cluster", url}, flags...)
	all = append(all, t.lab.dir+"/"+script)
	for _, a := range args {
		all = append(all, fmt.Sprint(a))
	}
	return t.start("tg exec "+script, all...)
}

// expect waits for the end and the exit status. Who takes longer has hung, and says where
// its goroutines are.
func (t *trial) expect(p *program, status int, within time.Duration) error {
	select {
	case <-p.ended:
	case <-t.ctx.Done():
		return t.ctx.Err()
	case <-time.After(within):
		_ = p.cmd.Process.Signal(syscall.SIGQUIT)
		select {
		case <-p.ended:
		case <-time.After(5 * time.Second):
		}
		return fmt.Errorf("%s did not end within %v; %s", p.title, within, p.hung())
	}
	switch got := p.status(); {
	case strings.Contains(p.stderr.String(), "goroutine "):
		return fmt.Errorf("%s crashed", p.title)
	case got != status:
		return fmt.Errorf("%s: exit status %d, not %d", p.title, got, status)
	}
	return nil
}

// hung keeps where the goroutines of a program are that did not end, which are too many to be shown.
func (p *program) hung() string {
	f, err := os.CreateTemp("", "tgpromises-hung-")
	if err != nil {
		return err.Error()
	}
	_, err = f.WriteString(p.stderr.String())
	if err = errors.Join(err, f.Close()); err != nil {
		return err.Error()
	}
	return "its goroutines are in " + f.Name()
}

// status is the exit status as shells have it.
func (p *program) status() int {
	var exit *exec.ExitError
	if p.err != nil && !errors.As(p.err, &exit) {
		return -1
	}
	if w := p.cmd.ProcessState.Sys().(syscall.WaitStatus); w.Signaled() {
		return 128 + int(w.Signal())
	}
	return p.cmd.ProcessState.ExitCode()
}

func (p *program) over() bool {
	select {
	case <-p.ended:
		return true
	default:
		return false
	}
}

func (p *program) signal(sig os.Signal) { _ = p.cmd.Process.Signal(sig) }

// kill kills it with all that it has started, and waits for the end.
func (p *program) kill() {
	_ = syscall.Kill(-p.cmd.Process.Pid, syscall.SIGKILL)
	<-p.ended
}

// tail is what it has printed last, if anything.
func (p *program) tail() string {
	var b strings.Builder
	for _, s := range []struct {
		name string
		*text
	}{{"stdout", &p.stdout}, {"stderr", &p.stderr}} {
		if last := s.tail(); last != "" {
			fmt.Fprintf(&b, "  %s (%d), the end of %s:\n    %s\n", p.title, p.cmd.Process.Pid, s.name, indent(last))
		}
	}
	return b.String()
}

// A text is what a program prints. Safe for concurrent use.
type text struct {
	mu  sync.Mutex // guards all
	all bytes.Buffer
}

func (t *text) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.Write(b)
}

func (t *text) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.all.String()
}

// tail returns the last lines, and of each not too much.
func (t *text) tail() string {
	all := strings.Split(strings.TrimSuffix(t.String(), "\n"), "\n")
	all = all[max(len(all)-12, 0):]
	for i, line := range all {
		if len(line) > 300 {
			all[i] = line[:200] + " … " + line[len(line)-90:]
		}
	}
	return strings.Join(all, "\n")
}

// wait waits until the program has printed a line that begins so, as a whole.
func (t *trial) wait(p *program, begins string, most time.Duration) error {
	return t.waitFor(p, 1, begins, most)
}

// waitFor waits for so many lines that begin so.
func (t *trial) waitFor(p *program, n int, begins string, most time.Duration) error {
	for end := time.Now().Add(most); ; {
		printed := "\n" + p.stdout.String()
		if strings.Count(printed[:strings.LastIndexByte(printed, '\n')], "\n"+begins) >= n {
			return nil
		}
		switch {
		case p.over():
			return fmt.Errorf("%s ended, with %d, before it printed %q %d times", p.title, p.status(), begins, n)
		case time.Now().After(end):
			return fmt.Errorf("%s did not print %q %d times within %v", p.title, begins, n, most)
		case !t.pause(5 * time.Millisecond):
			return t.ctx.Err()
		}
	}
}
