// Package wait knows who waits for what in a run, and finds deadlocks: moments
// at which everybody waits for somebody else, and nothing is under way that
// could change that.
//
// It is exact, not a guess by time. Whatever can go on by itself is counted as
// busy: a thread that runs, a goroutine about to start, a timer that will start
// one. A [Wait] takes its thread out of the count while it blocks, and it is the
// one who ends the wait that puts it back, while being busy itself; so the count
// is zero only when nothing moves and nothing will.
package wait

import (
	"context"
	"errors"
	"sync"
	"time"
)

// A Party is a thread, as reports name it: task "load" of group "nightly".
type Party interface{ Party() string }

// A Kind says what ends a wait.
type Kind uint8

const (
	Resource Kind = iota // somebody who gives something: a lock, an item, a signal
	Join                 // the end of tasks, however they end
	Slot                 // a worker that comes free
)

// A Wait is one thread that waits, once. The exported fields are set before Begin
// and not changed.
type Wait struct {
	Monitor *Monitor
	Who     Party
	What    string          // such as: lock "a"
	Pos     string          // where the script waits: file:line; "": not known
	Kind    Kind            //
	By      func() []Party  // whom it waits for, if that can be told; called while all of them wait
	Ctx     context.Context // that ends the wait; nil: the wait cannot be given up
	Timeout time.Duration   // 0: none
	Bounded bool            // something else than Timeout ends it in time, so that it cannot be a deadlock

	ready chan struct{} // closed when the wait has ended from outside
	seq   int           // of its beginning
	state state         // guarded by Monitor.mu
	err   error         // set before ready is closed
}

type state uint8

const (
	idle    state = iota
	waiting       // can be woken; the thread still runs
	blocked       // the thread is in Block
	over
)

// ErrTimeout is the error of a wait whose Timeout has passed.
var ErrTimeout = errors.New("the time to wait is over")

// timed reports whether the wait ends by itself.
func (w *Wait) timed() bool { return w.Bounded || w.Timeout > 0 }

// Begin makes the wait ready to be woken. Whoever may call Wake must see it only
// afterwards. Begin does not block; Block must follow, until which the thread counts
// as running.
func (w *Wait) Begin() {
	m := w.Monitor
	w.ready = make(chan struct{})
	m.mu.Lock()
	defer m.mu.Unlock()
	m.seq++
	w.seq, w.state = m.seq, waiting
	if m.waits == nil {
		m.waits = map[*Wait]struct{}{}
	}
	m.waits[w] = struct{}{}
}

// Wake ends the wait. False: it had ended already, and what it was to be given is
// still the caller's. It may be called from any goroutine, with locks held.
func (w *Wait) Wake() bool { return w.end(nil) }

func (w *Wait) end(err error) bool {
	m := w.Monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	return w.endLocked(err)
}

func (w *Wait) endLocked(err error) bool {
	if w.state != waiting && w.state != blocked {
		return false
	}
	m := w.Monitor
	if w.state == blocked && !w.timed() {
		m.add(1)
	}
	w.state, w.err = over, err
	delete(m.waits, w)
	close(w.ready)
	return true
}

// Block blocks until the wait ends: by Wake (nil), by its Ctx (its cause), by
// Timeout (ErrTimeout), or because it is part of a deadlock (a *Deadlock). No lock may
// be held that somebody's By takes.
func (w *Wait) Block() error {
	w.park()
	var stop <-chan struct{}
	var late <-chan time.Time
	if w.Ctx != nil {
		stop = w.Ctx.Done()
	}
	if w.Timeout > 0 {
		timer := time.NewTimer(w.Timeout)
		defer timer.Stop()
		late = timer.C
	}
	select {
	case <-w.ready:
	case <-stop:
		w.end(context.Cause(w.Ctx))
	case <-late:
		w.end(ErrTimeout)
	}
	<-w.ready
	w.Monitor.quiet.RLock() // nobody goes on while a report is written about all
	defer w.Monitor.quiet.RUnlock()
	return w.err
}

// park takes the thread out of what moves, unless the wait is over already.
func (w *Wait) park() {
	m := w.Monitor
	m.mu.Lock()
	defer m.mu.Unlock()
	if w.state != waiting {
		return
	}
	w.state = blocked
	if !w.timed() {
		m.add(-1)
	}
}

// stopped reports whether the wait is about to be given up.
func (w *Wait) stopped() bool { return w.Ctx != nil && w.Ctx.Err() != nil }

// A Monitor knows the waits of a run and whether anything moves. The zero value
// is ready. It is safe for concurrent use.
type Monitor struct {
	quiet sync.RWMutex // held while a report is written; mu may be taken with it held

	mu    sync.Mutex // guards what follows, and the state of every Wait
	busy  int        // what can go on by itself
	seq   int        // of waits
	moves uint64     // how often busy has changed
	waits map[*Wait]struct{}
	notes map[*func() string]struct{}
}

// Busy notes that n more things can go on by themselves; a negative n, that they
// have ended. What starts another must count it before it ends itself.
func (m *Monitor) Busy(n int) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.add(n)
}

// Note has reports of deadlocks contain what line returns, unless that is "".
// It is called when nothing moves.
func (m *Monitor) Note(line func() string) (remove func()) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.notes == nil {
		m.notes = map[*func() string]struct{}{}
	}
	m.notes[&line] = struct{}{}
	return func() {
		m.mu.Lock()
		defer m.mu.Unlock()
		delete(m.notes, &line)
	}
}

func (m *Monitor) add(n int) {
	m.busy += n
	m.moves++
	if m.busy == 0 && len(m.waits) > 0 {
		moves := m.moves
		time.AfterFunc(confirm, func() { m.look(moves) })
	}
}

// Moving returns how many things can go on by themselves.
func (m *Monitor) Moving() int {
	m.mu.Lock()
	defer m.mu.Unlock()
	return m.busy
}
