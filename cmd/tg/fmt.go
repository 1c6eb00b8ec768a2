package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/diff"
	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/dialect/format"
	"github.com/starlark-tg/tg/engine/permit"
)

func newFmt(s streams) *cobra.Command {
	f := formatter{streams: s}
	var color string
	cmd := &cobra.Command{
		Use:   "fmt [--check|--diff] [PATH...]",
		Short: "Lay scripts out as Python people expect it",
		Long: `Lay scripts out as Python people expect it: 4 columns for each block, one blank
around operators and after commas, two blank lines around top-level defs, or one in
a file whose author writes one. Lines break where the author broke them, so long
lines stay; strings stay as they are, and so does what a script means: the tokens
of the old and the new text are compared before a file is written.

PATH is a file, a folder, of which all *.star files are meant, or - for standard
input, whose text goes to standard output. Without PATH the current folder is
meant. In folders, links and folders whose names begin with a dot are left out.

Files are rewritten in place; the names of those that changed go to standard error.

Exit status: 0 ok; 1 a file is no script, or --check or --diff found one to change;
2 usage, or a file cannot be read or written.`,
		Example: `  tg fmt
  tg fmt --check scripts
  tg fmt --diff deploy.star
  tg fmt - < deploy.star`,
		RunE: func(cmd *cobra.Command, paths []string) error {
			f.paint = draw.NewPaint(color, s.err)
			return f.run(cmd.Context(), paths)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&f.check, "check", false, "change nothing, print the names of files that would change")
	flags.BoolVar(&f.diff, "diff", false, "change nothing, print what would change")
	cmd.MarkFlagsMutuallyExclusive("check", "diff")
	addColor(cmd, &color)
	return cmd
}

// A formatter is one run of tg fmt.
type formatter struct {
	streams
	check, diff bool
	paint       draw.Paint
	grants      *permit.Grants // to write with
	code        int            // exit status
}

// run formats every path, whatever becomes of the others.
func (f *formatter) run(ctx context.Context, paths []string) (err error) {
	if f.grants, err = permit.Open(permit.Set{All: true}); err != nil {
		return err
	}
	defer f.grants.Close()
	if len(paths) == 0 {
		paths = []string{"."}
	}
	for _, name := range paths {
		if info, err := os.Stat(name); err == nil && info.IsDir() {
			f.folder(ctx, name)
		} else {
			f.file(ctx, name)
		}
	}
	return status(f.code)
}

// folder formats the scripts in a folder and in those below it.
func (f *formatter) folder(ctx context.Context, name string) {
	root := name + string(filepath.Separator) // which follows a link
	_ = filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			f.failed("read", name, err)
		case d.IsDir() && name != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type().IsRegular() && filepath.Ext(name) == ".star":
			f.file(ctx, name)
		}
		return nil
	})
}

// file formats one file, or standard input.
func (f *formatter) file(ctx context.Context, name string) {
	src := fileSource(name, f.in)
	if src.path != "" {
		src.name = name
	}
	old, err := src.read(ctx, maxSource)
	if err != nil {
		f.failed("read", src.name, err)
		return
	}
	text, err := formatted(src.name, old)
	if err != nil {
		draw.Report(f.err, f.paint, err)
		f.code = max(f.code, exitError)
		return
	}
	f.put(src, old, text)
}

// formatted returns the text as it should be.
func formatted(name string, old []byte) ([]byte, error) {
	if len(old) > maxSource {
		return nil, fmt.Errorf("%s has more than %d bytes, the limit of a source", name, maxSource)
	}
	text, err := format.Source(name, old)
	var problems dialect.Problems
	if !errors.As(err, &problems) {
		return text, err
	}
	file, _ := dialect.Parse(name, old)
	drawn := &engine.SyntaxError{}
	for _, p := range problems {
		drawn.Problems = append(drawn.Problems, engine.Problem{Problem: p, Line: file.Line(int(p.Pos.Line))})
	}
	return nil, drawn
}

// put shows the new text, or writes it to where the old one came from.
func (f *formatter) put(src source, old, text []byte) {
	same := bytes.Equal(old, text)
	switch {
	case f.diff:
		name := shown(src.name)
		_, _ = f.out.Write(diff.Diff(name+".orig", old, name, text))
	case f.check && !same:
		fmt.Fprintln(f.out, shown(src.name))
	case f.check:
	case src.path == "":
		_, _ = f.out.Write(text)
	case !same:
		f.write(src, text)
	}
	if !same && (f.check || f.diff) {
		f.code = max(f.code, exitError)
	}
}

// write makes the text the contents of a file, in one step.
func (f *formatter) write(src source, text []byte) {
	info, err := os.Stat(src.path)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	if err == nil {
		err = f.grants.WriteFile(src.path, text, 0)
	}
	if err != nil {
		f.failed("write", src.name, err)
		return
	}
	fmt.Fprintln(f.err, shown(src.name))
}

func (f *formatter) failed(what, name string, err error) {
	fmt.Fprintf(f.err, "%s cannot %s %s: %s\n", f.paint.Red("error:"), what, shown(name), reason(err))
	f.code = max(f.code, exitUsage)
}
