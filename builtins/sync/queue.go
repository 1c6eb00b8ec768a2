package sync

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
)

// A queue hands items from thread to thread, first in first out. Items are published
// when they are put in.
type queue struct {
	base
	max int // items at once; 0: no bound

	mu      sync.Mutex // guards what follows
	items   []starlark.Value
	closed  bool
	getters line // empty while there are items, or closed
	putters line // each with its item; empty while there is room, or closed
}

var (
	_ starlark.HasAttrs = (*queue)(nil)
	_ starlark.Sequence = (*queue)(nil) // for its length
	_ engine.Stream     = (*queue)(nil) // for the error
	_ json.Marshaler    = (*queue)(nil) // for the error
	_ engine.Shareable  = (*queue)(nil)
)

// def queue(maxsize: int = 0) -> Queue
//
// queue makes a queue between tasks, for at most maxsize items; 0 is no bound. What is put
// in is frozen.
func newQueue(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var n count
	if err := unpack(b.Name(), args, kwargs, "maxsize?", &n); err != nil {
		return nil, err
	}
	return &queue{base: newBase(engine.Of(thread), b.Name()), max: n.n}, nil
}

// class Queue
//
// A Queue is the value of queue(). Its len is how many items can be had at once.
//
//	maxsize: int  how many items there is room for; 0 is no bound
//	closed: bool  whether it is shut down
var queueAttrs = builtin.Attrs[*queue]{
	"put":      builtin.Method("put", (*queue).putMethod),
	"get":      builtin.Method("get", (*queue).getMethod),
	"shutdown": builtin.Method("shutdown", (*queue).shutdown),
	"consume":  builtin.Method("consume", (*queue).consume),
	"maxsize":  func(q *queue) (starlark.Value, error) { return starlark.MakeInt(q.max), nil },
	"closed":   func(q *queue) (starlark.Value, error) { return starlark.Bool(q.isClosed()), nil },
}

var queueGuesses = map[string]string{
	"put_nowait": "put(item, timeout=0)", "get_nowait": "get(timeout=0)", "qsize": "len(q)", "size": "len(q)",
	"empty": "len(q) == 0", "full": "len(q) == q.maxsize", "close": "shutdown()", "append": "put()", "push": "put()",
	"add": "put()", "send": "put()", "pop": "get()", "popleft": "get()", "take": "get()", "recv": "get()", "is_closed": "closed",
	"is_shutdown": "closed", "join": "consume() in the tasks, and shutdown()", "task_done": "consume() in the tasks, and shutdown()",
}

func (q *queue) Attr(name string) (starlark.Value, error) {
	return queueAttrs.Get(q, name, queueGuesses)
}
func (q *queue) AttrNames() []string { return queueAttrs.Names() }

// Share publishes the items.
func (q *queue) Share(visit func(starlark.Value)) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, v := range q.items {
		visit(v)
	}
	for e := q.putters.list.Front(); e != nil; e = e.Next() {
		visit(e.Value.(*waiter).item)
	}
}

// def Queue.__len__() -> int
//
// len(q) is how many items can be had at once.
func (q *queue) Len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return len(q.items)
}

// Iterate returns nil: a queue is not iterated over.
func (q *queue) Iterate() starlark.Iterator { return nil }

// IterateOn says what is.
func (q *queue) IterateOn(*starlark.Thread) (starlark.Iterator, error) {
	return nil, errors.New("queue is not iterable: use its consume(), which waits for items until the queue is shut down and empty")
}

// MarshalJSON fails: json would iterate over it.
func (q *queue) MarshalJSON() ([]byte, error) {
	return nil, errors.New("cannot encode queue as JSON: encode list(q.consume()), which waits until the queue is shut down and empty")
}

func (q *queue) isClosed() bool {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.closed
}

