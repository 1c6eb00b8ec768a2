// Package group runs many tasks on a bounded number of workers: timeouts,
// deadlines, retries, limits of rate and failure, priorities, dependencies, and
// workers that are given back while a task waits for tasks of its own. It knows no
// Starlark: what one attempt of a task does is the business of a [Worker].
//
// [Start] begins a run and returns at once, [Run.Add] gives it tasks at any time,
// [Run.Close] says that there will be no more, and [Run.Wait] blocks until every
// task has ended. A run ends tasks in any order and forgets them: a run of ten
// million tasks needs memory for those that have not ended. All times are
// wall-clock times.
//
// Script code starts in one place only, the go statement of Run.spawn.
package group

import "time"

// A Status says where a task is in its life, as far as scripts are concerned.
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

// Counts says how many tasks of a run have ended with each Status.
type Counts [Skipped + 1]int

// A phase is where a task is in its run. This table is the whole of it:
//
//	phase   | Status  | it waits for           | when that is there | on Stop or Cancel     | on the run's deadline
//	--------+---------+------------------------+--------------------+-----------------------+----------------------
//	blocked | Pending | tasks named by After   | ready, or Skipped  | Skipped               | TimedOut
//	ready   | Pending | a worker               | taken              | Skipped, or Cancelled | TimedOut
//	taken   | Pending | its limits, if any     | running or limited | as ready              | TimedOut
//	limited | Pending | its turn at a limiter  | ready              | as ready              | TimedOut
//	running | Running | the end of its attempt | ended or delayed   | Cancelled             | TimedOut
//	delayed | Pending | its next attempt       | ready              | Cancelled             | TimedOut
//	ended   | final   |                        |                    |                       |
//
// A task that is ready, taken or limited is Cancelled if it has had an attempt, and
// Skipped if it has not. An attempt ends as OK, Failed or TimedOut (its own
// timeout), or is followed by a delay if there is a retry left. The status OK is
// kept when the value was there before the stop.
type phase uint8

const (
	blocked phase = iota
	ready
	taken
	limited
	running
	delayed
	ended
)

// A Spec is what tasks with the same options share.
type Spec struct {
	Name     string
	Timeout  time.Duration // for one attempt; 0: none
	Retry    *Retry        // nil: one attempt
	Priority int           // higher ones are taken first
	Limited  bool          // Worker.Gates says by what
}

// A Worker makes attempts, one at a time, on one goroutine after the other. A run asks
// for as many as are at work at once, so a worker can keep what is costly to set up.
type Worker[T any] interface {
	// Call makes one attempt of a task. It must return soon after Stop was called.
	Call(a *Attempt, t *Task[T]) (T, error)

	// Again says whether a task should be tried again after an attempt that
	// ended with this value or error. It is asked only when the task has a Retry.
	// An error from Again itself ends the task as failed with that error.
	Again(a *Attempt, t *Task[T], value T, err error) (bool, error)

	// Gates returns what a task with Spec.Limited has to pass before each attempt.
	// It is asked once for each task; the run lets go of the gates. An error ends
	// the task as failed.
	Gates(a *Attempt, t *Task[T]) ([]*Gate, error)

	// Stop makes the call under way return. It is called from other goroutines, at
	// most once for each of them, and must not block.
	Stop(cause error)

	// Resume undoes Stop before the next call.
	Resume()
}
