//go:build unix

package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"
)

// streams takes standard output or standard error away.
func (r *round) streams() error {
	ways := []func(*round) error{(*round).head, (*round).fullOutput, (*round).closedErrors, (*round).brokenErrors, (*round).closedOutput}
	err := ways[r.rng.IntN(len(ways))](r)
	return errors.Join(err, r.orphans())
}

// head reads some lines and no more, as head does: status 141, and not a word.
func (r *round) head() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd := r.tgCommand(r.chaos.dir+"/streams.star", "0")
	cmd.Stdout = write
	p, err := begin(cmd)
	write.Close()
	if err != nil {
		return err
	}
	from := bufio.NewReader(read)
	for range r.rng.IntN(100) {
		line, err := from.ReadString('\n')
		if err != nil || len(line) != 103 {
			return fmt.Errorf("%q was printed (%w)\n%s", line, err, p.stderr.String())
		}
	}
	read.Close()
	return p.expect(141, "")
}

// expect waits for the end, the status and a word on standard error; "": none.
func (p *program) expect(status int, says string) error {
	got, err := p.end(grace + slack)
	text := p.stderr.String()
	switch {
	case err != nil:
		return err
	case got != status, says == "" && text != "", !strings.Contains(text, says):
		return fmt.Errorf("status %d, not %d; says %q, not %q", got, status, text, says)
	}
	return nil
}

// fullOutput: standard output is a device that is always full.
func (r *round) fullOutput() error {
	full, err := os.OpenFile("/dev/full", os.O_WRONLY, 0)
	if err != nil {
		return nil // there is none here
	}
	defer full.Close()
	flags := [][]string{nil, {"--json"}, {"--output", "group"}, {"--output", "prefix"}}[r.rng.IntN(4)]
	cmd := r.tgCommand(append(flags, r.chaos.dir+"/streams.star", "20")...)
	cmd.Stdout = full
	p, err := begin(cmd)
	if err != nil {
		return err
	}
	return p.expect(1, "cannot write to standard output")
}

// closedErrors: there is no standard error.
func (r *round) closedErrors() error {
	tg := r.tgCommand(r.chaos.dir+"/streams.star", "20")
	cmd := exec.CommandContext(r.ctx, "sh", append([]string{"-c", `exec "$@" 2>&-`, "sh"}, tg.Args...)...)
	cmd.Args[4] = tg.Path
	p, err := begin(cmd)
	if err != nil {
		return err
	}
	return errors.Join(p.expect(1, ""), p.whole())
}

// brokenErrors: nobody reads standard error.
func (r *round) brokenErrors() error {
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	read.Close()
	cmd := r.tgCommand(r.chaos.dir+"/streams.star", "20")
	cmd.Stderr = write
	p, err := begin(cmd)
	write.Close()
	if err != nil {
		return err
	}
	return errors.Join(p.expect(1, ""), p.whole())
}

// whole reports whether all 80 lines of streams.star were printed.
func (p *program) whole() error {
	if n := len(p.out.list()); n != 80 {
		return fmt.Errorf("%d lines of 80 were printed", n)
	}
	return nil
}

// closedOutput: there is no standard output, or nobody ever reads it and tg is stopped.
func (r *round) closedOutput() error {
	if r.rng.IntN(2) == 0 {
		tg := r.tgCommand(r.chaos.dir+"/streams.star", "20")
		cmd := exec.CommandContext(r.ctx, "sh", append([]string{"-c", `exec "$@" >&-`, "sh"}, tg.Args...)...)
		cmd.Args[4] = tg.Path
		p, err := begin(cmd)
		if err != nil {
			return err
		}
		return p.expect(1, "as it should")
	}
	read, write, err := os.Pipe()
	if err != nil {
		return err
	}
	defer read.Close()
	cmd := r.tgCommand(r.chaos.dir+"/streams.star", "0")
	cmd.Stdout = write
	p, err := begin(cmd)
	write.Close()
	if err != nil {
		return err
	}
	time.Sleep(time.Duration(100+r.rng.IntN(300)) * time.Millisecond)
	p.signal(os.Interrupt)
	time.AfterFunc(time.Duration(r.rng.IntN(2))*time.Second, func() { _, _ = io.Copy(io.Discard, read) })
	status, err := p.end(grace + slack)
	if err == nil && status != 130 {
		err = fmt.Errorf("status %d\n%s", status, p.stderr.String())
	}
	return err
}