// def Queue.put(item, timeout: float | Duration | None = None) -> None
//
// put adds an item, and waits while the queue is full. No room in time is an error of kind
// timeout.
func (q *queue) putMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var item starlark.Value
	var timeout patience
	if err := unpack("put", args, kwargs, "item", &item, "timeout?", &timeout); err != nil {
		return nil, err
	}
	return starlark.None, q.put(thread, published(engine.Of(thread), item), timeout)
}

func (q *queue) put(thread *starlark.Thread, item starlark.Value, timeout patience) error {
	w, err := q.offer(thread, item, timeout)
	if w == nil {
		return err
	}
	if err := w.Block(); err != nil {
		q.mu.Lock()
		q.putters.leave(w)
		q.mu.Unlock()
		return q.late(err, "was full", timeout)
	}
	if w.shut {
		return q.shutDown()
	}
	return nil
}

// offer puts an item in, or joins the line if there is no room for it and it may.
func (q *queue) offer(thread *starlark.Thread, item starlark.Value, timeout patience) (*waiter, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case q.closed:
		return nil, q.shutDown()
	case q.getters.next(item) != nil:
		return nil, nil
	case q.max == 0 || len(q.items) < q.max:
		q.items = append(q.items, item)
		return nil, nil
	case timeout.now:
		return nil, q.late(wait.ErrTimeout, "is full", timeout)
	}
	w := q.putters.join(thread, "room in "+q.title, timeout, nil)
	w.item = item
	return w, nil
}

// def Queue.get(timeout: float | Duration | None = None) -> Any
//
// get takes the next item, and waits while there is none. Nothing in time is an error of
// kind timeout; so is, of kind error, a queue that is shut down and empty.
func (q *queue) getMethod(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var timeout patience
	if err := unpack("get", args, kwargs, "timeout?", &timeout); err != nil {
		return nil, err
	}
	item, err := q.get(thread, timeout)
	if item == nil && err == nil {
		err = fmt.Errorf("%s is shut down and empty", q.title)
	}
	return item, err
}

// get returns the next item; nil, nil when there will be no more.
func (q *queue) get(thread *starlark.Thread, timeout patience) (starlark.Value, error) {
	item, w, err := q.take(thread, timeout)
	if w == nil {
		return item, err
	}
	if err := w.Block(); err != nil {
		q.mu.Lock()
		q.getters.leave(w)
		q.mu.Unlock()
		return nil, q.late(err, "had nothing", timeout)
	}
	return w.item, nil
}

// take takes an item that is there, or joins the line if it may. Its place in the
// queue goes to the first one that waits for room.
func (q *queue) take(thread *starlark.Thread, timeout patience) (starlark.Value, *waiter, error) {
	q.mu.Lock()
	defer q.mu.Unlock()
	switch {
	case len(q.items) > 0:
		item := q.items[0]
		q.items[0] = nil // not kept alive
		q.items = q.items[1:]
		if w := q.putters.next(nil); w != nil {
			q.items = append(q.items, w.item)
		}
		return item, nil, nil
	case q.closed:
		return nil, nil, nil
	case timeout.now:
		return nil, nil, q.late(wait.ErrTimeout, "had nothing", timeout)
	}
	return nil, q.getters.join(thread, "an item of "+q.title, timeout, nil), nil
}

// late words the end of a wait.
func (q *queue) late(err error, state string, timeout patience) error {
	if errors.Is(err, wait.ErrTimeout) {
		return engine.NewError("timeout", q.title+" "+state+timeout.text(), nil)
	}
	return err
}

func (q *queue) shutDown() error {
	return fmt.Errorf("%s is shut down: it takes no more items", q.title)
}

// def Queue.shutdown() -> None
//
// shutdown refuses further items. What is in the queue can still be got; all that
// wait are woken.
func (q *queue) shutdown(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("shutdown", args, kwargs); err != nil {
		return nil, err
	}
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.getters.all(true)
	q.putters.all(true)
	return starlark.None, nil
}
