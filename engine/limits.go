package engine

import (
	"fmt"
	"runtime"
	"time"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"go.starlark.net/starlark"
)

// Limits bound what a script may use up. They are enforced by the engine: operators,
// built-in functions and methods of Starlark's own types ask before they make
// something big, and can be stopped. They are not a wall against hostile Go code: what
// a module's function makes on the way to its result is its own business. Zero means no
// limit, except where a default is named.
type Limits struct {
	MaxSteps  uint64 // rounds of loops and calls, about, of one thread: of the script, of each attempt of a task
	MaxDepth  int    // calls within calls; 0: 10,000
	MaxSource int    // bytes of one source file; 0: 16 MiB
	MaxOutput int64  // bytes that print writes in a run
	MaxTasks  int    // tasks of all groups that have not ended, at once
	MaxMemory int64  // bytes of the Go heap: what would not fit is refused, what grows beyond is stopped
}

const (
	defaultDepth  = 10_000
	defaultSource = 16 << 20

	// hugeValue bounds single values where MaxMemory does not: no machine has that
	// much, and Go ends the process when it does not get it.
	hugeValue = 64 << 30
)

func (l *Limits) setDefaults() {
	if l.MaxDepth == 0 {
		l.MaxDepth = defaultDepth
	}
	if l.MaxSource == 0 {
		l.MaxSource = defaultSource
	}
}

// A LimitError says which limit a script has reached. attempt does not catch it
// and no retry is made.
type LimitError = guard.LimitError

// slice is how many steps a thread makes before it looks at its limits and the
// clock, some 300 µs; after turn it lets others run: with every core busy in a
// loop of its own, a timer would otherwise wait for the Go scheduler's 10 ms. A
// turn costs next to nothing on busy cores, but up to 75 µs beside an idle one,
// which the Go scheduler wakes to take the thread over.
const (
	slice = 1000
	turn  = 4 * time.Millisecond
)

// tick is called by the evaluator when the thread's next slice is due.
func (t *Thread) tick(star *starlark.Thread) {
	l := &t.run.engine.opts.Limits
	if l.MaxSteps > 0 && star.Steps-t.steps >= l.MaxSteps {
		t.exceed(fmt.Sprintf("more than %d steps", l.MaxSteps))
	}
	t.nextSlice()
	if now := time.Now(); now.Sub(t.yielded) >= turn {
		runtime.Gosched()
		t.yielded = now
	}
}

// nextSlice has tick called again.
func (t *Thread) nextSlice() {
	next := t.star.Steps + slice
	if max := t.run.engine.opts.MaxSteps; max > 0 && t.steps+max > t.star.Steps {
		next = min(next, t.steps+max)
	}
	t.star.SetMaxExecutionSteps(next)
}

// exceed stops the thread's code with a *LimitError. It may be called from any
// goroutine.
func (t *Thread) exceed(msg string) {
	if t.limit.CompareAndSwap(nil, &LimitError{Msg: msg}) {
		t.star.Cancel(msg)
	}
}

// renew ends the effect of exceed: what runs next on the thread has limits of its own.
func (t *Thread) renew() {
	if t.limit.Swap(nil) != nil {
		t.star.Uncancel()
	}
	t.steps = t.star.Steps
	t.nextSlice()
}

// admit returns an error if a source is larger than it may be.
func (l *Limits) admit(name string, size int) error {
	if size <= l.MaxSource {
		return nil
	}
	return &LimitError{Msg: fmt.Sprintf("%s has more than %d bytes, the limit of a source", name, l.MaxSource)}
}

// maxValue returns the size in bytes above which no single value is made.
func (l *Limits) maxValue() int64 {
	if l.MaxMemory > 0 {
		return l.MaxMemory
	}
	return hugeValue
}
