package threadgroup

import (
	"errors"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// An Error is how a task failed, as a value. It is immutable.
type Error struct {
	err      *engine.Error
	task     string
	attempts []starlark.Value // the earlier ones
}

var _ starlark.HasAttrs = (*Error)(nil)

func (e *Error) String() string        { return e.err.Msg }
func (e *Error) Type() string          { return "Error" }
func (e *Error) Freeze()               {} // immutable
func (e *Error) Truth() starlark.Bool  { return true }
func (e *Error) Hash() (uint32, error) { return 0, errors.New("unhashable type: Error") }

// class Error
//
// An Error says how a task failed; str of it is the message.
//
//	kind: str              error timeout deadline cancelled skipped deadlock panic limit lost, or http connection exit permission of a module
//	message: str           what went wrong
//	code: int | None       what came with it: an exit status, a status of HTTP
//	traceback: str         the calls that led there
//	attempts: list[Error]  of the earlier attempts
//	task: str              the task's name
var errorAttrs = builtin.Attrs[*Error]{
	"kind":      func(e *Error) (starlark.Value, error) { return starlark.String(e.err.Kind), nil },
	"message":   func(e *Error) (starlark.Value, error) { return starlark.String(e.err.Msg), nil },
	"code":      (*Error).code,
	"traceback": func(e *Error) (starlark.Value, error) { return starlark.String(e.err.Traceback()), nil },
	"attempts": func(e *Error) (starlark.Value, error) {
		return starlark.NewList(append([]starlark.Value{}, e.attempts...)), nil
	},
	"task": func(e *Error) (starlark.Value, error) { return starlark.String(e.task), nil },
}

func (e *Error) Attr(name string) (starlark.Value, error) { return errorAttrs.Get(e, name, nil) }
func (e *Error) AttrNames() []string                      { return errorAttrs.Names() }

// code returns the number that came with the error, such as an exit status.
func (e *Error) code() (starlark.Value, error) {
	var c interface{ ErrorCode() int }
	if errors.As(e.err, &c) {
		return starlark.MakeInt(c.ErrorCode()), nil
	}
	return starlark.None, nil
}
