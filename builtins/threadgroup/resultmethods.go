package threadgroup

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// def Result.wait(timeout: float | Duration | None = None) -> Result
//
// wait waits for the task and returns the Result itself, also when timeout seconds are over:
// then it is not done.
func (r *Result) wait(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	timeout, err := waitTimeout("wait", args, kwargs)
	if err != nil {
		return nil, err
	}
	return r, r.await(engine.Of(thread), timeout)
}

// waitTimeout takes the argument of wait: 0 stands for none, a negative value for not
// waiting at all.
func waitTimeout(fn string, args starlark.Tuple, kwargs []starlark.Tuple) (time.Duration, error) {
	var v starlark.Value = starlark.None
	if err := starlark.UnpackArgs(fn, args, kwargs, "timeout?", &v); err != nil {
		return 0, err
	}
	if v == starlark.None {
		return 0, nil
	}
	d, err := builtin.Wait(v)
	switch {
	case err != nil:
		return 0, fmt.Errorf("%s: timeout %w", fn, err)
	case d == 0:
		d = -1
	case d == builtin.Forever:
		d = 0
	}
	return d, nil
}

// def Result.check() -> Result
//
// check waits for the task, and stops the script with its error if it has failed. It returns
// the Result itself.
func (r *Result) checkMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("check", args, kwargs); err != nil {
		return nil, err
	}
	if err := r.await(engine.Of(thread), 0); err != nil {
		return nil, err
	}
	return r, r.check()
}

// def Result.get(default=None) -> Any
//
// get waits for the task and returns its value, or the default if it has failed.
func (r *Result) get(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("get", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	if err := r.await(engine.Of(thread), 0); err != nil {
		return nil, err
	}
	if r.seen() != group.OK {
		return otherwise, nil
	}
	return r.task.Value, nil
}

// def Result.cancel(reason: str = "") -> None
//
// cancel stops the task if it runs, and skips it if it does not yet.
func (r *Result) cancel(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	reason := fmt.Sprintf("task %q was cancelled", r.spec.Name)
	if err := unpackReason("cancel", args, kwargs, &reason); err != nil {
		return nil, err
	}
	r.task.Cancel(errors.New(reason))
	return starlark.None, nil
}
