package threadgroup

import (
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A Result is a task as scripts see it: a handle while it runs, and what came of it.
// Once the task has ended it does not change any more.
type Result struct {
	task    group.Task[starlark.Value]
	spec    *spec
	failure *Error // set before the status is final; nil when ok
	live    *live  // nil: it is seen only after its run has ended
	kept    *kept  // its place in the joblog; nil: there is none
}

// live is what a Result needs that is seen while its task runs.
type live struct {
	looked atomic.Bool // the script knows how it ended
	sent   atomic.Bool // as_completed has it
	worker atomic.Pointer[worker]
	done   func(t *engine.Thread, v starlark.Value, err error) error // nil: nobody asks

	mu      sync.Mutex // guards what follows
	reached bool       // several threads may see the Result
	value   starlark.Value
}

var (
	_ starlark.HasAttrs = (*Result)(nil)
	_ engine.Shareable  = (*Result)(nil)
)

// init makes r the Result of a task that has not begun.
func (r *Result) init(s *spec, isLive bool) *Result {
	r.spec, r.task.Spec, r.task.Of = s, &s.Spec, r
	if isLive {
		r.live = &live{}
	}
	return r
}

func (r *Result) String() string        { return repr(r) }
func (r *Result) Type() string          { return "Result" }
func (r *Result) Freeze()               {} // has a lock; Share publishes what it holds
func (r *Result) Truth() starlark.Bool  { return true }
func (r *Result) Hash() (uint32, error) { return 0, errors.New("unhashable type: Result") }

// args returns the positional arguments of the task.
func (r *Result) args() starlark.Tuple {
	s := r.spec
	if s.width == 0 {
		return s.args
	}
	from, to := r.task.Index*s.width, (r.task.Index+1)*s.width
	return s.flat[from:to:to]
}

// Share publishes the function, its arguments and the value, and has a value that
// comes later published when it does.
func (r *Result) Share(visit func(starlark.Value)) {
	if l := r.live; l != nil {
		l.mu.Lock()
		l.reached = true
		if l.value != nil {
			visit(l.value)
		}
		l.mu.Unlock()
	} else if r.isOK() {
		visit(r.task.Value)
	}
	visit(r.spec.fn)
	visit(r.args())
	for _, kv := range r.spec.kwargs {
		visit(kv[1])
	}
}

// seal notes the value of a task that is about to end. If others can see the Result,
// its thread publishes the value first.
func (r *Result) seal(t *engine.Thread, v starlark.Value) {
	l := r.live
	if l == nil {
		return
	}
	l.mu.Lock()
	reached := l.reached
	if !reached {
		l.value = v
	}
	l.mu.Unlock()
	if reached { // without the lock: the Result may be in its own value
		t.Publish(v)
	}
}

// look notes that the script has seen how the task ended.
func (r *Result) look() {
	if l := r.live; l != nil && r.task.Status().Done() {
		l.looked.Store(true)
	}
}

func (r *Result) write(p *printer) {
	p.WriteString("function=" + r.spec.Name)
	switch status := r.task.Status(); {
	case status == group.OK:
		p.WriteString("; result=")
		if s, ok := starlark.AsString(r.task.Value); ok {
			p.WriteString(s)
		} else {
			p.value(r.task.Value)
		}
	case status.Done():
		p.WriteString("; error=" + r.failure.err.Msg)
	default:
		p.WriteString("; status=" + status.String())
	}
}

var resultAttrs = builtin.Attrs[*Result]{
	"name":     func(r *Result) (starlark.Value, error) { return starlark.String(r.spec.Name), nil },
	"fn_name":  func(r *Result) (starlark.Value, error) { return starlark.String(r.spec.Name), nil },
	"function": func(r *Result) (starlark.Value, error) { return r.spec.fn, nil },
	"args":     func(r *Result) (starlark.Value, error) { return r.args(), nil },
	"kwargs":   func(r *Result) (starlark.Value, error) { return kwargsDict(r.spec.kwargs), nil },
	"index":    func(r *Result) (starlark.Value, error) { return starlark.MakeInt(r.task.Index), nil },
	"status":   func(r *Result) (starlark.Value, error) { return starlark.String(r.seen().String()), nil },
	"done":     func(r *Result) (starlark.Value, error) { return starlark.Bool(r.task.Status().Done()), nil },
	"ok":       func(r *Result) (starlark.Value, error) { return starlark.Bool(r.seen() == group.OK), nil },
	"result":   (*Result).value,
	"error": func(r *Result) (starlark.Value, error) {
		if status := r.seen(); status == group.OK || !status.Done() {
			return starlark.None, nil
		}
		return r.failure, nil
	},
	"duration": func(r *Result) (starlark.Value, error) { return starlark.Float(r.task.Elapsed().Seconds()), nil },
	"attempts": func(r *Result) (starlark.Value, error) { return starlark.MakeInt(r.task.Attempts()), nil },
	"cached":   func(r *Result) (starlark.Value, error) { return starlark.Bool(r.cached()), nil },
	"wait":     builtin.Method("wait", (*Result).wait),
	"check":    builtin.Method("check", (*Result).checkMethod),
	"get":      builtin.Method("get", (*Result).get),
	"cancel":   builtin.Method("cancel", (*Result).cancel),
}

func (r *Result) Attr(name string) (starlark.Value, error) { return resultAttrs.Get(r, name, nil) }
func (r *Result) AttrNames() []string                      { return resultAttrs.Names() }

// seen returns the status, and notes that the script has seen it.
func (r *Result) seen() group.Status {
	r.look()
	return r.task.Status()
}

// value returns the task's value, or stops the script with the task's own error.
func (r *Result) value() (starlark.Value, error) {
	if err := r.check(); err != nil {
		return nil, err
	}
	return r.task.Value, nil
}

func (r *Result) check() error {
	switch status := r.seen(); {
	case status == group.OK:
		return nil
	case status.Done():
		return r.failure.err
	default:
		return fmt.Errorf("task %q is still %s; call wait() first", r.spec.Name, status)
	}
}

// fail notes how the task failed.
func (r *Result) fail() {
	e := &Error{err: asError(r.task.Err), task: r.spec.Name}
	for _, earlier := range r.task.Earlier() {
		e.attempts = append(e.attempts, &Error{err: asError(earlier), task: r.spec.Name})
	}
	r.failure = e
}

// await blocks until the task has ended or the time is over; 0 means that there is
// no limit.
func (r *Result) await(t *engine.Thread, timeout time.Duration) error {
	if r.task.Status().Done() || timeout < 0 {
		return nil
	}
	w := t.NewWait(fmt.Sprintf("the Result of task %q", r.spec.Name), timeout, r.by)
	err := join(t, w, r.task.Notify)
	if errors.Is(err, wait.ErrTimeout) {
		return nil
	}
	return err
}

// by returns the thread that works on the task.
func (r *Result) by() []wait.Party {
	if l := r.live; l != nil {
		if w := l.worker.Load(); w != nil {
			return []wait.Party{w.thread}
		}
	}
	return nil
}

// def wait(timeout=None)
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

// def check()
//
// check waits for the task and stops the script with its error if it has failed.
func (r *Result) checkMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := starlark.UnpackArgs("check", args, kwargs); err != nil {
		return nil, err
	}
	if err := r.await(engine.Of(thread), 0); err != nil {
		return nil, err
	}
	return r, r.check()
}

// def get(default=None)
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

// def cancel(reason="")
func (r *Result) cancel(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	reason := fmt.Sprintf("task %q was cancelled", r.spec.Name)
	if err := unpackReason("cancel", args, kwargs, &reason); err != nil {
		return nil, err
	}
	r.task.Cancel(errors.New(reason))
	return starlark.None, nil
}
