package threadgroup

import (
	"errors"
	"fmt"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

var (
	_ engine.Portable = (*Error)(nil)
	_ engine.Portable = (*Function)(nil)
	_ engine.Portable = (*Result)(nil)
	_ engine.Portable = (*Results)(nil)
)

var errState = errors.New("its state is none")

// restore has what makes values of this package again elsewhere.
func restore() map[string]func(starlark.Value) (starlark.Value, error) {
	return map[string]func(starlark.Value) (starlark.Value, error){
		"Error": restoreError, "Function": restoreFunction, "Result": restoreResult, "Results": restoreResults,
	}
}

// State returns the task's name, the error and the Errors of the earlier attempts.
func (e *Error) State() (string, starlark.Value, error) {
	return "Error", starlark.Tuple{starlark.String(e.task), &engine.Failed{Err: e.err}, starlark.Tuple(e.attempts)}, nil
}

func restoreError(state starlark.Value) (starlark.Value, error) {
	t, _ := state.(starlark.Tuple)
	if len(t) != 3 {
		return nil, errState
	}
	task, ok1 := t[0].(starlark.String)
	failed, ok2 := t[1].(*engine.Failed)
	attempts, ok3 := t[2].(starlark.Tuple)
	if !ok1 || !ok2 || !ok3 {
		return nil, errState
	}
	for _, a := range attempts {
		if _, ok := a.(*Error); !ok {
			return nil, errState
		}
	}
	return &Error{err: failed.Err, task: string(task), attempts: attempts}, nil
}

// State returns the function and its arguments.
func (f *Function) State() (string, starlark.Value, error) { return "Function", f.state(), nil }

func (f *Function) state() starlark.Tuple {
	state := starlark.Tuple{f.fn, f.args}
	for _, kv := range f.kwargs {
		state = append(state, kv[0], kv[1])
	}
	return state
}

func restoreFunction(state starlark.Value) (starlark.Value, error) {
	t, _ := state.(starlark.Tuple)
	if len(t) < 2 || len(t)%2 != 0 {
		return nil, errState
	}
	f := &Function{}
	var ok1, ok2 bool
	f.fn, ok1 = t[0].(starlark.Callable)
	f.args, ok2 = t[1].(starlark.Tuple)
	if !ok1 || !ok2 {
		return nil, errState
	}
	for t = t[2:]; len(t) > 0; t = t[2:] {
		if _, ok := t[0].(starlark.String); !ok {
			return nil, errState
		}
		f.kwargs = append(f.kwargs, t[:2:2])
	}
	return f, nil
}

// State returns the call and how it ended. One that has not ended stays where it is.
func (r *Result) State() (string, starlark.Value, error) {
	status := r.task.Status()
	if !status.Done() {
		return "", nil, fmt.Errorf("task %q is still %s; only a Result that has ended can be sent", r.spec.Name, status)
	}
	call := &Function{fn: r.spec.fn, args: r.args(), kwargs: r.spec.kwargs}
	var came starlark.Value = r.failure
	if status == group.OK {
		came = r.task.Value
	}
	return "Result", starlark.Tuple{
		call.state(), starlark.String(r.spec.Name), starlark.MakeInt(r.task.Index), starlark.MakeInt(int(status)),
		starlark.MakeInt(r.task.Attempts()), starlark.MakeInt64(int64(r.task.Duration)), came,
	}, nil
}

func restoreResult(state starlark.Value) (starlark.Value, error) {
	var call starlark.Tuple
	var name string
	var index, status, attempts int
	var took int64
	var came starlark.Value
	t, _ := state.(starlark.Tuple)
	if err := starlark.UnpackPositionalArgs("Result", t, nil, 7, &call, &name, &index, &status, &attempts, &took, &came); err != nil {
		return nil, err
	}
	f, err := restoreFunction(call)
	if err != nil || status < int(group.OK) || status > int(group.Skipped) {
		return nil, errState
	}
	fn := f.(*Function)
	r := new(Result).init(&spec{Spec: group.Spec{Name: name}, fn: fn.fn, args: fn.args, kwargs: fn.kwargs, o: &options{}}, false)
	r.task.Index = index
	if status == int(group.OK) {
		r.task.Elsewhere(group.OK, attempts, time.Duration(took), came, nil)
		return r, nil
	}
	failure, ok := came.(*Error)
	if !ok {
		return nil, errState
	}
	r.failure = failure
	r.task.Elsewhere(group.Status(status), attempts, time.Duration(took), nil, failure.err)
	return r, nil
}

// State returns the name of the group, how long the run took, and each Result.
func (rs *Results) State() (string, starlark.Value, error) {
	state := starlark.Tuple{starlark.String(rs.group), starlark.MakeInt64(int64(rs.duration))}
	for _, r := range rs.list {
		state = append(state, r)
	}
	return "Results", state, nil
}

func restoreResults(state starlark.Value) (starlark.Value, error) {
	t, _ := state.(starlark.Tuple)
	if len(t) < 2 {
		return nil, errState
	}
	rs := &Results{}
	var took int64
	if err := starlark.UnpackPositionalArgs("Results", t[:2], nil, 2, &rs.group, &took); err != nil {
		return nil, err
	}
	rs.duration = time.Duration(took)
	for _, v := range t[2:] {
		r, ok := v.(*Result)
		if !ok {
			return nil, errState
		}
		rs.list = append(rs.list, r)
	}
	return rs, nil
}
