// Package sync gives scripts values by which threads work together: locks,
// semaphores, events, barriers, queues, counters and caches.
//
// Every value here may be shared by threads: it has a lock of its own, and
// publishes what it takes in at once. No lock is held while script code runs.
// Who has to wait stands in a line, first come first served, and what comes free is
// handed to the first, so that nobody overtakes. Every wait is known to
// the run's wait.Monitor, which ends it when it is part of a deadlock.
package sync

import (
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// Module returns the module: lock, semaphore, event, barrier, queue, counter and cache.
func Module() engine.Module {
	return engine.Module{Name: "sync", Globals: starlark.StringDict{
		"lock":      starlark.NewBuiltin("lock", newLock),
		"semaphore": starlark.NewBuiltin("semaphore", newSemaphore),
		"event":     starlark.NewBuiltin("event", newEvent),
		"barrier":   starlark.NewBuiltin("barrier", newBarrier),
		"queue":     starlark.NewBuiltin("queue", newQueue),
		"counter":   starlark.NewBuiltin("counter", newCounter),
		"cache":     &cacheDecorator{},
	}, Restore: map[string]func(starlark.Value) (starlark.Value, error){"cached": restoreCached}}
}

// A base is what the values that are waited for have in common. It is immutable.
type base struct {
	kind  string // its type
	title string // as reports name it: lock "a", or lock 1
}

func (b *base) String() string        { return "<" + b.title + ">" }
func (b *base) Type() string          { return b.kind }
func (b *base) Freeze()               {} // has a lock; what it holds is published
func (b *base) Truth() starlark.Bool  { return true }
func (b *base) Hash() (uint32, error) { return starlark.String(b.title).Hash() }

// Share has nothing to publish.
func (b *base) Share(func(starlark.Value)) {}

// newBase names a value that the built-in which runs now makes: after the variable
// that it is assigned to, or by a number.
func newBase(t *engine.Thread, kind string) base {
	if name := t.AssignedName(); name != "" {
		return base{kind, fmt.Sprintf("%s %q", kind, name)}
	}
	n := t.Run().State(numbersKey{}, func() any { return &numbers{} }).(*numbers)
	return base{kind, fmt.Sprintf("%s %d", kind, n.next(kind))}
}

type numbersKey struct{}

// numbers counts the values of one run that have no name, by kind.
type numbers struct {
	mu   sync.Mutex // guards last
	last map[string]int
}

func (n *numbers) next(kind string) int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if n.last == nil {
		n.last = map[string]int{}
	}
	n.last[kind]++
	return n.last[kind]
}

// published returns v as other threads may have it.
func published(t *engine.Thread, v starlark.Value) starlark.Value {
	if builtin.Shares(v) {
		t.HandOver(func(p *engine.Publication) { v = p.Value(v) })
	}
	return v
}
