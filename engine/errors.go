package engine

import (
	"errors"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/eval"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// An Error is a failure of Starlark code: where, what, what to do about it, and
// how it came there. A host function's own error is found with errors.As.
type Error struct {
	Pos   syntax.Position // of the innermost frame; invalid if there is none
	Kind  string          // error timeout deadline cancelled skipped panic limit exit permission …
	Msg   string
	Hint  string  // "" or what to do about it
	Stack []Frame // outermost first; built-in functions are left out
	cause error
}

// A Frame is one call on the way to an error.
type Frame struct {
	Name       string          // of the function; "<toplevel>" for the script itself
	Pos        syntax.Position // as go.starlark.net reports it: for a call, its "("
	Start, End syntax.Position // of the whole expression; invalid if not known
	Line       string          // text of the line of Start, or of Pos
}

func (e *Error) Error() string { return e.Msg }

// Unwrap returns what Go code reported, if any.
func (e *Error) Unwrap() error { return e.cause }

// Traceback writes the stack as Python does, ending with the message.
func (e *Error) Traceback() string {
	var b strings.Builder
	if len(e.Stack) > 0 {
		b.WriteString("Traceback (most recent call last):\n")
	}
	for _, f := range e.Stack {
		fmt.Fprintf(&b, "  %s: in %s\n", f.Pos, f.Name)
	}
	b.WriteString("Error: " + e.Msg)
	return b.String()
}

// A GroupError says that tasks of one run failed.
type GroupError struct {
	Group    string
	Tasks    int       // in the run
	Failures []Failure // in the order of the tasks
	More     int       // failed tasks that are not listed
}

// A Failure is one failed task of a GroupError.
type Failure struct {
	Task  string
	Index int
	Err   *Error
}

func (e *GroupError) Error() string {
	return fmt.Sprintf("thread group %q: %d of %d tasks failed", e.Group, len(e.Failures)+e.More, e.Tasks)
}

// Unwrap returns the errors of the failed tasks.
func (e *GroupError) Unwrap() []error {
	errs := make([]error, len(e.Failures))
	for i, f := range e.Failures {
		errs[i] = f.Err
	}
	return errs
}

// An ExitError is how a script ends that called exit(code).
type ExitError struct {
	Code int // 0 to 255
}

func (e *ExitError) Error() string { return fmt.Sprintf("exit(%d)", e.Code) }

// Kind returns "exit".
func (e *ExitError) Kind() string { return "exit" }

// ErrDryRun is why tasks are skipped, and is the cause of the error of a script that
// needs what they would have returned, with Options.DryRun.
var ErrDryRun = errors.New("this is a dry run")

// A PanicError is a Go panic in a host function or an operator.
type PanicError = eval.PanicError

// A SyntaxError holds every problem of a source file, by position.
type SyntaxError struct {
	Problems []Problem // at least one
}

// A Problem is one thing that is wrong with a source file.
type Problem struct {
	dialect.Problem
	Line string // text of the line
}

func (e *SyntaxError) Error() string {
	text := e.Problems[0].Error()
	if n := len(e.Problems) - 1; n > 0 {
		text += fmt.Sprintf(" (and %d more)", n)
	}
	return text
}

// Error turns what Starlark code of this thread returned into an *Error.
func (t *Thread) Error(err error) *Error {
	var done *Error
	if e, ok := err.(*Error); ok {
		return e
	}
	e := &Error{Kind: "error", Msg: err.Error(), cause: err}
	var stack starlark.CallStack
	for eval := (*starlark.EvalError)(nil); errors.As(err, &eval); err = errors.Unwrap(eval) {
		stack, e.cause = eval.CallStack, errors.Unwrap(eval)
	}
	e.Stack = t.frames(stack)
	if c, ok := e.cause.(*Error); ok {
		done = c
		e.Stack = join(e.Stack, c.Stack)
	}
	if n := len(e.Stack); n > 0 {
		e.Pos = e.Stack[n-1].Pos
	}
	if done != nil {
		e.Kind, e.Msg, e.Hint = done.Kind, done.Msg, done.Hint
		return e
	}
	t.classify(e)
	t.explain(e)
	return e
}

// join adds the stack of an error that was met at outer. An error of the same
// thread has outer in it; another task's goes on where outer ends.
func join(outer, stack []Frame) []Frame {
	for i, f := range outer {
		if i >= len(stack) || stack[i].Pos != f.Pos || stack[i].Name != f.Name {
			return append(outer, stack...)
		}
	}
	return stack
}

// NewError returns an error of the thread that Go code found, without a stack.
func NewError(kind, msg string, cause error) *Error {
	return &Error{Kind: kind, Msg: msg, cause: cause}
}

// Passes reports whether an error is meant for the thread that met it, so that nothing may
// catch it or try again: exit, a deadlock, a limit. (A program's exit status is of kind exit
// too, and ordinary.)
func Passes(err error) bool {
	var kind interface{ Kind() string }
	var e *Error
	name := ""
	if errors.As(err, &e) {
		name = e.Kind
	} else if errors.As(err, &kind) {
		name = kind.Kind()
	}
	switch name {
	case "exit":
		return errors.As(err, new(*ExitError))
	case "deadlock", "limit":
		return true
	}
	return false
}

// classify takes kind and hint from what Go code reported.
func (t *Thread) classify(e *Error) {
	stopped := strings.Contains(e.Msg, "Starlark computation cancelled: ") // perhaps in a file being loaded
	if limit := t.limit.Load(); stopped && limit != nil {
		e.Msg, e.cause = limit.Msg, limit
	} else if cause := t.Cancelled(); cause != nil && (stopped || errors.Is(e.cause, cause)) {
		e.Kind, e.Msg, e.cause = "cancelled", cause.Error(), cause
	}
	if _, ok := e.cause.(*GroupError); ok {
		return // what its tasks met is theirs
	}
	var kind interface{ Kind() string }
	if errors.As(e.cause, &kind) {
		e.Kind = kind.Kind()
	}
	var hint interface{ Hint() string }
	if errors.As(e.cause, &hint) {
		e.Hint = hint.Hint()
	}
}

// frames converts a call stack; built-ins have no position and are left out.
func (t *Thread) frames(stack starlark.CallStack) []Frame {
	var frames []Frame
	for _, c := range stack {
		f := t.run.file(c.Pos.Filename())
		if f == nil && c.Pos.Line == 0 || dialect.Hidden(c.Name) {
			continue
		}
		frame := Frame{Name: c.Name, Pos: c.Pos}
		if f != nil {
			at := c.Pos
			if n := f.at(c.Pos); n != nil {
				frame.Start, frame.End = span(n)
				at = frame.Start
			}
			frame.Line = f.Line(int(at.Line))
		}
		frames = append(frames, frame)
	}
	return frames
}
