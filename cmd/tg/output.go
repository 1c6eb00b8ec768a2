package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"sync"
	"sync/atomic"
	"syscall"
)

// An output is standard output. It notices when what a script prints is lost:
// the disk is full, or the reader of the pipe has gone away. Nothing is written
// after that. It is safe for concurrent use; Write blocks as long as the reader
// of the pipe does not read.
type output struct {
	w    io.Writer
	busy atomic.Bool // within a write

	mu   sync.Mutex // guards what follows
	err  error      // an outputError: the first failure
	lost func(error)
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.err != nil {
		return 0, o.err
	}
	o.busy.Store(true)
	n, err := o.w.Write(b)
	o.busy.Store(false)
	if err != nil {
		o.err = outputError{err}
		if o.lost != nil {
			o.lost(o.err)
		}
		return n, o.err
	}
	return n, nil
}

// through has all that is written go through what f makes of the stream, until the function
// that it returns is called.
func (o *output) through(f func(io.Writer) io.Writer) (restore func()) {
	o.mu.Lock()
	defer o.mu.Unlock()
	was := o.w
	o.w = f(was)
	return func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.w = was
	}
}

// onLost has f called with the failure when a write fails.
func (o *output) onLost(f func(error)) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lost = f
}

// failure returns the first failure, or nil. It does not wait for a write that
// is under way.
func (o *output) failure() error {
	if o.busy.Load() {
		return nil
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.err
}

// An outputError is the cause of a run whose standard output was lost.
type outputError struct{ err error }

func (e outputError) Error() string {
	err := e.err
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return fmt.Sprintf("cannot write to standard output: %s", err)
}

func (e outputError) Unwrap() error { return e.err }

// quiet reports whether the reader has gone away, as head does when it has seen
// enough: that is no news to anybody.
func (e outputError) quiet() bool { return errors.Is(e.err, syscall.EPIPE) }

// status is 1, or what shells give to a process that wrote to a closed pipe.
func (e outputError) status() int {
	if e.quiet() {
		return 128 + int(syscall.SIGPIPE)
	}
	return exitError
}
