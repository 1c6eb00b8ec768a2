package threadgroup

import (
	"errors"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A Result is what came of one task. Scripts see it once its task has ended; it
// does not change any more.
type Result struct {
	task  group.Task[starlark.Value]
	spec  *spec
	index int
	err   *engine.Error // nil when ok

	failure *Error // of err, as scripts see it
}

var (
	_ starlark.HasAttrs = (*Result)(nil)
	_ engine.Shareable  = (*Result)(nil)
)

func (r *Result) String() string        { return repr(r) }
func (r *Result) Type() string          { return "Result" }
func (r *Result) Freeze()               {} // immutable; Share publishes what it holds
func (r *Result) Truth() starlark.Bool  { return true }
func (r *Result) Hash() (uint32, error) { return 0, errors.New("unhashable type: Result") }

// args returns the positional arguments of the task.
func (r *Result) args() starlark.Tuple {
	s := r.spec
	if s.width == 0 {
		return s.args
	}
	from, to := r.index*s.width, (r.index+1)*s.width
	return s.flat[from:to:to]
}

// Share publishes the function, its arguments and the value.
func (r *Result) Share(visit func(starlark.Value)) {
	visit(r.task.Value)
	visit(r.spec.fn)
	visit(r.args())
	for _, kv := range r.spec.kwargs {
		visit(kv[1])
	}
}

func (r *Result) write(p *printer) {
	p.WriteString("function=" + r.spec.Name)
	switch {
	case r.task.Status == group.OK:
		p.WriteString("; result=")
		if s, ok := starlark.AsString(r.task.Value); ok {
			p.WriteString(s)
		} else {
			p.value(r.task.Value)
		}
	case r.err != nil:
		p.WriteString("; error=" + r.err.Msg)
	default:
		p.WriteString("; status=" + r.task.Status.String())
	}
}

var resultAttrs = attrs[*Result]{
	"name":     func(r *Result) (starlark.Value, error) { return starlark.String(r.spec.Name), nil },
	"fn_name":  func(r *Result) (starlark.Value, error) { return starlark.String(r.spec.Name), nil },
	"function": func(r *Result) (starlark.Value, error) { return r.spec.fn, nil },
	"args":     func(r *Result) (starlark.Value, error) { return r.args(), nil },
	"kwargs":   func(r *Result) (starlark.Value, error) { return kwargsDict(r.spec.kwargs), nil },
	"index":    func(r *Result) (starlark.Value, error) { return starlark.MakeInt(r.index), nil },
	"status":   func(r *Result) (starlark.Value, error) { return starlark.String(r.task.Status.String()), nil },
	"done":     func(r *Result) (starlark.Value, error) { return starlark.Bool(r.task.Status.Done()), nil },
	"ok":       func(r *Result) (starlark.Value, error) { return starlark.Bool(r.task.Status == group.OK), nil },
	"result":   (*Result).value,
	"error": func(r *Result) (starlark.Value, error) {
		if r.err == nil {
			return starlark.None, nil
		}
		return r.failure, nil
	},
	"duration": func(r *Result) (starlark.Value, error) { return starlark.Float(r.task.Duration.Seconds()), nil },
	"attempts": func(r *Result) (starlark.Value, error) { return starlark.MakeInt(int(r.task.Attempts)), nil },
	"cached":   func(r *Result) (starlark.Value, error) { return starlark.False, nil },
	"wait":     method("wait", (*Result).wait),
	"check":    method("check", (*Result).check),
	"get":      method("get", (*Result).get),
	"cancel":   method("cancel", (*Result).cancel),
}

func (r *Result) Attr(name string) (starlark.Value, error) { return resultAttrs.get(r, name) }
func (r *Result) AttrNames() []string                      { return resultAttrs.names() }

// value returns the task's value, or stops the script with the task's own error.
func (r *Result) value() (starlark.Value, error) {
	if r.err != nil {
		return nil, r.err
	}
	return r.task.Value, nil
}

// fail notes how the task failed.
func (r *Result) fail(err *engine.Error) {
	r.err = err
	e := &Error{err: r.err, task: r.spec.Name}
	for _, earlier := range r.task.Earlier {
		e.attempts = append(e.attempts, &Error{err: asError(earlier), task: r.spec.Name})
	}
	r.failure = e
}

// def wait(timeout=None)
func (r *Result) wait(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout starlark.Value
	if err := starlark.UnpackArgs("wait", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	var o options
	err := signature{timeoutOption}.unpack("wait", starlark.Tuple{orNone(timeout)}, nil, &o)
	return r, err // it has ended
}

// def check()
func (r *Result) check(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("check", args, kwargs); err != nil {
		return nil, err
	}
	if r.err != nil {
		return nil, r.err
	}
	return r, nil
}

// def get(default=None)
func (r *Result) get(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("get", args, kwargs, "default?", &otherwise); err != nil {
		return nil, err
	}
	if r.err != nil {
		return otherwise, nil
	}
	return r.task.Value, nil
}

// def cancel(reason="")
func (r *Result) cancel(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var reason string
	return starlark.None, starlark.UnpackArgs("cancel", args, kwargs, "reason?", &reason) // it has ended
}

func orNone(v starlark.Value) starlark.Value {
	if v == nil {
		return starlark.None
	}
	return v
}
