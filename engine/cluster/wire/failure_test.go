package wire_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"github.com/stretchr/testify/require"
)

// A busy error has all that an error of a module may have.
type busy struct{ error }

func (b busy) Unwrap() error           { return b.error }
func (busy) Kind() string              { return "http" }
func (busy) Hint() string              { return "come back later" }
func (busy) ErrorCode() int            { return 503 }
func (busy) RetryAfter() time.Duration { return time.Minute }

// What scripts, groups and reports can tell apart of an error is there on the other side.
func TestFailure(t *testing.T) {
	around := func(err error) *engine.Error {
		e, flaw := wire.ReadFailure(wire.Failure(err))
		require.NoError(t, flaw)
		return e
	}
	e := around(engine.NewError("http", "503", busy{fmt.Errorf("no: %w", context.DeadlineExceeded)}))
	var code interface{ ErrorCode() int }
	var after interface{ RetryAfter() time.Duration }
	require.ErrorAs(t, e, &code)
	require.Equal(t, 503, code.ErrorCode())
	require.ErrorAs(t, e, &after)
	require.Equal(t, time.Minute, after.RetryAfter())
	require.ErrorIs(t, e, context.DeadlineExceeded)
	require.NotErrorIs(t, e, context.Canceled)

	e = around(&engine.ExitError{Code: 3})
	var exit *engine.ExitError
	require.ErrorAs(t, e, &exit)
	require.Equal(t, 3, exit.Code)
	require.Equal(t, "exit", e.Kind)
	require.True(t, engine.Passes(e))

	e = around(engine.NewError("limit", "too much", &engine.LimitError{Msg: "too much"}))
	require.True(t, engine.Passes(e))
	require.ErrorAs(t, e, new(*engine.LimitError))

	var panicked *engine.PanicError
	require.ErrorAs(t, around(engine.NewError("panic", "panic in f", &engine.PanicError{Builtin: "f", Value: 7, Stack: []byte("goroutine")})), &panicked)
	require.Equal(t, "panic in built-in f: 7", panicked.Error())

	w := newWorld(t, shapes).worker(options())
	was := failure(t, w)
	e = around(was)
	var g, want *engine.GroupError
	require.ErrorAs(t, e, &g)
	require.ErrorAs(t, was, &want)
	require.Equal(t, want.Error(), g.Error())
	require.Len(t, g.Failures, len(want.Failures))
	for i, f := range g.Failures {
		require.Equal(t, want.Failures[i].Task, f.Task)
		require.Equal(t, want.Failures[i].Err.Traceback(), f.Err.Traceback())
		require.Equal(t, frames(want.Failures[i].Err), frames(f.Err))
	}

	nested := error(errors.New("x"))
	for range 1000 {
		nested = engine.NewError("error", "failed", &engine.GroupError{Failures: []engine.Failure{{Err: engine.NewError("error", "y", nested)}}})
	}
	around(nested)
}
