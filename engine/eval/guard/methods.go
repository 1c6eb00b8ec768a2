package guard

import (
	"fmt"

	"go.starlark.net/starlark"
)

// CallMethod calls a method of one of go.starlark.net's own types within the budget.
// fn is the method, whatever its receiver; it is called with x.
func (b *Budget) CallMethod(thread *starlark.Thread, fn *starlark.Builtin, x starlark.Value, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	c := call{b: b, thread: thread, fn: fn, x: x, args: args, kwargs: kwargs}
	return c.call()
}

func (c call) call() (starlark.Value, error) {
	fn := c.fn
	switch x := c.x.(type) {
	case starlark.String:
		if m := stringMethods[fn.Name()]; m != nil {
			return m(c, string(x))
		}
	case *starlark.List:
		if m := listMethods[fn.Name()]; m != nil {
			return m(c, x)
		}
	case *starlark.Dict:
		if m := dictMethods[fn.Name()]; m != nil {
			return m(c, x)
		}
	case *starlark.Set:
		if m := setMethods[fn.Name()]; m != nil {
			return m(c, x)
		}
	}
	return c.plain()
}

// A call is one of a method.
type call struct {
	b      *Budget
	thread *starlark.Thread
	fn     *starlark.Builtin
	x      starlark.Value
	args   starlark.Tuple
	kwargs []starlark.Tuple
	bound  bool // x is the receiver of fn
}

// method returns the method with its receiver.
func (c call) method() *starlark.Builtin {
	if c.bound {
		return c.fn
	}
	return c.fn.BindReceiver(c.x)
}

// plain calls the method itself.
func (c call) plain() (starlark.Value, error) {
	return c.method().CallInternal(c.thread, c.args, c.kwargs)
}

// watch calls the method with an eye on its first argument.
func (c call) watch(e eye) (starlark.Value, error) {
	if len(c.args) == 0 {
		return c.plain()
	}
	if _, ok := c.args[0].(starlark.Iterable); !ok {
		return c.plain()
	}
	return e.call(c.thread, c.method(), c.args, c.kwargs)
}

func (c call) unpack(min int, vars ...any) bool {
	return starlark.UnpackPositionalArgs(c.fn.Name(), c.args, c.kwargs, min, vars...) == nil
}

var listMethods = map[string]func(call, *starlark.List) (starlark.Value, error){
	"append": room,
	"extend": extendMethod,
	"index":  index,
	"insert": room,
	"remove": remove,
}

// room is for methods that make a list longer by one.
func room(c call, x *starlark.List) (starlark.Value, error) {
	if err := c.b.grow("list", int64(x.Len()), int64(x.Len())+1, slot); err != nil {
		return nil, err
	}
	return c.plain()
}

func extendMethod(c call, x *starlark.List) (starlark.Value, error) {
	if len(c.args) != 1 || len(c.kwargs) > 0 {
		return c.plain()
	}
	y, ok := c.args[0].(starlark.Iterable)
	if !ok {
		return c.plain()
	}
	if err := changeable(x, "extend"); err != nil {
		return nil, named(c.fn, c.b, err)
	}
	if err := c.b.extend(c.thread, x, y); err != nil {
		return nil, err
	}
	return starlark.None, nil
}

// quick reports whether looking for the first argument in a list takes no time to
// speak of.
func (c call) quick(x *starlark.List) bool {
	return len(c.args) == 0 || x.Len() <= patience && isFlat(c.args[0])
}

func index(c call, x *starlark.List) (starlark.Value, error) {
	if c.quick(x) {
		return c.plain()
	}
	var y, lo, hi starlark.Value
	if !c.unpack(1, &y, &lo, &hi) {
		return c.plain()
	}
	start, end, err := indices(lo, hi, x.Len())
	if err != nil {
		return c.plain()
	}
	i, err := c.b.find(x, y, start, end)
	if err != nil {
		return nil, named(c.fn, c.b, err)
	}
	if i < 0 {
		return nil, fmt.Errorf("index: value not in list")
	}
	return starlark.MakeInt(i), nil
}

func remove(c call, x *starlark.List) (starlark.Value, error) {
	if c.quick(x) {
		return c.plain()
	}
	var y starlark.Value
	if !c.unpack(1, &y) {
		return c.plain()
	}
	if err := changeable(x, "remove from"); err != nil {
		return nil, named(c.fn, c.b, err)
	}
	i, err := c.b.find(x, y, 0, x.Len())
	if err != nil {
		return nil, named(c.fn, c.b, err)
	}
	if i < 0 {
		return nil, fmt.Errorf("remove: element not found")
	}
	_, err = pop.BindReceiver(x).CallInternal(c.thread, starlark.Tuple{starlark.MakeInt(i)}, nil)
	return starlark.None, err
}

