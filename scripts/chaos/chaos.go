//go:build unix

package main

import (
	"context"
	"embed"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

//go:embed *.star
var scripts embed.FS

// A kind is something that is done to tg.
type kind struct {
	name     string
	run      func(*round) error
	needs    func(*chaos) string // says what is missing, or ""; nil: nothing
	rounds   int
	findings int
}

func kinds() []*kind {
	programs := func(*chaos) string { return missing("sh", "sleep") }
	return []*kind{
		{name: "signals", run: (*round).signals, needs: programs},
		{name: "children", run: (*round).children, needs: func(c *chaos) string {
			if _, err := os.Stat("/proc/self/environ"); err != nil {
				return "this system has no /proc"
			}
			return programs(c)
		}},
		{name: "streams", run: (*round).streams, needs: programs},
		{name: "disk", run: (*round).disk, needs: func(c *chaos) string {
			if c.full == "" {
				return "no small disk: -full or VAULT_TEST_FULL names one"
			}
			return ""
		}},
		{name: "panics", run: (*round).panics},
		{name: "cancels", run: (*round).cancels},
		{name: "exits", run: (*round).exits, needs: programs},
	}
}

func names() string {
	var list []string
	for _, k := range kinds() {
		list = append(list, k.name)
	}
	return strings.Join(list, ", ")
}

// missing says which of the programs is not there, or "".
func missing(programs ...string) string {
	for _, name := range programs {
		if _, err := exec.LookPath(name); err != nil {
			return err.Error()
		}
	}
	return ""
}

// A chaos has what rounds need.
type chaos struct {
	dir   string // of the scripts, of tg, and of all that rounds write
	tg    string // built from this source
	full  string // a folder on a small disk; "": there is none
	kinds []*kind
}

func newChaos(ctx context.Context, full string) (*chaos, error) {
	dir, err := os.MkdirTemp("", "tgchaos")
	if err != nil {
		return nil, err
	}
	c := &chaos{dir: dir, tg: filepath.Join(dir, "tg"), full: full, kinds: kinds()}
	err = os.CopyFS(dir, scripts)
	if err == nil {
		var text []byte
		text, err = exec.CommandContext(ctx, "go", "build", "-o", c.tg, "github.com/starlark-tg/tg/cmd/tg").CombinedOutput()
		if err != nil {
			err = fmt.Errorf("go build: %w\n%s", err, text)
		}
	}
	if err != nil {
		c.close()
		return nil, err
	}
	return c, nil
}

func (c *chaos) close() { _ = os.RemoveAll(c.dir) }

// choose returns the kinds that can run here.
func (c *chaos) choose(only string) []*kind {
	var list []*kind
	for _, k := range c.kinds {
		if (only == "" || only == k.name) && (k.needs == nil || k.needs(c) == "") {
			list = append(list, k)
		}
	}
	return list
}

// A round breaks something once.
type round struct {
	*chaos
	ctx  context.Context
	rng  *rand.Rand
	dir  string // of its own
	mark string // in the environment of all programs that its scripts start
}

func (c *chaos) round(ctx context.Context, k *kind, seed uint64) error {
	dir, err := os.MkdirTemp(c.dir, "round")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	r := &round{c, ctx, rand.New(rand.NewPCG(seed, 0)), dir, "TG_CHAOS=" + filepath.Base(dir)}
	defer r.sweep()
	return k.run(r)
}

// report prints a line of each kind.
func (c *chaos) report(out io.Writer) {
	for _, k := range c.kinds {
		note := ""
		if k.needs != nil {
			note = k.needs(c)
		}
		if note != "" {
			note = "  skipped: " + note
		}
		fmt.Fprintf(out, "%-9s %5d rounds %3d findings%s\n", k.name, k.rounds, k.findings, note)
	}
}
