package sync

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// A counter is a count for each key: Python's collections.Counter, for many threads.
// Keys are published when they are put in, and stay in the order in which they came.
type counter struct {
	mu     sync.Mutex     // guards counts
	counts *starlark.Dict // of ints
}

var (
	_ starlark.HasAttrs        = (*counter)(nil)
	_ starlark.IterableMapping = (*counter)(nil)
	_ starlark.Sequence        = (*counter)(nil)
	_ starlark.Container       = (*counter)(nil) // "in" is not asked of Get
	_ starlark.HasSetKey       = (*counter)(nil)
	_ engine.Resident          = (*counter)(nil)
)

// def counter(iterable: Iterable | None = None) -> Counter
//
// counter makes a counter of what the iterable has, or with the counts of a dict. Tasks may
// share it.
func newCounter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var x starlark.Value = starlark.None
	if err := unpack(b.Name(), args, kwargs, "iterable?", &x); err != nil {
		return nil, err
	}
	c := &counter{counts: new(starlark.Dict)}
	if x == starlark.None {
		return c, nil
	}
	return c, c.addAll(thread, b.Name(), x)
}

// class Counter
//
// A Counter has a count for each key, and 0 for others. c[key], key in c, len and for work.
//
// def Counter.__len__() -> int
// def Counter.__iter__() -> Iterator[Any]
// def Counter.__contains__(key: object) -> bool
// def Counter.__getitem__(key) -> int
var counterAttrs = builtin.Attrs[*counter]{
	"add":         builtin.Method("add", (*counter).add),
	"update":      builtin.Method("update", (*counter).update),
	"most_common": builtin.Method("most_common", (*counter).mostCommon),
	"total":       builtin.Method("total", (*counter).total),
}

var counterGuesses = map[string]string{
	"inc": "add(key)", "incr": "add(key)", "increment": "add(key)", "decrement": "add(key, -1)", "subtract": "add(key, -n)",
	"get": "c[key], which is 0 for a missing one", "items": "dict(c).items()", "values": "dict(c).values()", "keys": "list(c)",
	"elements": "most_common()", "count": "c[key]", "sum": "total()", "asdict": "dict(c)", "pop": "add(key, -c[key])",
}

func (c *counter) Attr(name string) (starlark.Value, error) {
	return counterAttrs.Get(c, name, counterGuesses)
}
func (c *counter) AttrNames() []string { return counterAttrs.Names() }

func (c *counter) Type() string          { return "counter" }
func (c *counter) Freeze()               {} // has a lock; its keys are published
func (c *counter) Truth() starlark.Bool  { return c.Len() > 0 }
func (c *counter) Hash() (uint32, error) { return 0, errors.New("unhashable type: counter") }

// String returns the counts as a dict, the highest first.
func (c *counter) String() string {
	var b strings.Builder
	b.WriteString("counter({")
	for i, kv := range c.common() {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(kv[0].String() + ": " + kv[1].String())
	}
	b.WriteString("})")
	return b.String()
}

// Share publishes the keys.
func (c *counter) Share(visit func(starlark.Value)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.counts.Entries() {
		visit(k)
	}
}

// Resident says that other processes use it where it is.
func (c *counter) Resident() bool { return true }

// Get returns the count of a key, 0 for a missing one.
func (c *counter) Get(key starlark.Value) (starlark.Value, bool, error) {
	n, _, err := c.lookup(key)
	return n, true, err
}

// Has reports whether a key was put in.
func (c *counter) Has(key starlark.Value) (bool, error) {
	_, found, err := c.lookup(key)
	return found, err
}

func (c *counter) lookup(key starlark.Value) (n starlark.Int, found bool, err error) {
	if err := hashable(key); err != nil {
		return n, false, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	v, found, err := c.counts.Get(key)
	if !found {
		return starlark.MakeInt(0), false, err
	}
	return v.(starlark.Int), true, nil
}

// SetKey fails: a count that was read may have changed before it is written.
func (c *counter) SetKey(_, _ starlark.Value) error {
	return errors.New("counter does not support item assignment: use add(key, n), which no other task can get in between")
}

func (c *counter) Len() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts.Len()
}

// Iterate goes over the keys as they are now.
func (c *counter) Iterate() starlark.Iterator {
	c.mu.Lock()
	defer c.mu.Unlock()
	return starlark.Tuple(c.counts.Keys()).Iterate()
}

// Items returns keys and counts.
func (c *counter) Items() []starlark.Tuple {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.counts.Items()
}

// common returns keys and counts, the highest first.
func (c *counter) common() []starlark.Tuple {
	items := c.Items()
	slices.SortStableFunc(items, func(a, b starlark.Tuple) int {
		order, _ := b[1].(starlark.Int).Cmp(a[1], 0) // never fails
		return order
	})
	return items
}

// def Counter.add(key, n: int = 1) -> int
//
// add adds n to the count of a key and returns the new one.
func (c *counter) add(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var key starlark.Value
	var by starlark.Value = starlark.MakeInt(1)
	if err := unpack("add", args, kwargs, "key", &key, "n?", &by); err != nil {
		return nil, err
	}
	n, ok := by.(starlark.Int)
	if !ok {
		return nil, fmt.Errorf("add: n must be an int, not %s", by.Type())
	}
	if err := hashable(key); err != nil {
		return nil, fmt.Errorf("add: %w", err)
	}
	key = published(engine.Of(thread), key)
	c.mu.Lock()
	defer c.mu.Unlock()
	return addTo(c.counts, key, n)
}

// addTo adds n to the count of a key.
func addTo(counts *starlark.Dict, key starlark.Value, n starlark.Int) (starlark.Value, error) {
	old, found, err := counts.Get(key)
	if err != nil {
		return nil, err
	}
	if found {
		n = n.Add(old.(starlark.Int))
	}
	return n, counts.SetKey(key, n)
}

// def Counter.most_common(n: int | None = None) -> list[tuple]
//
// most_common returns the keys with their counts, the highest first: all, or n of them.
func (c *counter) mostCommon(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value = starlark.None
	if err := unpack("most_common", args, kwargs, "n?", &v); err != nil {
		return nil, err
	}
	items := c.common()
	if v != starlark.None {
		var n count
		if err := n.Unpack(v); err != nil {
			return nil, fmt.Errorf("most_common: n %w", err)
		}
		items = items[:min(n.n, len(items))]
	}
	list := make([]starlark.Value, len(items))
	for i, kv := range items {
		list[i] = kv
	}
	return starlark.NewList(list), nil
}

// def Counter.total() -> int
//
// total returns the sum of all counts.
func (c *counter) total(_ *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := unpack("total", args, kwargs); err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	sum := starlark.MakeInt(0)
	for _, n := range c.counts.Entries() {
		sum = sum.Add(n.(starlark.Int))
	}
	return sum, nil
}
