package threadgroup

import (
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/wait"
)

// join blocks until the tasks have ended that w waits for. notify has its argument
// called then, or returns false if they have ended already. A task gives its worker
// back meanwhile.
func join(t *engine.Thread, w *wait.Wait, notify func(func()) bool) (err error) {
	w.Kind = wait.Join
	w.Begin()
	if !notify(func() { w.Wake() }) {
		w.Wake()
		return w.Block()
	}
	block := func() { err = w.Block() }
	if own, ok := t.Local.(*worker); ok {
		own.Rest(block)
	} else {
		block()
	}
	return err
}

// Rest calls block while the task's worker may do another task. Other modules find it in
// Thread.Local, for waits in which tasks of theirs have to run.
func (w *worker) Rest(block func()) {
	if w.e.calls != nil {
		w.e.rested.Store(true)
	}
	w.attempt.Wait(block, func() *wait.Wait {
		slot := w.thread.NewWait("a free worker", 0, nil)
		slot.Kind = wait.Slot
		return slot
	})
}
