package threadgroup

import (
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// limits are all the limiters of a task.
type limits []*limiter

// gates returns what a call with these arguments has to pass. It calls the key
// functions on t, the calling thread's.
func (l limits) gates(t *engine.Thread, args starlark.Tuple, kwargs []starlark.Tuple) ([]*group.Gate, error) {
	list := make([]*group.Gate, 0, len(l))
	for _, one := range l {
		g, err := one.gate(t, args, kwargs)
		if err != nil {
			group.NewTicket(nil, list...).Close() // which gives them back
			return nil, err
		}
		list = append(list, g)
	}
	return list, nil
}

func (l *limiter) gate(t *engine.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (*group.Gate, error) {
	l.once.Do(func() { l.counter = group.NewLimiter(t.Run().Waits(), l.Limits) })
	if l.key == nil {
		return l.counter.Gate(""), nil
	}
	v, err := t.Call(l.key, args, kwargs)
	if err != nil {
		return nil, err
	}
	if err := t.Printable(v); err != nil { // so that it can be walked through, too
		return nil, fmt.Errorf("limiter: key: %w", err)
	}
	if err := keyable(v); err != nil {
		return nil, err
	}
	return l.counter.Gate(v.String()), nil
}

// keyable returns an error if v cannot be a key. Keys that differ are written
// differently: 1, 1.0, "1", b"1", (1,).
func keyable(v starlark.Value) error {
	for todo := []starlark.Value{v}; len(todo) > 0; {
		v := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		switch v := v.(type) {
		case starlark.NoneType, starlark.Bool, starlark.Int, starlark.Float, starlark.String, starlark.Bytes:
		case starlark.Tuple:
			todo = append(todo, v...)
		default:
			return fmt.Errorf("limiter: key must be a string, number or tuple of them, not %s", v.Type())
		}
	}
	return nil
}

// def Limiter.run(fn: Callable, *args, **kwargs) -> Any
//
// run waits until the limiter lets the call pass, which keeps the worker, and returns what
// fn returns.
func (l *limiter) run(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	fn, args, err := builtin.Callee("run", args)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	g, err := l.gate(t, args, kwargs)
	if err != nil {
		return nil, err
	}
	var c caller
	ticket := group.NewTicket(c.wake, g)
	defer ticket.Close() // however it ends, with a panic too
	for !ticket.Pass() {
		if err := c.block(t.NewWait(l.title, 0, nil)); err != nil {
			return nil, err
		}
	}
	return starlark.Call(thread, fn, args, kwargs)
}

// A caller is a thread that may wait for its ticket to be woken.
type caller struct {
	mu    sync.Mutex // guards what follows
	woken bool       // since it last went on
	wait  *wait.Wait // nil: it does not wait
}

func (c *caller) wake() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.woken = true
	if c.wait != nil {
		c.wait.Wake()
	}
}

// block blocks until the caller is woken, if it was not meanwhile.
func (c *caller) block(w *wait.Wait) (err error) {
	if c.begin(w) {
		err = w.Block()
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.woken, c.wait = false, nil
	return err
}

func (c *caller) begin(w *wait.Wait) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.woken {
		return false
	}
	w.Begin()
	c.wait = w
	return true
}
