package engine

import (
	"time"

	"github.com/starlark-tg/tg/engine/wait"
)

// Hold notes that the thread holds something, such as a lock, which is given back
// by release when the thread's work ends, if not by Drop before. key says what.
// Both belong to the thread's own goroutine; release may be called on it only.
func (t *Thread) Hold(key any, release func()) {
	if t.held == nil {
		t.held = map[any]func(){}
	}
	t.held[key] = release
}

// Drop notes that what was held under key has been given back.
func (t *Thread) Drop(key any) { delete(t.held, key) }

func (t *Thread) giveBack() {
	for key, release := range t.held {
		delete(t.held, key)
		release()
	}
}

// Party names the thread in reports about who waits for whom: the script, or what
// the room that made the thread calls it.
func (t *Thread) Party() string {
	if p, ok := t.Local.(wait.Party); ok {
		return p.Party()
	}
	return "the script"
}

// NewWait returns a wait of this thread for what, at the place where the script
// called the built-in that runs now. timeout 0 means none. The wait ends when the
// thread is stopped; its error is then the reason, and a built-in returns it as it is.
// by, if not nil, says who could end it.
func (t *Thread) NewWait(what string, timeout time.Duration, by func() []wait.Party) *wait.Wait {
	w := &wait.Wait{
		Monitor: t.run.Waits(), Who: t, What: what, By: by,
		Ctx: t.Context(), Timeout: timeout, Bounded: t.deferring,
	}
	if l, ok := t.life.(interface{ Until() (time.Time, bool) }); ok && !w.Bounded {
		_, w.Bounded = l.Until()
	}
	if pos := t.Caller(); pos.IsValid() {
		w.Pos = pos.String()
	} else if t.given != nil && t.given.Pos.IsValid() { // a built-in is the task's function
		w.Pos = t.given.Pos.String()
	}
	return w
}
