package guard

import (
	"fmt"
	"strings"

	"go.starlark.net/starlark"
)

// join is string.join, which first finds out how much there is to be joined.
func join(c call, sep string) (starlark.Value, error) {
	if len(c.args) != 1 || len(c.kwargs) > 0 {
		return c.plain()
	}
	x, ok := c.args[0].(starlark.Iterable)
	if !ok {
		return c.plain()
	}
	it, err := Iterate(c.thread, x)
	if err != nil {
		return nil, err
	}
	defer it.Done()
	var b strings.Builder
	if n, ok := c.joinedLen(x, int64(len(sep))); ok {
		if err := c.b.make("string", n, 1); err != nil {
			return nil, err
		}
		b.Grow(int(n))
	}
	var v starlark.Value
	for i := 0; it.Next(&v); i++ {
		s, ok := starlark.AsString(v)
		if !ok {
			return nil, fmt.Errorf("join: in list, want string, got %s", v.Type())
		}
		if i > 0 {
			b.WriteString(sep)
		}
		b.WriteString(s)
		if err := c.b.spend(1 + (len(s)+len(sep))/perElement); err != nil {
			return nil, err
		}
		if err := c.b.fits("string", int64(b.Len()), 1); err != nil {
			return nil, err
		}
	}
	if err := Err(it); err != nil {
		return nil, err
	}
	return starlark.String(b.String()), nil
}

// joinedLen returns how long the elements of a list or tuple get with n bytes
// between them, if that can be told.
func (c call) joinedLen(x starlark.Iterable, n int64) (int64, bool) {
	list, ok := x.(starlark.Indexable)
	if !ok || x.Type() != "list" && x.Type() != "tuple" || list.Len() == 0 {
		return 0, false
	}
	total := times(n, int64(list.Len()-1))
	for i := range list.Len() {
		s, ok := list.Index(i).(starlark.String)
		if !ok || c.b.spend(1) != nil {
			return 0, false
		}
		total = plus(total, int64(len(s)))
	}
	return total, true
}
