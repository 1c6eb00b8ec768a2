//go:build unix

package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
)

// disk has tg write to a disk that is full, or soon will be: it says so, what was said to be
// done is there, and an older file is as it was.
func (r *round) disk() error {
	dir, err := os.MkdirTemp(r.full, "chaos")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	if err := r.fill(dir); err != nil {
		return err
	}
	ways := []func(string) error{r.fullJoblog, r.fullVault, r.fullFile, r.fullTimeline, r.fullJUnit, r.fullJSON}
	return ways[r.rng.IntN(len(ways))](dir)
}

// maxSmall is the size of a disk from which on it is not taken for a small one.
const maxSmall = 8 << 20

// fill leaves little room or none.
func (r *round) fill(dir string) error {
	for _, name := range []string{"file", "chart.svg", "report.xml", "out.json"} {
		if err := os.WriteFile(dir+"/"+name, []byte("old"), 0o600); err != nil {
			return err
		}
	}
	f, err := os.Create(dir + "/filler")
	if err != nil {
		return err
	}
	defer f.Close()
	block, size := make([]byte, 4096), int64(0)
	for err == nil {
		_, err = f.Write(block)
		if size += int64(len(block)); size > maxSmall {
			return fmt.Errorf("%s has too much room", r.full)
		}
	}
	if !errors.Is(err, syscall.ENOSPC) {
		return err
	}
	return f.Truncate(max(0, size-int64(4096*(1+r.rng.IntN(60)))))
}

// diskWorkers is how many tasks of disk.star run at once: they may have ended when the line of
// one of them could not be written, which stops the run.
const diskWorkers = 4

const noSpace = "no space left on device"

// kept runs disk.star until it meets the end of the disk; then there is room, and it goes on. in
// returns what is there. The script is told of at most so many before it is stopped that are not.
func (r *round) kept(dir, what string, flags []string, told int, in func() (map[int]bool, error)) error {
	p, err := r.start("disk.star", flags, what, dir)
	if err != nil {
		return err
	}
	if err := p.expect(1, noSpace); err != nil {
		return err
	}
	said, there := p.numbers("done"), map[int]bool{}
	if there, err = in(); err != nil {
		return err
	}
	for n := range said {
		if there[n] {
			continue
		}
		if told--; told < 0 {
			return fmt.Errorf("%d was said to be done, and is not there", n)
		}
	}
	if err := os.Remove(dir + "/filler"); err != nil {
		return err
	}
	if p, err = r.start("disk.star", flags, what, dir); err != nil {
		return err
	}
	if err := p.expect(0, ""); err != nil {
		return fmt.Errorf("with room again: %w", err)
	}
	if there, err = in(); err == nil && len(there) != 200 {
		err = fmt.Errorf("with room again %d of 200 are there", len(there))
	}
	return err
}

// numbers returns those of the lines that begin so.
func (p *program) numbers(what string) map[int]bool {
	all := map[int]bool{}
	for _, line := range p.out.list() {
		var n int
		if _, err := fmt.Sscanf(line, what+" %d", &n); err == nil {
			all[n] = true
		}
	}
	return all
}

func (r *round) fullJoblog(dir string) error {
	return r.kept(dir, "joblog", []string{"--joblog", dir + "/log.jsonl", "--resume"}, diskWorkers, func() (map[int]bool, error) {
		text, err := os.ReadFile(dir + "/log.jsonl")
		there := map[int]bool{}
		for line := range strings.Lines(string(text)) {
			var l struct {
				Status string
				Value  struct{ N int }
			}
			if err := json.Unmarshal([]byte(line), &l); err != nil {
				return nil, fmt.Errorf("the joblog has %q: %w", line, err)
			}
			there[l.Value.N] = there[l.Value.N] || l.Status == "ok"
		}
		return there, err
	})
}

func (r *round) fullVault(dir string) error {
	return r.kept(dir, "vault", nil, 0, func() (map[int]bool, error) {
		text, err := os.ReadFile(dir + "/kept.json")
		all, there := map[string]struct{ N int }{}, map[int]bool{}
		if len(text) == 0 {
			return there, err
		}
		if err := json.Unmarshal(text, &all); err != nil {
			return nil, fmt.Errorf("the vault has %q: %w", text, err)
		}
		for _, v := range all {
			there[v.N] = true
		}
		return there, err
	})
}

// old checks that a file is as it was, if tg has said that it could not write it.
func (p *program) old(file string) error {
	if err := p.expect(1, noSpace); err != nil {
		return err
	}
	text, err := os.ReadFile(file)
	if err == nil && string(text) != "old" {
		err = fmt.Errorf("%s has now %d bytes: %.100q", file, len(text), text)
	}
	return err
}

func (r *round) fullFile(dir string) error {
	p, err := r.start("disk.star", nil, "file", dir)
	if err != nil {
		return err
	}
	return p.old(dir + "/file")
}

func (r *round) fullTimeline(dir string) error {
	_ = os.Truncate(dir+"/filler", maxSmall) // to the last byte: a chart is small
	f, err := os.OpenFile(dir+"/filler", os.O_WRONLY|os.O_APPEND, 0)
	if err != nil {
		return err
	}
	for block := make([]byte, 512); err == nil; {
		_, err = f.Write(block)
	}
	f.Close()
	p, err := r.start("disk.star", []string{"--timeline", dir + "/chart.svg"}, "timeline", dir)
	if err != nil {
		return err
	}
	return p.old(dir + "/chart.svg")
}

func (r *round) fullJUnit(dir string) error {
	p, err := begin(exec.CommandContext(r.ctx, r.chaos.tg, "test", "--junit", dir+"/report.xml", r.chaos.dir+"/much_test.star"))
	if err != nil {
		return err
	}
	return p.old(dir + "/report.xml")
}

// fullJSON: the document goes to a file of the shell's, which nobody can keep as it was.
func (r *round) fullJSON(dir string) error {
	f, err := os.Create(dir + "/out.json")
	if err != nil {
		return err
	}
	defer f.Close()
	cmd := r.tgCommand("--json", r.chaos.dir+"/disk.star", "json", dir)
	cmd.Stdout = f
	p, err := begin(cmd)
	if err != nil {
		return err
	}
	return p.expect(1, noSpace)
}
