package sync

import (
	"errors"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// An event is a flag that threads wait for.
type event struct {
	base
	mu   sync.Mutex // guards what follows
	on   bool
	line line // empty while on
}

var (
	_ starlark.HasAttrs = (*event)(nil)
	_ engine.Shareable  = (*event)(nil)
)

// def event() -> Event
//
// event makes a flag that tasks can wait for.
func newEvent(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return &event{base: newBase(engine.Of(thread), b.Name())}, nil
}

// class Event
//
// An Event is the value of event().
var eventAttrs = builtin.Attrs[*event]{
	"set":    builtin.Method("set", setEvent(true)),
	"clear":  builtin.Method("clear", setEvent(false)),
	"is_set": builtin.Method("is_set", (*event).isSet),
	"wait":   builtin.Method("wait", (*event).wait),
}

var eventGuesses = map[string]string{
	"isSet": "is_set()", "notify": "set()", "notify_all": "set()", "trigger": "set()", "fire": "set()", "signal": "set()",
	"reset": "clear()", "unset": "clear()", "set_": "set()",
}

func (e *event) Attr(name string) (starlark.Value, error) {
	return eventAttrs.Get(e, name, eventGuesses)
}
func (e *event) AttrNames() []string { return eventAttrs.Names() }

// def Event.set() -> None
//
// set sets the event and wakes all that wait for it.
//
// def Event.clear() -> None
//
// clear unsets the event.
func setEvent(on bool) builtin.MethodFunc[*event] {
	name := map[bool]string{true: "set", false: "clear"}[on]
	return func(e *event, _ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := unpack(name, args, kwargs); err != nil {
			return nil, err
		}
		e.mu.Lock()
		defer e.mu.Unlock()
		if e.on = on; on {
			e.line.all(false)
		}
		return starlark.None, nil
	}
}

// def Event.is_set() -> bool
//
// is_set returns whether the event is set.
func (e *event) isSet(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("is_set", args, kwargs); err != nil {
		return nil, err
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	return starlark.Bool(e.on), nil
}

// def Event.wait(timeout: float | Duration | None = None) -> bool
//
// wait waits until the event is set, and returns whether it was in time.
func (e *event) wait(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout patience
	if err := unpack("wait", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	e.mu.Lock()
	if e.on || timeout.now {
		defer e.mu.Unlock()
		return starlark.Bool(e.on), nil
	}
	w := e.line.join(thread, e.title, timeout, nil)
	e.mu.Unlock()
	err := w.Block()
	if err == nil {
		return starlark.True, nil
	}
	e.mu.Lock()
	e.line.leave(w)
	e.mu.Unlock()
	if errors.Is(err, wait.ErrTimeout) {
		return starlark.False, nil
	}
	return nil, err
}
