package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
)

func newCheck(s streams) *cobra.Command {
	c := &checker{streams: s}
	var color string
	cmd := &cobra.Command{
		Use:   "check FILE|-...",
		Short: "Report every problem of scripts without running them",
		Long: `Report every problem of scripts, without running them, and warn of what is most likely
not meant. Exit status: 0 no problem, perhaps warnings; 1 problems; 2 a FILE cannot be
read.

Warnings have names:
  shared-change     a task's function changes a list, dict or set of the script
  not-executed      a group has registered tasks and is never executed
  registered-twice  a task is registered twice with equal arguments
  unused            a local variable or a loaded name is never read
  shadowed          a name of the script hides a built-in

A comment on the line, or alone on the line before, switches them off:
  # tg: ignore[unused, shadowed]
  # tg: ignore`,
		Example: `  tg check sync.star
  tg check --json *.star`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return fmt.Errorf("no script given: tg check FILE...")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Limits: engine.Limits{MaxSource: maxSource}})
			if err != nil {
				return err
			}
			c.paint = draw.NewPaint(color, s.err)
			code := 0
			for _, name := range args {
				code = max(code, c.file(cmd, eng, name))
			}
			if c.asJSON {
				return errors.Join(status(code), c.print())
			}
			return status(code)
		},
	}
	cmd.Flags().BoolVar(&c.asJSON, "json", false, "print one JSON document on standard output")
	addColor(cmd, &color)
	return cmd
}

// A checker checks one file after the other.
type checker struct {
	streams
	paint  draw.Paint
	asJSON bool
	doc    []checkedFile
}

// A checkedFile is what --json prints of one file.
type checkedFile struct {
	File     string       `json:"file"`
	Error    string       `json:"error,omitempty"` // it cannot be read
	Problems []foundThere `json:"problems"`
}

type foundThere struct {
	Severity string `json:"severity"` // error, warning
	Rule     string `json:"rule,omitempty"`
	Line     int32  `json:"line"`
	Column   int32  `json:"column"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

// file checks one script and returns the exit status.
func (c *checker) file(cmd *cobra.Command, eng *engine.Engine, name string) int {
	src := fileSource(name, c.in)
	text, err := src.read(cmd.Context(), maxSource)
	if err != nil {
		c.add(checkedFile{File: src.name, Error: reason(err)})
		if !c.asJSON {
			fmt.Fprintf(c.err, "%s cannot read %s: %s\n", c.paint.Red("error:"), shown(src.name), reason(err))
		}
		return exitUsage
	}
	script, err := eng.Compile(src.name, text)
	if err != nil {
		c.problems(src.name, err)
		return exitError
	}
	found := checkedFile{File: src.name}
	warnings := script.Warnings()
	for _, w := range warnings {
		found.Problems = append(found.Problems, foundThere{"warning", w.Rule, w.Pos.Line, w.Pos.Col, w.Msg, w.Hint})
	}
	c.add(found)
	if !c.asJSON {
		draw.Warn(c.err, c.paint, warnings)
	}
	return 0
}

// problems reports those of a file that does not compile.
func (c *checker) problems(name string, err error) {
	if !c.asJSON {
		draw.Report(c.err, c.paint, err)
		return
	}
	found := checkedFile{File: name}
	var syntax *engine.SyntaxError
	if !errors.As(err, &syntax) {
		found.Error = err.Error()
		c.add(found)
		return
	}
	for _, p := range syntax.Problems {
		found.Problems = append(found.Problems, foundThere{"error", "", p.Pos.Line, p.Pos.Col, p.Msg, p.Hint})
	}
	c.add(found)
}

func (c *checker) add(f checkedFile) {
	if f.Problems == nil {
		f.Problems = []foundThere{}
	}
	c.doc = append(c.doc, f)
}

func (c *checker) print() error {
	enc := json.NewEncoder(c.out)
	enc.SetIndent("", "  ")
	enc.SetEscapeHTML(false)
	return enc.Encode(struct {
		Files []checkedFile `json:"files"`
	}{c.doc})
}
