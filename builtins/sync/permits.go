package sync

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// permits is a lock, which has one, or a semaphore. What a thread has acquired is
// given back when its work ends, if not before.
type permits struct {
	base
	n int // of them

	mu   sync.Mutex // guards what follows
	free int        // 0 while somebody waits
	held map[*engine.Thread]*hold
	seq  int // of holds
	line line
}

// A hold is how many permits a thread has.
type hold struct{ n, seq int }

var (
	_ starlark.HasAttrs = (*permits)(nil)
	_ engine.Shareable  = (*permits)(nil)
)

// def lock() -> Lock
//
// lock makes a lock that one task can hold. It is released when its holder ends.
func newLock(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack(b.Name(), args, kwargs); err != nil {
		return nil, err
	}
	return newPermits(thread, b.Name(), 1), nil
}

// def semaphore(n: int) -> Lock
//
// semaphore makes a lock that n tasks can hold at once.
func newSemaphore(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := count{least: 1}
	if err := unpack(b.Name(), args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	return newPermits(thread, b.Name(), n.n), nil
}

func newPermits(thread *starlark.Thread, kind string, n int) *permits {
	return &permits{base: newBase(engine.Of(thread), kind), n: n, free: n, held: map[*engine.Thread]*hold{}}
}

// class Lock
//
// A Lock is the value of lock() and of semaphore(n).
//
//	locked: bool  whether nobody else can acquire it now
var permitsAttrs = builtin.Attrs[*permits]{
	"acquire": builtin.Method("acquire", (*permits).acquireMethod),
	"release": builtin.Method("release", (*permits).releaseMethod),
	"run":     builtin.Method("run", (*permits).run),
	"locked":  func(p *permits) (starlark.Value, error) { return starlark.Bool(p.locked()), nil },
}

var permitsGuesses = map[string]string{
	"lock": "acquire()", "unlock": "release()", "is_locked": "locked", "is_held": "locked", "held": "locked",
	"try_acquire": "acquire(timeout=0)", "trylock": "acquire(timeout=0)", "tryacquire": "acquire(timeout=0)",
	"wait": "acquire()", "signal": "release()", "call": "run(fn, …)", "with_lock": "run(fn, …)",
	"__enter__": "run(fn, …)", "__exit__": "run(fn, …)",
}

func (p *permits) Attr(name string) (starlark.Value, error) {
	return permitsAttrs.Get(p, name, permitsGuesses)
}
func (p *permits) AttrNames() []string { return permitsAttrs.Names() }

func (p *permits) locked() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.free == 0
}

// def Lock.acquire(timeout: float | Duration | None = None) -> bool
//
// acquire waits until this task holds the lock, and returns whether it got it in time.
func (p *permits) acquireMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout patience
	if err := unpack("acquire", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	got, err := p.acquire(thread, timeout)
	return starlark.Bool(got), err
}

func (p *permits) acquire(thread *starlark.Thread, timeout patience) (bool, error) {
	t := engine.Of(thread)
	w, got, err := p.ask(thread, timeout)
	if w == nil && !got {
		return false, err
	}
	if w != nil {
		if err := w.Block(); err != nil {
			p.mu.Lock()
			p.line.leave(w)
			p.mu.Unlock()
			if errors.Is(err, wait.ErrTimeout) {
				return false, nil
			}
			return false, err
		}
	}
	t.Hold(p, func() { p.end(t) })
	return true, nil
}

// ask takes a permit if it can be had at once, or else joins the line if it may.
func (p *permits) ask(thread *starlark.Thread, timeout patience) (w *waiter, got bool, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := engine.Of(thread)
	switch {
	case p.free > 0:
		p.free--
		p.take(t)
		return nil, true, nil
	case timeout.now:
		return nil, false, nil
	case timeout.forever() && p.held[t] != nil && p.held[t].n == p.n:
		return nil, false, &wait.Deadlock{Report: p.again()}
	}
	return p.line.join(thread, p.title, timeout, p.holders), false, nil
}

// again says that a thread waits for itself.
func (p *permits) again() string {
	if p.kind == "lock" {
		return p.title + " is held by this task already: lock() is not re-entrant"
	}
	return fmt.Sprintf("%s: this task has acquired all %d already, so nobody can release one", p.title, p.n)
}

// take notes that t has one more permit. The mutex is held.
func (p *permits) take(t *engine.Thread) {
	h := p.held[t]
	if h == nil {
		p.seq++
		h = &hold{seq: p.seq}
		p.held[t] = h
	}
	h.n++
}

// pass gives a permit to the next in line. The mutex is held.
func (p *permits) pass() {
	if w := p.line.next(nil); w != nil {
		p.take(w.thread)
	} else {
		p.free++
	}
}

// def Lock.release() -> None
//
// release gives the lock to the next one that waits. Only a holder can release it.
func (p *permits) releaseMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("release", args, kwargs); err != nil {
		return nil, err
	}
	return starlark.None, p.release(engine.Of(thread))
}

func (p *permits) release(t *engine.Thread) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.held[t]
	if h == nil {
		return p.notHeld()
	}
	if h.n--; h.n == 0 {
		delete(p.held, t)
		t.Drop(p)
	}
	p.pass()
	return nil
}

// notHeld is the error of a thread that releases what it does not hold. The names of
// the holders can be asked for: they are what they were when they took the mutex.
func (p *permits) notHeld() error {
	var names []string
	for _, h := range p.holdersLocked() {
		names = append(names, h.Party())
	}
	switch {
	case len(names) == 0:
		return fmt.Errorf("%s is not held: acquire() it first", p.title)
	case len(names) > 5:
		names = append(names[:5], "others")
	}
	return fmt.Errorf("%s is not held by this task but by %s: only a holder can release it", p.title, strings.Join(names, ", "))
}

// end releases all that t holds.
func (p *permits) end(t *engine.Thread) {
	p.mu.Lock()
	defer p.mu.Unlock()
	h := p.held[t]
	if h == nil {
		return
	}
	delete(p.held, t)
	for range h.n {
		p.pass()
	}
}

func (p *permits) holders() []wait.Party {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.holdersLocked()
}

// holdersLocked returns who has permits, the first one first.
func (p *permits) holdersLocked() []wait.Party {
	var list []wait.Party
	for _, t := range slices.SortedFunc(maps.Keys(p.held), func(a, b *engine.Thread) int { return cmp.Compare(p.held[a].seq, p.held[b].seq) }) {
		list = append(list, t)
	}
	return list
}

// def Lock.run(fn: Callable, *args, **kwargs) -> Any
//
// run acquires the lock, calls fn, releases it, and returns what fn returned.
func (p *permits) run(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	fn, args, err := builtin.Callee("run", args)
	if err != nil {
		return nil, err
	}
	if _, err := p.acquire(thread, patience{}); err != nil {
		return nil, err
	}
	defer func() { // however it ends, with a panic too
		if late := p.release(engine.Of(thread)); err == nil {
			err = late
		}
	}()
	return starlark.Call(thread, fn, args, kwargs)
}
