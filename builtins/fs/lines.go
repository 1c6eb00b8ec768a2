package fs

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// def lines(path: str) -> Iterable[str]
//
// lines returns the lines of a file, without their ends, as something to iterate over:
// each loop opens the file and reads it on the way, in little memory however large it is.
func lines(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	f, err := c.open(path) // what is wrong with it is to be known here
	if err != nil {
		return nil, err
	}
	return &linesOf{path}, f.Close()
}

// linesOf is what lines returns. It is immutable.
type linesOf struct{ path string }

var _ engine.Stream = (*linesOf)(nil)

func (l *linesOf) String() string        { return fmt.Sprintf("<lines of %s>", l.path) }
func (l *linesOf) Type() string          { return "lines" }
func (l *linesOf) Freeze()               {} // immutable
func (l *linesOf) Truth() starlark.Bool  { return true }
func (l *linesOf) Hash() (uint32, error) { return 0, errors.New("unhashable type: lines") }

// Iterate has no thread to ask for permission.
func (l *linesOf) Iterate() starlark.Iterator { return nil }

// MarshalJSON fails, as json has no thread.
func (l *linesOf) MarshalJSON() ([]byte, error) {
	return nil, errors.New("lines of a file cannot be encoded: list(…) reads them")
}

// IterateOn opens the file.
func (l *linesOf) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	t := engine.Of(thread)
	c := &call{t: t, grants: t.Run().Grants(), fn: "lines"}
	f, err := c.open(l.path)
	if err != nil {
		return nil, err
	}
	return &lineIterator{t: t, path: l.path, f: f, r: bufio.NewReaderSize(f, 64<<10)}, nil
}

type lineIterator struct {
	t    *engine.Thread
	path string
	f    *source
	r    *bufio.Reader
	n    int // lines that were read
	err  error
}

func (it *lineIterator) Next(p *starlark.Value) bool {
	if it.err != nil {
		return false
	}
	line, err := it.line()
	if err != nil {
		if err != io.EOF {
			it.err = orStopped(it.t, err)
		}
		return false
	}
	it.n++
	line = bytes.TrimSuffix(bytes.TrimSuffix(line, []byte("\n")), []byte("\r"))
	if !utf8.Valid(line) {
		it.err = fmt.Errorf("read %s: line %d is not UTF-8: read_bytes takes it as it is", it.path, it.n)
		return false
	}
	*p = starlark.String(line)
	return true
}

// line returns the next line and its end, which the last one may lack; io.EOF: there is
// none.
func (it *lineIterator) line() ([]byte, error) {
	line, err := it.r.ReadSlice('\n')
	if err == nil || err == io.EOF && len(line) > 0 {
		return line, nil
	}
	if err != bufio.ErrBufferFull {
		return nil, err
	}
	long := bytes.Clone(line)
	for err == bufio.ErrBufferFull {
		if err := it.t.Cancelled(); err != nil {
			return nil, err
		}
		if err := it.t.Room(3 * int64(len(long))); err != nil {
			return nil, fmt.Errorf("read %s: line %d: %w", it.path, it.n+1, err)
		}
		line, err = it.r.ReadSlice('\n')
		long = append(long, line...)
	}
	if err == io.EOF {
		err = nil
	}
	return long, err
}

// Err returns why Next has returned false; nil: there are no more lines.
func (it *lineIterator) Err() error { return it.err }

func (it *lineIterator) Done() { it.f.Close() }
