package sync

import (
	"errors"
	"fmt"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/wait"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
)

// A cached is a function whose values are kept by its arguments. Who calls it with
// arguments for which it is being computed waits for that. Values are published.
type cached struct {
	fn  starlark.Callable
	key starlark.Callable // nil: the arguments are the key
	ttl time.Duration     // 0: values are kept for good

	mu           sync.Mutex     // guards what follows, and all entries
	entries      *starlark.Dict // of *entry, by key
	made         int            // entries since the last sweep
	hits, misses int
}

// An entry is one call: being computed by a thread, or ended, with a value or an error.
//
//	by   value err     |
//	set  nil   nil     | computed by that thread
//	nil  set   nil     | kept until it expires
//	nil  nil   set     | failed: not in entries any more, seen by those who waited for it
type entry struct {
	starlark.NoneType // a value, for the dict; never seen

	by      *engine.Thread
	line    line
	value   starlark.Value
	err     error
	expires time.Time // zero: never
}

func (e *entry) done() bool { return e.by == nil }

var (
	_ starlark.Callable = (*cached)(nil)
	_ starlark.HasAttrs = (*cached)(nil)
	_ engine.Shareable  = (*cached)(nil)
)

func newCached(fn starlark.Callable, d *cacheDecorator) *cached {
	return &cached{fn: fn, key: d.key, ttl: d.ttl, entries: new(starlark.Dict)}
}

func (c *cached) Name() string          { return c.fn.Name() }
func (c *cached) String() string        { return "<cached function " + c.Name() + ">" }
func (c *cached) Type() string          { return "function" }
func (c *cached) Freeze()               {} // has a lock; what it holds is published
func (c *cached) Truth() starlark.Bool  { return true }
func (c *cached) Hash() (uint32, error) { return starlark.String(c.Name()).Hash() }

