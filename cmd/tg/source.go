package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
)

// maxSource is how many bytes a script may have.
const maxSource = 16 << 20

// A source says where a script comes from.
type source struct {
	name string    // shown in messages
	path string    // of a file; "" if it is none
	text io.Reader // of what is no file
	args []string  // for the script
}

func (f *execFlags) source(cmd *cobra.Command, args []string) (source, error) {
	switch {
	case cmd.Flags().Changed("code"):
		return source{name: "<command>", text: bytes.NewReader([]byte(f.code)), args: args}, nil
	case len(args) == 0:
		return source{}, errors.New("no script given: tg exec FILE, or - for standard input; see tg exec --help")
	}
	src := fileSource(args[0], cmd.InOrStdin())
	src.args = args[1:]
	return src, nil
}

// fileSource returns the source that an argument names. A symbolic link stands
// for the file that it leads to, as in Python: a program in ~/bin may be a link
// to the folder where the files are that it loads.
func fileSource(name string, in io.Reader) source {
	if name == "-" {
		return source{name: "<stdin>", text: in}
	}
	if info, err := os.Lstat(name); err == nil && info.Mode()&fs.ModeSymlink != 0 {
		if file, err := filepath.EvalSymlinks(name); err == nil { // /dev/fd/3 of a pipe leads nowhere
			name = file
		}
	}
	return source{name: name, path: name}
}

// read returns the text. Reading ends when ctx does: standard input may be a
// terminal at which nobody types, and FILE a pipe into which nobody writes.
// Of a text that is longer than limit, more than limit is returned: the engine
// refuses it.
func (src *source) read(ctx context.Context, limit int) ([]byte, error) {
	type result struct {
		text []byte
		err  error
	}
	done := make(chan result, 1)
	go func() {
		text, err := src.readAll(limit)
		done <- result{text, err}
	}()
	select {
	case r := <-done:
		return r.text, r.err
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

func (src *source) readAll(limit int) ([]byte, error) {
	in := src.text
	if in == nil {
		f, err := os.Open(src.path)
		if err != nil {
			return nil, err
		}
		defer f.Close()
		in = f
	}
	return io.ReadAll(io.LimitReader(in, int64(limit)+1))
}

// folder returns where load finds files: beside FILE, or in the current folder.
// One that cannot be opened hurts only scripts that load.
func (src *source) folder() (files fs.FS, done func()) {
	root, err := os.OpenRoot(filepath.Dir(src.path))
	if err != nil {
		return noFolder{err}, func() {}
	}
	return root.FS(), func() { _ = root.Close() }
}

// noFolder is a folder that cannot be opened.
type noFolder struct{ err error }

func (n noFolder) Open(string) (fs.File, error) { return nil, n.err }

// shown is a file's name as messages show it.
func shown(name string) string {
	if strings.TrimSpace(name) != name || name == "" {
		return strconv.Quote(name)
	}
	return draw.OneLine(name)
}

// reason is what went wrong with a file, without its name.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return "no such file"
	}
	return err.Error()
}
