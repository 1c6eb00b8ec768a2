package vault

import (
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// listed is how many failures are told in full.
const listed = 100

// finish notes that a run has ended. A failure is kept until somebody waits, unless
// everything is being stopped: then that is the reason.
func (v *vault) finish(t *engine.Thread, d *due, e *engine.Error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	if !v.running[d] {
		return
	}
	delete(v.running, d)
	switch {
	case e == nil || t.Run().Context().Err() != nil:
	case len(v.failed) < listed:
		v.failed = append(v.failed, engine.Failure{Task: d.Name(), Index: v.ran, Err: e})
	default:
		v.more++
	}
	v.ran++
	v.wakeLocked()
}

func (v *vault) wakeLocked() {
	if len(v.running) > 0 {
		return
	}
	for _, w := range v.idle {
		w.Wake()
	}
	v.idle = nil
}

// failure returns the failures of all runs that have ended since it was last asked.
func (v *vault) failure() error {
	v.mu.Lock()
	defer v.mu.Unlock()
	failed, more, ran := v.failed, v.more, v.ran
	v.failed, v.more, v.ran = nil, 0, 0
	if len(failed) == 0 {
		return nil
	}
	return &engine.GroupError{Group: "vault " + v.name, Tasks: ran, Failures: failed, More: more}
}

type endKey struct{ *vault }

// endWith has the failures that nobody has asked for told when what t does ends. It
// is called after the background was made, which waits for its tasks before.
func (v *vault) endWith(t *engine.Thread) {
	t.State(endKey{v}, func() any {
		t.AtEnd(func(err error) error { return v.end(t, err) })
		return nil
	})
}

func (v *vault) end(t *engine.Thread, err error) error {
	v.mu.Lock()
	v.over = true
	for d := range v.running {
		if d.run == t.Run() { // it will not run any more
			delete(v.running, d)
		}
	}
	v.wakeLocked()
	v.mu.Unlock()
	if err != nil {
		return nil
	}
	return v.failure()
}

// def Vault.wait(timeout: float | Duration | None = None) -> bool
//
// wait blocks until no automatic function runs or is due, and returns True; when the
// time is over, False. Failures of automatic functions are its error.
func (v *vault) waitMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout starlark.Value = starlark.None
	if err := unpack("wait", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	limit := builtin.Forever
	if timeout != starlark.None {
		var err error
		if limit, err = builtin.Wait(timeout); err != nil {
			return nil, fmt.Errorf("wait: timeout %w", err)
		}
	}
	idle, err := v.await(engine.Of(thread), limit)
	if err == nil && idle {
		err = v.failure()
	}
	return starlark.Bool(idle), err
}

// A rester is what a task's thread has in its Local if the task can give its worker
// back while block is called.
type rester interface{ Rest(block func()) }

func (v *vault) await(t *engine.Thread, limit time.Duration) (idle bool, err error) {
	w := v.idling(t, limit)
	if w == nil || limit == 0 {
		return w == nil, nil
	}
	block := func() { err = w.Block() }
	if own, ok := t.Local.(rester); ok {
		own.Rest(block)
	} else {
		block()
	}
	if err == nil {
		return true, nil
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	v.idle = slices.DeleteFunc(v.idle, func(x *wait.Wait) bool { return x == w })
	if errors.Is(err, wait.ErrTimeout) {
		err = nil
	}
	return false, err
}

// idling returns a wait that has begun, unless there is no time for one; nil: there is
// nothing to wait for.
func (v *vault) idling(t *engine.Thread, limit time.Duration) *wait.Wait {
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(v.running) == 0 {
		return nil
	}
	if limit == builtin.Forever {
		limit = 0
	} else if limit == 0 {
		return new(wait.Wait)
	}
	w := t.NewWait("the automatic functions of "+v.title, limit, v.runners)
	if _, ok := t.Local.(rester); ok || t.Local == nil {
		w.Kind = wait.Join // else a worker is held, which what is due may need
	}
	w.Begin()
	v.idle = append(v.idle, w)
	return w
}

// runners are the threads of the runs that have begun.
func (v *vault) runners() []wait.Party {
	v.mu.Lock()
	defer v.mu.Unlock()
	var list []wait.Party
	for d := range v.running {
		if d.thread != nil {
			list = append(list, d.thread)
		}
	}
	return list
}
