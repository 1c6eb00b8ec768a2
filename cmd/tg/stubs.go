package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/builtins/reference"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine/permit"
)

func newStubs(s streams) *cobra.Command {
	var name, color string
	cmd := &cobra.Command{
		Use:   "stubs [-o FILE|-]",
		Short: "Write what scripts can call as __builtins__.pyi, for Python editors",
		Long: `Write what scripts can call as __builtins__.pyi, for Python editors that use pyright:
in the folder that the editor has open, it makes them know the names, arguments and
words of built-ins. The editor must also take *.star for Python.

A file that tg stubs has not written is left as it is, and the exit status is 1.`,
		Example: `  tg stubs
  tg stubs -o - | less`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			entries, err := reference.Entries()
			if err != nil {
				return err
			}
			text := []byte(reference.Stubs(entries))
			if name == "-" {
				_, _ = s.out.Write(text) // run sees what the output has lost
				return nil
			}
			return status(writeStubs(s, draw.NewPaint(color, s.err), name, text))
		},
	}
	cmd.Flags().StringVarP(&name, "output", "o", "__builtins__.pyi", "write to `FILE`, - is standard output")
	addColor(cmd, &color)
	return cmd
}

// writeStubs writes the file, in one step, and returns the exit status.
func writeStubs(s streams, p draw.Paint, name string, text []byte) int {
	old, err := os.ReadFile(name)
	switch {
	case err == nil && len(old) > 0 && !bytes.HasPrefix(old, []byte(reference.StubsMark)):
		fmt.Fprintf(s.err, "%s %s was not written by tg stubs: remove it, or name another file with -o\n", p.Red("error:"), shown(name))
		return exitError
	case err == nil || errors.Is(err, fs.ErrNotExist):
		err = writeFile(name, text)
	}
	if err != nil {
		fmt.Fprintf(s.err, "%s cannot write %s: %s\n", p.Red("error:"), shown(name), reason(err))
		return exitUsage
	}
	fmt.Fprintln(s.err, shown(name))
	return 0
}

// writeFile makes the text the contents of a file, in one step.
func writeFile(name string, text []byte) error {
	grants, err := permit.Open(permit.Set{All: true})
	if err != nil {
		return err
	}
	defer grants.Close()
	return grants.WriteFile(name, text, 0o666)
}
