package main

import (
	"context"
	"embed"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

//go:embed *.star *.py
var twins embed.FS

// errAbsent is returned by a side whose program is not on this machine.
var errAbsent = errors.New("absent")

// A bench has what the rows need to run.
type bench struct {
	ctx    context.Context
	dir    string // of the twins, and of tg
	tg     string // built from this source
	self   string // this program
	python string // "": there is none
	quick  bool
	runs   int

	address string // of the server; "": it was not needed yet
	stop    func() // it; nil: there is none
}

// A sample is one run of one side.
type sample struct {
	seconds float64 // of the measured part
	tail    float64 // seconds that 99 of 100 tasks take at most; 0: not measured
	answer  string  // what it printed behind them; "": it computes nothing
	peak    float64 // bytes of memory of its process; 0: not known
}

func newBench(ctx context.Context, quick bool, runs int) (*bench, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	dir, err := os.MkdirTemp("", "tgbench")
	if err != nil {
		return nil, err
	}
	b := &bench{ctx: ctx, dir: dir, tg: filepath.Join(dir, "tg.exe"), self: self, quick: quick, runs: runs}
	b.python = findPython(ctx)
	err = os.CopyFS(dir, twins)
	if err == nil {
		err = b.build(b.tg)
	}
	if err != nil {
		b.close()
		return nil, err
	}
	return b, nil
}

// findPython returns CPython itself: what PATH has may be a script that looks for it, which
// is not what is measured. "" is none.
func findPython(ctx context.Context) string {
	out, err := exec.CommandContext(ctx, "python3", "-c", "import sys; print(sys.executable)").Output()
	if err != nil {
		return ""
	}
	return strings.TrimSpace(string(out))
}

// build builds tg as a file.
func (b *bench) build(file string, flags ...string) error {
	args := slices.Concat([]string{"build", "-o", file}, flags, []string{"github.com/starlark-tg/tg/cmd/tg"})
	out, err := exec.CommandContext(b.ctx, "go", args...).CombinedOutput()
	if err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

func (b *bench) close() {
	if b.stop != nil {
		b.stop()
	}
	_ = os.RemoveAll(b.dir)
}

// twin runs a program with n and args; it prints its seconds and its answer.
func (b *bench) twin(n int, args []string, command ...string) (sample, error) {
	command = append(append(command, strconv.Itoa(n)), args...)
	cmd := exec.CommandContext(b.ctx, command[0], command[1:]...)
	cmd.Dir, cmd.Stderr = b.dir, os.Stderr
	return measured(cmd)
}

// measured runs a twin.
func measured(cmd *exec.Cmd) (sample, error) {
	out, err := cmd.Output()
	if err != nil {
		return sample{}, fmt.Errorf("%s: %w", strings.Join(cmd.Args[1:], " "), err)
	}
	first, answer, _ := strings.Cut(strings.TrimSpace(string(out)), "\n")
	seconds, err := strconv.ParseFloat(strings.TrimSpace(first), 64)
	return sample{seconds: seconds, answer: strings.TrimSpace(answer), peak: peak(cmd.ProcessState)}, err
}
