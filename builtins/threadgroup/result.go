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
	stamp  engine.Stamp

	mu      sync.Mutex // guards what follows
	reached bool       // several threads may see the Result
	value   starlark.Value
}

var (
	_ starlark.HasAttrs = (*Result)(nil)
	_ engine.Stamped    = (*Result)(nil)
	_ engine.Resident   = (*Result)(nil)
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

// Resident reports whether the task has not ended: afterwards others can have it as it is.
func (r *Result) Resident() bool { return !r.task.Status().Done() }

// Stamp keeps a long chain of submitted tasks, each with the Result of the one before,
// from being walked along for each of them.
func (r *Result) Stamp() *engine.Stamp {
	if r.live == nil || !r.spec.inert {
		return nil
	}
	return &r.live.stamp
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

// class Result
//
// A Result is one task: to wait for, to cancel, and to ask how it ended. An attribute never
// waits.
//
//	name: str           of the task, which is the function's
//	fn_name: str        the same as name
//	function: Callable  what the task calls
//	args: tuple         its arguments by position
//	kwargs: dict        its arguments by name
//	index: int          place among the tasks of the run, from 0
//	status: str         pending running ok failed timed_out cancelled skipped
//	done: bool          whether it has ended
//	ok: bool            whether it succeeded
//	result: Any         its value; stops the script if there is none
//	error: Error        what went wrong; None if nothing has
//	duration: float     seconds it ran
//	attempts: int       how many were made
//	cached: bool        whether a joblog had the value
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
