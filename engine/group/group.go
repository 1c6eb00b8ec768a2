// Package group runs many tasks on a bounded number of workers: timeouts,
// deadlines, retries, failure limits, and workers that are given back while a
// task waits for tasks of its own. It knows no Starlark: what one attempt of a
// task does is the business of a [Worker].
//
// [Start] begins a run and returns at once; [Run.Wait] blocks until every task
// has ended. A run ends tasks in any order; their outcomes stay at the index at
// which they were handed in. All times are wall-clock times.
//
// Script code starts in one place only, the go statement of Run.spawn.
package group

import "time"

// A Status says where a task is in its life.
//
//	from     | to
//	---------+----------------------------------------------------------
//	Pending  | Running, Skipped, TimedOut (deadline), Cancelled (in a retry wait)
//	Running  | OK, Failed, TimedOut, Cancelled, Pending (waits for its next attempt)
//	others   | final
type Status uint8

const (
	Pending Status = iota
	Running
	OK
	Failed
	TimedOut
	Cancelled
	Skipped
)

var statusNames = [...]string{"pending", "running", "ok", "failed", "timed_out", "cancelled", "skipped"}

// String returns the word scripts see, such as "timed_out".
func (s Status) String() string { return statusNames[s] }

// Done reports whether the status is final.
func (s Status) Done() bool { return s >= OK }

// Failure reports whether the status counts as a failure of the run: cancelled
// and skipped tasks did not get the chance to fail.
func (s Status) Failure() bool { return s == Failed || s == TimedOut }

// A Spec is what tasks with the same options share.
type Spec struct {
	Name    string
	Timeout time.Duration // for one attempt; 0: none
	Retry   *Retry        // nil: one attempt
}

// A Task is one piece of work and, after its run has ended, its outcome.
// Set Spec before Start. The run owns the rest until Done is closed.
type Task[T any] struct {
	Spec *Spec

	Status   Status
	Start    time.Time     // of the first attempt
	Attempts int32         // made so far
	Value    T             // set when Status is OK
	Err      error         // of the last attempt; nil when Status is OK
	Earlier  []error       // of the attempts before the last one
	Duration time.Duration // from Start to the end of the last attempt
}

// A Worker makes attempts, one at a time. A run asks for a new one for each
// goroutine it starts, so a worker can keep what is costly to set up.
type Worker[T any] interface {
	// Call makes one attempt of task i. It must return soon after Stop was called.
	Call(a *Attempt, i int) (T, error)

	// Again says whether task i should be tried again after an attempt that
	// ended with this value or error. It is asked only when the task has a Retry.
	// An error from Again itself ends the task as failed with that error.
	Again(a *Attempt, i int, value T, err error) (bool, error)

	// Stop makes the Call or Again under way return. It is called from other
	// goroutines, at most once for each of them, and must not block.
	Stop(cause error)

	// Resume undoes Stop before the next Call or Again.
	Resume()
}