// methodOf returns a method of an empty value.
func methodOf(x starlark.HasAttrs, name string) *starlark.Builtin {
	m, _ := x.Attr(name)
	return m.(*starlark.Builtin)
}

var (
	extend = methodOf(new(starlark.List), "extend")
	pop    = methodOf(new(starlark.List), "pop")
)

// indices are the ends that lo and hi, which may be missing, mean for n elements.
func indices(lo, hi starlark.Value, n int) (start, end int, err error) {
	end = n
	for i, v := range []starlark.Value{lo, hi} {
		if v == nil || v == starlark.None {
			continue
		}
		at, err := starlark.AsInt32(v)
		if err != nil {
			return 0, 0, err
		}
		if at < 0 {
			at += n
		}
		if at = min(max(at, 0), n); i == 0 {
			start = at
		} else {
			end = at
		}
	}
	return start, end, nil
}

var dictMethods = map[string]func(call, *starlark.Dict) (starlark.Value, error){
	"get":        byKey[*starlark.Dict],
	"items":      func(c call, x *starlark.Dict) (starlark.Value, error) { return copied(c, x, 96) },
	"keys":       func(c call, x *starlark.Dict) (starlark.Value, error) { return copied(c, x, slot) },
	"pop":        byKey[*starlark.Dict],
	"setdefault": byKey[*starlark.Dict],
	"update":     update,
	"values":     func(c call, x *starlark.Dict) (starlark.Value, error) { return copied(c, x, 72) },
}

// byKey is for methods whose first argument is hashed.
func byKey[T any](c call, _ T) (starlark.Value, error) {
	if len(c.args) > 0 {
		if err := c.b.Hashable(c.args[0]); err != nil {
			return nil, err
		}
	}
	return c.plain()
}

// copied is for methods that make a list of a dict.
func copied(c call, x *starlark.Dict, size int64) (starlark.Value, error) {
	if err := c.b.make("list", int64(x.Len()), size); err != nil {
		return nil, err
	}
	return c.plain()
}

func update(c call, _ *starlark.Dict) (starlark.Value, error) {
	if len(c.args) != 1 {
		return c.plain()
	}
	y, ok := pairsOf(c.args[0])
	if !ok {
		return c.plain()
	}
	c.args = starlark.Tuple{y}
	return c.watch(eye{b: c.b, what: "dict", size: entry, key: first})
}

var setMethods = map[string]func(call, *starlark.Set) (starlark.Value, error){
	"add":                  byKey[*starlark.Set],
	"difference":           member,
	"discard":              byKey[*starlark.Set],
	"intersection":         member,
	"issubset":             member,
	"issuperset":           member,
	"remove":               byKey[*starlark.Set],
	"symmetric_difference": members,
	"union":                members,
	"update":               members,
}

// member is for methods that look the elements of an argument up. go.starlark.net
// does not expect that there is none.
func member(c call, _ *starlark.Set) (starlark.Value, error) {
	if len(c.args)+len(c.kwargs) == 0 {
		var y starlark.Iterable
		return nil, starlark.UnpackPositionalArgs(c.fn.Name(), nil, nil, 1, &y)
	}
	return c.watch(eye{b: c.b, key: itself})
}

// members is for methods that may take the elements of all arguments in.
func members(c call, x *starlark.Set) (v starlark.Value, err error) {
	if c.fn.Name() == "symmetric_difference" && len(c.args) != 1 {
		return member(c, x)
	}
	n, watch := int64(x.Len()), false
	e := eye{b: c.b, what: "set", size: entry, key: itself}
	for _, y := range c.args {
		y, ok := y.(starlark.Iterable)
		if !ok {
			continue // go.starlark.net reports it when it gets there
		}
		n = plus(n, int64(max(length(y), 0)))
		watch = watch || !e.plain(y)
	}
	if err := c.b.fits(e.what, n, entry); err != nil {
		return nil, err
	}
	if !watch {
		return c.plain()
	}
	args := c.args
	c.args = nil
	for _, y := range args {
		if it, ok := y.(starlark.Iterable); ok {
			y = e.on(c.thread, it)
		}
		c.args = append(c.args, y)
	}
	defer halted(&err)
	return c.plain()
}