// Share publishes the functions and the values. Keys do not come out again.
func (c *cached) Share(visit func(starlark.Value)) {
	visit(c.fn)
	if c.key != nil {
		visit(c.key)
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, v := range c.entries.Entries() {
		if e := v.(*entry); e.value != nil {
			visit(e.value)
		}
	}
}

// class Cached
//
// A Cached is a function under @cache.
var cachedAttrs = builtin.Attrs[*cached]{
	"clear": builtin.Method("clear", (*cached).clear),
	"info":  builtin.Method("info", (*cached).info),
}

var cachedGuesses = map[string]string{"cache_clear": "clear()", "cache_info": "info()", "invalidate": "clear()", "hits": "info().hits", "misses": "info().misses"}

func (c *cached) Attr(name string) (starlark.Value, error) {
	return cachedAttrs.Get(c, name, cachedGuesses)
}
func (c *cached) AttrNames() []string { return cachedAttrs.Names() }

// def Cached.clear() -> None
//
// clear forgets all values. What is being computed goes to those who wait for it only.
func (c *cached) clear(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("clear", args, kwargs); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.entries, c.made, c.hits, c.misses = new(starlark.Dict), 0, 0, 0
	return starlark.None, nil
}

// def Cached.info() -> CacheInfo
//
// info returns how often the cache was asked.
//
// class CacheInfo
//
// A CacheInfo is what info() of a cached function returns.
//
//	hits: int    calls that found a value
//	misses: int  calls that did not
//	size: int    values that are kept
func (c *cached) info(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("info", args, kwargs); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	return starlarkstruct.FromStringDict(starlark.String("cache_info"), starlark.StringDict{
		"hits": starlark.MakeInt(c.hits), "misses": starlark.MakeInt(c.misses), "size": starlark.MakeInt(c.entries.Len()),
	}), nil
}

// def Cached.__call__(*args, **kwargs) -> Any
//
// A call returns the value that is kept, or calls the function here and now.
func (c *cached) CallInternal(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	key, err := c.keyOf(thread, args, kwargs)
	if err != nil {
		return nil, err
	}
	e, w, err := c.find(thread, key)
	if err != nil {
		return nil, err
	}
	if w != nil {
		if err := w.Block(); err != nil {
			c.mu.Lock()
			e.line.leave(w)
			c.mu.Unlock()
			return nil, err
		}
	}
	c.mu.Lock()
	done, v, err := e.done(), e.value, e.err
	c.mu.Unlock()
	if done {
		return v, err
	}
	return c.compute(thread, key, e, args, kwargs) // it is this thread's turn
}

// find returns the entry of a key and, if another thread computes it, this thread's
// place in the line. A new entry is this thread's to compute.
func (c *cached) find(thread *starlark.Thread, key starlark.Value) (*entry, *waiter, error) {
	t := engine.Of(thread)
	c.mu.Lock()
	defer c.mu.Unlock()
	v, found, err := c.entries.Get(key)
	if err != nil {
		return nil, nil, fmt.Errorf("cache: %w", err)
	}
	if found {
		e := v.(*entry)
		switch {
		case e.by == t:
			return nil, nil, &wait.Deadlock{Report: fmt.Sprintf("cached function %q calls itself with equal arguments", c.Name())}
		case !e.done():
			c.hits++
			return e, e.line.join(thread, fmt.Sprintf("cached call of %q", c.Name()), patience{}, e.computing(&c.mu)), nil
		case !e.expired():
			c.hits++
			return e, nil, nil
		}
	}
	c.sweep()
	e := &entry{by: t}
	c.misses++
	c.made++
	return e, nil, c.entries.SetKey(key, e)
}

// expired reports whether an ended entry has had its time.
func (e *entry) expired() bool { return !e.expires.IsZero() && !time.Now().Before(e.expires) }

// computing returns who computes the entry, for reports.
func (e *entry) computing(mu *sync.Mutex) func() []wait.Party {
	return func() []wait.Party {
		mu.Lock()
		defer mu.Unlock()
		if e.by == nil {
			return nil
		}
		return []wait.Party{e.by}
	}
}

// sweep throws away what has expired, once as many entries were made as there are:
// then it costs each of them little. The mutex is held.
func (c *cached) sweep() {
	if c.ttl == 0 || c.made < max(64, c.entries.Len()/2) {
		return
	}
	c.made = 0
	for _, kv := range c.entries.Items() {
		if e := kv[1].(*entry); e.done() && e.expired() {
			c.entries.Delete(kv[0]) // cannot fail: it is a key, and the dict is not frozen
		}
	}
}

var errGone = errors.New("the computation ended in a panic")

// compute calls the function.
func (c *cached) compute(thread *starlark.Thread, key starlark.Value, e *entry, args starlark.Tuple, kwargs []starlark.Tuple) (v starlark.Value, err error) {
	t := engine.Of(thread)
	err = errGone
	defer func() { c.settle(t, key, e, v, err) }() // however it ends
	v, err = starlark.Call(thread, c.fn, args, kwargs)
	if err == nil {
		v = published(t, v)
	}
	return v, err
}

// settle tells those who wait for an entry how it ended. If the thread that computed
// it was stopped, the next one does.
func (c *cached) settle(t *engine.Thread, key starlark.Value, e *entry, v starlark.Value, err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if err == nil {
		e.by, e.value = nil, v
		if c.ttl > 0 {
			e.expires = time.Now().Add(c.ttl)
		}
		e.line.all(false)
		return
	}
	if e.line.list.Len() > 0 { // else nobody needs it
		err = t.Error(err)
		if own(t, err) {
			if w := e.line.next(nil); w != nil {
				e.by = w.thread
				return
			}
		}
	}
	if v, found, _ := c.entries.Get(key); found && v.(*entry) == e {
		c.entries.Delete(key)
	}
	e.by, e.err = nil, err
	e.line.all(false)
}

// own reports whether an error is not the function's but of the thread that called it.
func own(t *engine.Thread, err error) bool {
	return t.Cancelled() != nil || engine.Passes(err)
}
