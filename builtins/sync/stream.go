package sync

import (
	"encoding/json"
	"errors"
	"sync/atomic"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A stream is the items of a queue until it is shut down and empty. Its items must be
// waited for, so it belongs to the piece of work of a thread that made it.
type stream struct {
	q      *queue
	thread *starlark.Thread
	work   *work
	shared atomic.Bool // others may see it
}

// A work is one piece of work of a thread, such as one attempt of a task.
type work struct{ ended atomic.Bool }

type workKey struct{}

// workOf returns what the thread does now.
func workOf(t *engine.Thread) *work {
	return t.State(workKey{}, func() any {
		w := &work{}
		t.AtEnd(func(error) error { w.ended.Store(true); return nil })
		return w
	}).(*work)
}

var (
	_ engine.Stream    = (*stream)(nil)
	_ json.Marshaler   = (*stream)(nil) // for the error
	_ engine.Shareable = (*stream)(nil)
)

// def Queue.consume() -> Iterable
//
// consume returns a stream of the items, which ends when the queue is shut down and empty.
func (q *queue) consume(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("consume", args, kwargs); err != nil {
		return nil, err
	}
	return &stream{q: q, thread: thread, work: workOf(engine.Of(thread))}, nil
}

func (s *stream) String() string        { return "<stream of " + s.q.title + ">" }
func (s *stream) Type() string          { return "stream" }
func (s *stream) Freeze()               { s.shared.Store(true) }
func (s *stream) Truth() starlark.Bool  { return true }
func (s *stream) Hash() (uint32, error) { return 0, errors.New("unhashable type: stream") }

// Share publishes the queue. The stream stays its thread's.
func (s *stream) Share(visit func(starlark.Value)) {
	s.Freeze()
	visit(s.q)
}

// IterateOn returns an iterator for the thread that made the stream.
func (s *stream) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	if thread != s.thread || workOf(engine.Of(thread)) != s.work {
		return nil, errors.New("a stream belongs to the thread that made it: call consume() here")
	}
	return &streamIterator{s: s}, nil
}

// Iterate is for host code that knows of no thread: nil if another thread than the
// stream's may have called it. If a wait fails the elements just end.
func (s *stream) Iterate() starlark.Iterator {
	if s.shared.Load() || s.work.ended.Load() {
		return nil
	}
	return &streamIterator{s: s}
}

// MarshalJSON fails: json knows of no thread, and would not see that a wait failed.
func (s *stream) MarshalJSON() ([]byte, error) {
	return nil, errors.New("cannot encode stream as JSON: its items must be waited for, so encode list(…) of it")
}

type streamIterator struct {
	s   *stream
	err error
}

// Next blocks until there is an item, or will be none.
func (it *streamIterator) Next(p *starlark.Value) bool {
	if it.err != nil {
		return false
	}
	item, err := it.s.q.get(it.s.thread, patience{})
	if it.err = err; item == nil {
		return false
	}
	*p = item
	return true
}

// Err returns why the wait for an item failed, or nil.
func (it *streamIterator) Err() error { return it.err }

func (it *streamIterator) Done() {}
