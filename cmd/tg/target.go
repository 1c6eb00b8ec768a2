package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// A target is a file that a flag names, and that is written when a run has ended.
type target struct {
	flag string // such as --timeline
	name string // as the user wrote it
	file string // that is written, in the end of symbolic links
}

func newTarget(flag, name string) target {
	t := target{flag: flag, name: name, file: name}
	if file, err := filepath.EvalSymlinks(name); err == nil {
		t.file = file
	}
	return t
}

// check reports why the file cannot be written, before anything runs.
func (t target) check() error {
	info, err := os.Stat(t.file)
	switch {
	case err == nil && info.IsDir():
		return t.failure(errors.New("is a directory"))
	case err == nil && !info.Mode().IsRegular():
		return t.failure(errors.New("is not a regular file"))
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return t.failure(err)
	}
	f, err := t.temporary()
	if err != nil {
		return t.failure(err)
	}
	_ = f.Close()
	return t.failure(os.Remove(f.Name()))
}

// temporary makes a file beside the one that is written: it takes that one's place
// only when it is complete.
func (t target) temporary() (*os.File, error) {
	name := filepath.Join(filepath.Dir(t.file), fmt.Sprintf(".tg-%016x", rand.Uint64()))
	return os.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
}

func (t target) failure(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("cannot write %s %s: %s", t.flag, shown(t.name), reason(err))
}

// replace makes what write writes the contents of the file, in one step.
func (t target) replace(write func(io.Writer) error) error {
	f, err := t.temporary()
	if err != nil {
		return t.failure(err)
	}
	err = write(f)
	if late := f.Close(); err == nil {
		err = late
	}
	if err == nil {
		err = os.Rename(f.Name(), t.file)
	}
	if err != nil {
		_ = os.Remove(f.Name())
	}
	return t.failure(err)
}
