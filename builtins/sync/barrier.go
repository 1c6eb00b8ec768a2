package sync

import (
	"errors"
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A barrier holds threads up until there are n of them, and then begins anew.
type barrier struct {
	base
	n int

	mu    sync.Mutex // guards what follows, and round.full
	round *round     // that comes together now
}

// A round is n threads that go on together. Whether they do is decided by the last
// one that comes, once for all of them: one that gives up afterwards was too late.
type round struct {
	line line // all but the last one
	full bool
}

var (
	_ starlark.HasAttrs = (*barrier)(nil)
	_ engine.Shareable  = (*barrier)(nil)
)

// def barrier(n: int) -> Barrier
//
// barrier makes a place where tasks wait until n of them are there.
func newBarrier(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	n := count{least: 1}
	if err := unpack(b.Name(), args, kwargs, "n", &n); err != nil {
		return nil, err
	}
	return &barrier{base: newBase(engine.Of(thread), b.Name()), n: n.n, round: &round{}}, nil
}

// class Barrier
//
// A Barrier is the value of barrier(n).
//
//	parties: int  how many have to come
//	waiting: int  how many wait
var barrierAttrs = builtin.Attrs[*barrier]{
	"wait":    builtin.Method("wait", (*barrier).wait),
	"parties": func(b *barrier) (starlark.Value, error) { return starlark.MakeInt(b.n), nil },
	"waiting": func(b *barrier) (starlark.Value, error) { return starlark.MakeInt(b.waiting()), nil },
}

var barrierGuesses = map[string]string{
	"n": "parties", "n_waiting": "waiting", "arrive": "wait()", "await": "wait()",
	"reset": "wait(timeout=…): who gives up leaves the barrier", "abort": "wait(timeout=…): who gives up leaves the barrier",
}

func (b *barrier) Attr(name string) (starlark.Value, error) {
	return barrierAttrs.Get(b, name, barrierGuesses)
}
func (b *barrier) AttrNames() []string { return barrierAttrs.Names() }

func (b *barrier) waiting() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.round.line.list.Len()
}

// def Barrier.wait(timeout: float | Duration | None = None) -> bool
//
// wait waits for the others, and returns whether n tasks were there in time. Who gives up
// is not there any more.
func (b *barrier) wait(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout patience
	if err := unpack("wait", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	b.mu.Lock()
	r := b.round
	switch {
	case r.line.list.Len()+1 >= b.n:
		defer b.mu.Unlock()
		r.full, b.round = true, &round{}
		r.line.all(false)
		return starlark.True, nil
	case timeout.now:
		b.mu.Unlock()
		return starlark.False, nil
	}
	w := r.line.join(thread, fmt.Sprintf("%s of %d", b.title, b.n), timeout, nil)
	b.mu.Unlock()

	err := w.Block()
	if err == nil {
		return starlark.True, nil
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if r.full {
		return starlark.True, nil
	}
	r.line.leave(w)
	if errors.Is(err, wait.ErrTimeout) {
		return starlark.False, nil
	}
	return nil, err
}
