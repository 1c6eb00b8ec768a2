package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/syntax"
)

// maxNested is how many groups' failures may be within each other.
const maxNested = 64

// Failure writes how a task failed: kind, message, hint, stack, and of the errors below it
// what scripts and reports can tell apart. Data refers to nothing.
func Failure(err error) []byte {
	e, ok := err.(*engine.Error)
	if !ok {
		kind := "error"
		var k interface{ Kind() string }
		if errors.As(err, &k) {
			kind = k.Kind()
		}
		e = engine.NewError(kind, err.Error(), err)
	}
	return appendFailure([]byte{version, kindFailure}, e, 0)
}

func appendFailure(b []byte, e *engine.Error, depth int) []byte {
	for _, s := range []string{e.Kind, e.Msg, e.Hint} {
		b = appendText(b, s)
	}
	b = appendPosition(b, e.Pos)
	b = binary.AppendUvarint(b, uint64(len(e.Stack)))
	for _, f := range e.Stack {
		b = appendText(b, f.Name)
		for _, p := range []syntax.Position{f.Pos, f.Start, f.End} {
			b = appendPosition(b, p)
		}
		b = appendText(b, f.Line)
	}
	return appendCause(b, errors.Unwrap(e), depth)
}

func appendPosition(b []byte, p syntax.Position) []byte {
	b = append(b, boolByte(p != syntax.Position{}))
	if p == (syntax.Position{}) {
		return b
	}
	b = appendText(b, p.Filename())
	return binary.AppendUvarint(binary.AppendUvarint(b, uint64(uint32(p.Line))), uint64(uint32(p.Col)))
}

// What is below an error.
const (
	causeNone  = iota
	causeGroup // name, tasks, failures that are not listed, failures
	causeExit  // code
	causeLimit // message
	causePanic // built-in, value, Go's stack
	causeOther // a Remote
)

func appendCause(b []byte, err error, depth int) []byte {
	var group *engine.GroupError
	var exit *engine.ExitError
	var limit *engine.LimitError
	var panicked *engine.PanicError
	switch {
	case err == nil:
		return append(b, causeNone)
	case errors.As(err, &group) && depth < maxNested:
		return appendGroup(append(b, causeGroup), group, depth)
	case errors.As(err, &exit):
		return binary.AppendVarint(append(b, causeExit), int64(exit.Code))
	case errors.As(err, &limit):
		return appendText(append(b, causeLimit), limit.Msg)
	case errors.As(err, &panicked):
		b = appendText(append(b, causePanic), panicked.Builtin)
		return appendText(appendText(b, fmt.Sprint(panicked.Value)), string(panicked.Stack))
	}
	return appendOther(append(b, causeOther), err)
}

func appendGroup(b []byte, g *engine.GroupError, depth int) []byte {
	b = appendText(b, g.Group)
	for _, n := range []int{g.Tasks, g.More, len(g.Failures)} {
		b = binary.AppendUvarint(b, uint64(n))
	}
	for _, f := range g.Failures {
		b = binary.AppendUvarint(appendText(b, f.Task), uint64(f.Index))
		b = appendFailure(b, f.Err, depth+1)
	}
	return b
}

func appendOther(b []byte, err error) []byte {
	r := Remote{Text: err.Error()}
	var kind interface{ Kind() string }
	var hint interface{ Hint() string }
	var code interface{ ErrorCode() int }
	var after interface{ RetryAfter() time.Duration }
	if errors.As(err, &kind) {
		r.kind = kind.Kind()
	}
	if errors.As(err, &hint) {
		r.hint = hint.Hint()
	}
	b = appendText(appendText(appendText(b, r.Text), r.kind), r.hint)
	b = append(b, boolByte(errors.Is(err, context.DeadlineExceeded))|boolByte(errors.Is(err, context.Canceled))<<1)
	if errors.As(err, &after) {
		r.after = after.RetryAfter()
	}
	b = binary.AppendVarint(b, int64(r.after))
	if !errors.As(err, &code) {
		return append(b, 0)
	}
	return binary.AppendVarint(append(b, 1), int64(code.ErrorCode()))
}

// A Remote is what a Go function on a worker has reported: what is left of an error there.
type Remote struct {
	Text       string
	kind, hint string
	after      time.Duration
	is         []error
}

func (r *Remote) Error() string { return r.Text }

// Kind is what scripts see as Error.kind.
func (r *Remote) Kind() string { return r.kind }

// Hint is what users see below the report.
func (r *Remote) Hint() string { return r.hint }

// RetryAfter is how long to wait before another attempt, as a server has asked for.
func (r *Remote) RetryAfter() time.Duration { return r.after }

// Unwrap returns the errors of package context that it is.
func (r *Remote) Unwrap() []error { return r.is }

// A coded error is a Remote that came with a number, such as an exit status.
type coded struct {
	*Remote
	code int
}

func (c *coded) ErrorCode() int { return c.code }
func (c *coded) Unwrap() error  { return c.Remote }
