package joblog

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine/valuejson"
	"go.starlark.net/starlark"
)

// An Error says what is wrong with a file that was to be a joblog.
type Error struct {
	File string
	Line int // 1-based
	Msg  string
}

func (e *Error) Error() string {
	return fmt.Sprintf("joblog %s: line %d: %s", e.File, e.Line, e.Msg)
}

// Hint tells what to do about it.
func (e *Error) Hint() string {
	return "the file was left as it is; repair or remove it, or name another file"
}

// An Entry is the newest line of a key. It is immutable.
type Entry struct {
	Status string
	Held   bool // Value can return the task's value, as far as the line tells

	log  *Log
	at   int64 // where the line is
	size int
}

// Value reads the value of an ok task. Each call makes a new one, which nobody else
// has. It blocks while it reads the file.
func (e Entry) Value() (starlark.Value, error) {
	line := make([]byte, e.size)
	if _, err := e.log.file.ReadAt(line, e.at); err != nil {
		return nil, e.log.failed("read", err)
	}
	f, err := parse(line)
	switch {
	case err == nil && f.held():
		v, err := valuejson.Decode(f.Value)
		if err != nil {
			return nil, fmt.Errorf("joblog %s: value of task %q: %w", e.log.name, f.Task, err)
		}
		return v, nil
	case err == nil && f.Why != "":
		return nil, fmt.Errorf("joblog %s: the value of task %q could not be kept: %s", e.log.name, f.Task, f.Why)
	}
	return nil, fmt.Errorf("joblog %s has no value for the task", e.log.name)
}

const (
	// maxLine is how many bytes a line has at most.
	maxLine = valuejson.MaxBytes + 1<<20

	beginning = `{"joblog":` // of every joblog
)

var errLong = errors.New("it is too long")

// read reads all lines, and cuts off the last one if it is torn. It changes the file
// only if all that stands before is a joblog's.
func (l *Log) read() error {
	r := bufio.NewReaderSize(io.NewSectionReader(l.file, 0, math.MaxInt64), 64<<10)
	if err := l.begins(r); err != nil {
		return err
	}
	names := map[string]string{} // equal ones share their memory
	share := func(s string) string {
		if t, ok := names[s]; ok {
			return t
		}
		names[s] = s
		return s
	}
	for n := 1; ; n++ {
		line, size, err := nextLine(r)
		switch {
		case err == io.EOF && size == 0:
			return nil
		case err == io.EOF:
			return l.cutOff()
		case err != nil && err != errLong:
			return l.failed("read", err)
		case err == nil && !utf8.Valid(line):
			err = errors.New("it is not UTF-8")
		}
		var f *found
		if err == nil {
			f, err = parse(line)
		}
		if err == nil && n == 1 && f.Joblog == nil {
			err = errors.New("it is no header")
		}
		if err != nil {
			return &Error{l.name, n, "this is not a joblog's line: " + err.Error()}
		}
		if f.Joblog == nil {
			k := Key{share(f.Group), share(f.Task), f.Args, *f.N}
			l.old[k] = Entry{share(f.Status), f.held(), l, l.size, len(line)}
		}
		l.size += size
	}
}

// begins checks that the file, if it has anything in it, begins as a joblog does.
func (l *Log) begins(r *bufio.Reader) error {
	head, err := r.Peek(len(beginning))
	if err != nil && err != io.EOF {
		return l.failed("read", err)
	}
	if len(head) == 0 || string(head) == beginning {
		return nil
	}
	if len(head) > 1 && bytes.HasPrefix([]byte(beginning), head) {
		return nil // a torn header
	}
	return &Error{l.name, 1, "this is not a joblog: it does not begin with a joblog's header"}
}

// nextLine returns a line without its end, and how many bytes it takes in the file. At
// the end of the file it returns io.EOF and the size of a torn line. The content of a
// line that is too long is dropped.
func nextLine(r *bufio.Reader) (line []byte, size int64, err error) {
	for {
		part, err := r.ReadSlice('\n')
		size += int64(len(part))
		if size <= maxLine {
			line = append(line, part...)
		} else {
			line = nil
		}
		switch {
		case err == bufio.ErrBufferFull:
			continue
		case err != nil:
			return nil, size, err
		case size > maxLine:
			return nil, size, errLong
		}
		return line[:len(line)-1], size, nil
	}
}

// cutOff removes the torn last line.
func (l *Log) cutOff() error {
	if err := l.file.Truncate(l.size); err != nil {
		return l.failed("cut off the torn last line", err)
	}
	l.torn = true
	return nil
}
