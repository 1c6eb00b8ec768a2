package os

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// An environ is the environment as a run may see it: a dict that cannot be changed. A
// variable that may not be read is an error; who lists them gets those that may be.
// It is immutable, and reads the environment whenever it is asked.
type environ struct {
	run *engine.Run // nil: not known
}

var (
	_ starlark.HasAttrs        = environ{}
	_ starlark.IterableMapping = environ{}
	_ starlark.Container       = environ{}
	_ engine.Stream            = environ{}
)

// Bind returns the module's names for one run. Only so can os.environ[name] tell whose
// permissions count: indexing knows of no thread, as functions and methods do.
func Bind(run *engine.Run) starlark.StringDict { return names(environ{run}) }

// class Environ
//
// An Environ is os.environ, which can only be read. os.environ[name], name in os.environ and
// for work.
//
// def Environ.__iter__() -> Iterator[str]
// def Environ.__contains__(name: object) -> bool
// def Environ.__getitem__(name: str) -> str
var environAttrs = builtin.Attrs[environ]{
	"get":    builtin.Method("get", environ.get),
	"keys":   builtin.Method("keys", listing("keys", func(kv starlark.Tuple) starlark.Value { return kv[0] })),
	"values": builtin.Method("values", listing("values", func(kv starlark.Tuple) starlark.Value { return kv[1] })),
	"items":  builtin.Method("items", listing("items", func(kv starlark.Tuple) starlark.Value { return kv })),
}

var environGuesses = map[string]string{
	"copy": "dict(os.environ)", "getenv": "get(name)", "setdefault": "get(name, default)", "update": "get: it cannot be changed", "pop": "get: it cannot be changed",
}

func (e environ) Attr(name string) (starlark.Value, error) {
	return environAttrs.Get(e, name, environGuesses)
}
func (e environ) AttrNames() []string { return environAttrs.Names() }

// String does not show what is in it: that may be secret.
func (e environ) String() string        { return "<os.environ>" }
func (e environ) Type() string          { return "os.environ" }
func (e environ) Freeze()               {} // immutable
func (e environ) Truth() starlark.Bool  { return true }
func (e environ) Hash() (uint32, error) { return 0, errors.New("unhashable type: os.environ") }

var errUnbound = errors.New("os.environ cannot be indexed here: use os.environ.get(name) or os.getenv(name)")

// Get returns a variable.
func (e environ) Get(key starlark.Value) (starlark.Value, bool, error) {
	name, ok := starlark.AsString(key)
	if !ok {
		return nil, false, fmt.Errorf("the name of a variable must be a string, not %s", key.Type())
	}
	if e.run == nil {
		return nil, false, errUnbound
	}
	v, ok, err := e.run.LookupEnv(name)
	return starlark.String(v), ok, err
}

// Has reports whether a variable is set.
func (e environ) Has(key starlark.Value) (bool, error) {
	_, ok, err := e.Get(key)
	return ok, err
}

// Len returns how many variables may be read.
func (e environ) Len() int { return len(e.Items()) }

// IterateOn is Iterate for a thread: it is an error if nothing may be read.
func (e environ) IterateOn(thread *starlark.Thread) (starlark.Iterator, error) {
	e, err := e.bound(thread)
	if err != nil {
		return nil, err
	}
	return e.Iterate(), nil
}

// Iterate goes over the names of those that may be read, as they are now.
func (e environ) Iterate() starlark.Iterator {
	var names starlark.Tuple
	for _, kv := range e.Items() {
		names = append(names, kv[0])
	}
	return names.Iterate()
}

// Items returns the variables that may be read, by name.
func (e environ) Items() []starlark.Tuple {
	if e.run == nil {
		return nil
	}
	allow, own := e.run.Options().Allow, e.run.Options().Env
	var items []starlark.Tuple
	for name, value := range own {
		items = append(items, starlark.Tuple{starlark.String(name), starlark.String(value)})
	}
	for _, entry := range os.Environ() {
		name, value, ok := strings.Cut(entry, "=")
		// What nobody granted is not asked for, so that nobody is told of a refusal.
		if _, given := own[name]; given {
			continue
		}
		if ok && name != "" && (allow.All || granted(allow.Env, name)) && e.run.Grants().Env(name) == nil {
			items = append(items, starlark.Tuple{starlark.String(name), starlark.String(value)})
		}
	}
	slices.SortFunc(items, func(a, b starlark.Tuple) int {
		return strings.Compare(string(a[0].(starlark.String)), string(b[0].(starlark.String)))
	})
	return items
}

// granted says whether a name could be one of a list of NAME and PREFIX*.
func granted(list []string, name string) bool {
	same := strings.Compare
	if runtime.GOOS == "windows" {
		same = func(a, b string) int { return strings.Compare(strings.ToUpper(a), strings.ToUpper(b)) }
	}
	return slices.ContainsFunc(list, func(entry string) bool {
		prefix, open := strings.CutSuffix(entry, "*")
		return same(entry, name) == 0 || open && len(name) >= len(prefix) && same(name[:len(prefix)], prefix) == 0
	})
}

// bound returns the environment of the run that a thread belongs to, or an error if
// nothing of it may be read.
func (e environ) bound(thread *starlark.Thread) (environ, error) {
	e.run = engine.Of(thread).Run()
	if o := e.run.Options(); !o.Allow.All && len(o.Allow.Env)+len(o.Env) == 0 {
		return e, e.run.Grants().Env("*")
	}
	return e, nil
}

// def Environ.get(key: str, default=None) -> Any
//
// get returns a variable, or default if there is none.
func (e environ) get(thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var name string
	var otherwise starlark.Value = starlark.None
	if err := starlark.UnpackArgs("get", args, kwargs, "key", &name, "default?", &otherwise); err != nil {
		return nil, err
	}
	return lookup(thread, name, otherwise)
}

// def Environ.keys() -> list[str]
// def Environ.values() -> list[str]
// def Environ.items() -> list[tuple[str, str]]
//
// They return lists of what may be read. If nothing may be, that is an error.
func listing(name string, of func(kv starlark.Tuple) starlark.Value) builtin.MethodFunc[environ] {
	return func(e environ, thread *starlark.Thread, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(name, args, kwargs); err != nil {
			return nil, err
		}
		e, err := e.bound(thread)
		if err != nil {
			return nil, err
		}
		var list []starlark.Value
		for _, kv := range e.Items() {
			list = append(list, of(kv))
		}
		return starlark.NewList(list), nil
	}
}
