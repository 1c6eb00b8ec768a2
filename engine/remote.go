package engine

import (
	"fmt"
	"strings"
	"time"

	"go.starlark.net/starlark"
)

// A Remote makes calls of functions in other processes; [Options.Remote] is one. Groups ask
// it for each attempt of a task. It is safe for concurrent use. Package cluster/remote has
// one that sends them to the workers of a cluster.
type Remote interface {
	// Call makes a call elsewhere. It blocks until the call has ended, or the thread's
	// context has: then nobody wants it any more. The value belongs to the thread, as that
	// of a function of its own. The error is an *Error. The call may be started more
	// than once, unless c.Once.
	Call(t *Thread, c *Call) (starlark.Value, error)

	// Width is how many calls are worth making at once.
	Width() int
}

// A Call is an attempt of a task on its way to another process.
type Call struct {
	Fn     starlark.Callable
	Args   starlark.Tuple
	Kwargs []starlark.Tuple
	Given  Given

	Group, Task  string        // names
	Index        int           // of the task in its run
	Attempt, Max int           // which attempt it is, from 1, and how many there may be
	Worker       int           // number of the worker that has it at home
	Timeout      time.Duration // 0: none
	Until        time.Time     // when its time is over at the latest, for the task to know; zero: never
	Queue        string        // of the workers that may run it; "": the default
	Once         bool          // it must not run twice
	Family       any           // calls of one family may travel together; nil: it travels alone

	// Told, one call at a time, with what happens; nil: nobody asks.
	Started  func(worker string)
	Progress func(done, total float64)

	// Late, of a call on its way out, is told at once that Timeout was over: it stops what
	// the thread does meanwhile. It is called by another goroutine, before Remote.Call returns.
	Late func()

	// Of a call that Run.Do makes. Begins is asked just before; false: it is left alone. Over
	// is told once what came of it is there. They must not block; nil: nobody cares.
	Begins func() bool
	Over   func()

	// What came of it. Remote.Call sets the first, Run.Do all.
	Took     time.Duration // how long it ran
	TimedOut bool          // Timeout was over
	Value    starlark.Value
	Err      error // an *Error or an *ExitError
	Ended    bool  // false: it was not begun
}

// queueRunes are what the name of a queue may have: it is a word of what a cluster's messages
// are addressed to.
const queueRunes = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_-"

// CheckQueue returns an error that says what the name of a queue must be, if this is none.
func CheckQueue(name string) error {
	if name == "" || len(name) > 64 || strings.TrimLeft(name, queueRunes) != "" {
		return fmt.Errorf("must have 1 to 64 letters, digits, - and _, not %q", name)
	}
	return nil
}

// A Resident is a value that stays in the process that made it, though functions in other
// processes may use it: there another one stands for it, whose methods are called here.
type Resident interface {
	Shareable

	// Resident reports whether that is so now: a value may have come to be one that
	// others can have for themselves.
	Resident() bool
}

// Print prints a line as if the thread had. It is safe for concurrent use.
func (t *Thread) Print(line string) { t.run.print(t.star, line) }
