package fs

import (
	"context"
	"errors"
	"fmt"
	"os"
	"time"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def read_text(path: str) -> str
//
// read_text returns the text of a file. What is not UTF-8 is an error.
func readText(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	data, err := c.read(path)
	if err != nil {
		return nil, err
	}
	if at := invalid(data); at >= 0 {
		return nil, fmt.Errorf("read %s: byte %d is not UTF-8: read_bytes takes it as it is", path, at)
	}
	return starlark.String(data), nil
}

// def read_bytes(path: str) -> bytes
//
// read_bytes returns the contents of a file.
func readBytes(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	data, err := c.read(path)
	return starlark.Bytes(data), err
}

func (c *call) read(path string) ([]byte, error) {
	f, err := c.open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	// Read twice as much as that, at most, is held: the text is made of it.
	if err := c.t.Room(2 * info.Size()); err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	data, err := c.t.ReadAll(f, info.Size())
	return data, orStopped(c.t, err)
}

// open opens a file for reading. When the thread must stop, a read that blocks, of a FIFO
// say, fails.
func (c *call) open(path string) (*source, error) {
	f, err := c.grants.Open(path)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && info.IsDir() {
		err = &os.PathError{Op: "read", Path: path, Err: errors.New("is a folder: listdir lists it")}
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return &source{f, context.AfterFunc(c.t.Context(), func() { _ = f.SetReadDeadline(time.Unix(1, 0)) })}, nil
}

// A source is an open file that a stop of its thread reaches.
type source struct {
	*os.File
	release func() bool
}

func (s *source) Close() error {
	s.release()
	return s.File.Close()
}

// orStopped returns why the thread must stop, in the place of what that has led to.
func orStopped(t *engine.Thread, err error) error {
	if err != nil {
		if stop := t.Cancelled(); stop != nil {
			return stop
		}
	}
	return err
}

// invalid returns where the first byte stands that is not UTF-8, -1 if there is none.
func invalid(data []byte) int {
	if utf8.Valid(data) {
		return -1
	}
	at := 0
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		data, at = data[n:], at+n
	}
	return at
}
