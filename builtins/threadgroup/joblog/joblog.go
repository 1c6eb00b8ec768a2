// Package joblog keeps what tasks have done in a file, so that a later run can take
// their values instead of running them again.
//
// The file is JSON Lines: one header for each run, then one line for each task that
// has ended, in the order in which they did. It is only ever appended to. A line is
// one write, made before Append returns: killing the process at any moment loses
// running tasks at most. (After a power cut the file system may have lost more: Close
// is what syncs.)
//
//	{"joblog":1,"script":"sync.star","started":"2026-01-02T03:04:05.678Z"}
//	{"group":"fetch","task":"get","args":"(\"r1\",)","n":1,"status":"ok","value":{"up":true},"attempts":1,"started":"…","seconds":0.25}
//
// Who a task is across runs says its [Key]. Of several lines with one key the last
// one counts.
package joblog

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"syscall"
	"time"

	"github.com/starlark-tg/tg/engine/valuejson"
	"go.starlark.net/starlark"
)

// A File is what a log is kept in. An *os.File is one, opened with O_RDWR, O_APPEND
// and O_CREATE. Nobody else may write to it meanwhile.
type File interface {
	io.ReaderAt
	io.Writer // appends
	io.Closer
	Truncate(size int64) error
	Stat() (fs.FileInfo, error)
	Sync() error
}

// A Run is what the header says of one.
type Run struct {
	Script  string
	Started time.Time
}

// An Unheld says what of a value cannot be kept.
type Unheld = valuejson.Unheld

// A Log is an open joblog. Safe for concurrent use.
type Log struct {
	name string
	repr func(starlark.Value) string
	file File
	torn bool          // the last line was
	old  map[Key]Entry // of earlier runs; not changed after Open
	mu   sync.Mutex    // guards the rest, and writing
	size int64         // of the file, up to the last whole line
	err  error         // why nothing can be written any more
}

// Open reads a log, repairs it, and begins a new run in it. name is the file's, for
// messages; repr writes a value that JSON cannot hold, in bounded time, whatever the
// value (nil: only its type is written).
//
// An empty file is a log of no runs. A last line that does not end, because its writer
// was killed or the disk was full, is cut off: see Repaired. Anything else that is not
// a joblog's is an *Error, and the file is left as it is. The log owns the file if
// there is no error.
func Open(file File, name string, run Run, repr func(starlark.Value) string) (*Log, error) {
	if repr == nil {
		repr = starlark.Value.Type
	}
	l := &Log{name: name, repr: repr, file: file, old: map[Key]Entry{}}
	if err := l.read(); err != nil {
		return nil, err
	}
	if err := l.write(headerOf(run)); err != nil {
		return nil, err
	}
	return l, nil
}

// Repaired tells, in words for the user, that Open has cut off a torn last line; ""
// if it has not.
func (l *Log) Repaired() string {
	if !l.torn {
		return ""
	}
	return fmt.Sprintf("joblog %s: the last line was torn and has been cut off", l.name)
}

// Lookup returns the newest line of a key that earlier runs have left. It never waits.
func (l *Log) Lookup(k Key) (Entry, bool) {
	e, ok := l.old[k]
	return e, ok
}

// Append writes a task's line, whole, before it returns. Lines are written one after
// the other.
//
// A value that JSON cannot hold without loss is written as text, and refused says what
// it is, as an *Unheld: the task will have to run again. That is no failure. err is one:
// the line is not in the file.
func (l *Log) Append(line Line) (refused, err error) {
	if line.N < 1 || line.Status == "" {
		return nil, l.failed("write", errors.New("a line needs a key and a status"))
	}
	text, refused := line.encode(l.repr)
	return refused, l.write(text)
}

// write appends a line. What a failed write has left of it is taken back.
func (l *Log) write(line []byte) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.err != nil {
		return l.err
	}
	if len(line) > maxLine { // nobody could read it
		return l.failed("write", errLong)
	}
	n, err := l.file.Write(line)
	if err == nil && n < len(line) {
		err = io.ErrShortWrite
	}
	if err == nil {
		l.size += int64(n)
		return nil
	}
	err = l.failed("write", err)
	if n > 0 && !l.takeBack(n) {
		l.err = err // more would be written behind a torn line
	}
	return err
}

// takeBack removes the n bytes that were written last, if they are the last ones.
func (l *Log) takeBack(n int) bool {
	info, err := l.file.Stat()
	return err == nil && info.Size() == l.size+int64(n) && l.file.Truncate(l.size) == nil
}

// Close makes sure that all lines are on the disk, and closes the file. Nothing can be
// appended afterwards. It must be called once.
func (l *Log) Close() error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.err = l.failed("write", fs.ErrClosed)
	err := l.file.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // a device or a pipe, such as /dev/null
	}
	if e := l.file.Close(); err == nil {
		err = e
	}
	if err != nil {
		return l.failed("save", err)
	}
	return nil
}

func (l *Log) failed(what string, err error) error {
	return fmt.Errorf("joblog %s: cannot %s: %w", l.name, what, err)
}
