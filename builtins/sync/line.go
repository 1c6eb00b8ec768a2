package sync

import (
	"container/list"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A line is the threads that wait for a value, first come first served. The mutex of
// the value guards it, and is held in every call.
type line struct{ list list.List } // of *waiter

// A waiter is one thread in a line.
type waiter struct {
	*wait.Wait
	thread *engine.Thread
	place  *list.Element
	item   starlark.Value // what it is given, or what it gives
	shut   bool           // woken for nothing: there will be no more
}

// join puts a thread at the end of the line. The mutex must be unlocked, and Block
// called, next; then, if that was not woken, leave.
func (l *line) join(thread *starlark.Thread, what string, p patience, by func() []wait.Party) *waiter {
	t := engine.Of(thread)
	w := &waiter{Wait: t.NewWait(what, p.limit, by), thread: t}
	if thread.CallStackDepth() > 0 { // in a loop over a stream no built-in runs
		if pos := thread.CallFrame(0).Pos; pos.Line > 0 {
			w.Pos = pos.String()
		}
	}
	w.Begin()
	w.place = l.list.PushBack(w)
	return w
}

// leave takes a waiter out of the line that has given up.
func (l *line) leave(w *waiter) { l.list.Remove(w.place) }

// next wakes the first one that still waits, after giving it item, if there is one;
// nil: nobody waits.
func (l *line) next(item starlark.Value) *waiter {
	for e := l.list.Front(); e != nil; e = l.list.Front() {
		w := l.list.Remove(e).(*waiter)
		if item != nil {
			w.item = item
		}
		if w.Wake() {
			return w
		}
	}
	return nil
}

// all wakes everyone.
func (l *line) all(shut bool) {
	for e := l.list.Front(); e != nil; e = l.list.Front() {
		w := l.list.Remove(e).(*waiter)
		w.shut = shut
		w.Wake()
	}
}
