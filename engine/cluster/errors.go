package cluster

import (
	"errors"
	"fmt"
	"strings"
	"time"
)

var (
	// ErrClosed is returned when a run or a connection has been closed.
	ErrClosed = errors.New("the run is closed")
	// ErrNotFound says that there is no such blob.
	ErrNotFound = errors.New("not found")
	// ErrGone says that there is nobody to answer what a task asks.
	ErrGone = errors.New("nobody answers what this task asks")
	// ErrLost is in the chain of every LostError.
	ErrLost = errors.New("lost")
)

// A LostError says that a task was given up: each time it was started the worker
// was gone before there was a result.
type LostError struct {
	Task  string // its ID
	Tries int    // how many times it was started, or may have been
}

// Error implements error.
func (e *LostError) Error() string {
	times := fmt.Sprintf("%d times", e.Tries)
	if e.Tries == 1 {
		times = "once"
	}
	return fmt.Sprintf("task %s is lost: it was started %s, and the worker was gone before it had ended", e.Task, times)
}

// Unwrap returns ErrLost.
func (e *LostError) Unwrap() error { return ErrLost }

// A NoWorkersError says that a queue has had no workers for a while.
type NoWorkersError struct {
	Queue  string
	Waited time.Duration
	Others []Presence // workers of the queue that are of another version
}

// Error implements error.
func (e *NoWorkersError) Error() string {
	msg := fmt.Sprintf("no workers for queue %q after %v", e.Queue, e.Waited.Round(100*time.Millisecond))
	if len(e.Others) == 0 {
		return msg
	}
	names := make([]string, len(e.Others))
	for i, p := range e.Others {
		names[i] = p.Name
	}
	return fmt.Sprintf("%s: %s there, but of another version than this program", msg, strings.Join(names, ", "))
}
