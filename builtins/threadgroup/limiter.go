package threadgroup

import (
	"errors"
	"fmt"
	"math"
	"sync"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A limiter is the value of limiter(…), or what limit="10/s" stands for. Its options
// never change; what it counts has a lock of its own. The key function is handed over
// with the tasks.
type limiter struct {
	group.Limits
	text  string            // the call
	title string            // as reports name it
	key   starlark.Callable // nil: one count for all

	once    sync.Once // makes counter
	counter *group.Limiter
}

var (
	_ starlark.HasAttrs = (*limiter)(nil)
	_ engine.Shareable  = (*limiter)(nil)
)

func (l *limiter) String() string        { return l.text }
func (l *limiter) Type() string          { return "limiter" }
func (l *limiter) Freeze()               {} // its counts have a lock; Share publishes the key function
func (l *limiter) Truth() starlark.Bool  { return true }
func (l *limiter) Hash() (uint32, error) { return 0, errors.New("unhashable type: limiter") }

// Share publishes the key function.
func (l *limiter) Share(visit func(starlark.Value)) {
	if l.key != nil {
		visit(l.key)
	}
}

// class Limiter
//
// A Limiter is the value of limiter(…).
var limiterAttrs = builtin.Attrs[*limiter]{
	"run": builtin.Method("run", (*limiter).run),
}

// limiterOthers are names under which other tools have run.
var limiterOthers = map[string]bool{"acquire": true, "wait": true, "take": true, "call": true, "limit": true, "__enter__": true, "release": true}

func (l *limiter) AttrNames() []string { return limiterAttrs.Names() }

func (l *limiter) Attr(name string) (starlark.Value, error) {
	if limiterOthers[name] {
		return nil, fmt.Errorf("limiter has no .%s: use run(fn, …), or the option limit= of a group", name)
	}
	return limiterAttrs.Get(l, name, nil)
}

// limiterGuesses answers keywords of other tools with this one's.
var limiterGuesses = map[string]string{
	"per_second": `rate="10/s"`, "per_sec": `rate="10/s"`, "rps": `rate="10/s"`, "qps": `rate="10/s"`,
	"per_minute": `rate="100/m"`, "per_hour": `rate="1000/h"`, "per_day": `rate="1000/d"`,
	"calls": `rate="10/s"`, "max_calls": `rate="10/s"`, "period": `rate="10/s"`, "interval": `rate="10/s"`, "limit": `rate="10/s"`,
	"max_concurrency": "concurrency", "max_workers": "concurrency", "slots": "concurrency", "n": "concurrency",
	"capacity": "burst", "bucket": "burst", "max_burst": "burst", "by": "key", "per": "key", "key_func": "key", "keyfunc": "key",
}

// def limiter(rate: str | float | None = None, concurrency: int | None = None, key: Callable | None = None, burst: int = 1) -> Limiter
//
// limiter makes what lets calls pass at a rate such as "10/s", burst of them at once, or at
// most concurrency at a time, or both. With key, a function of the call's arguments, each of
// its values has a limit of its own. Several groups may share one, as their limit=.
func newLimiter(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if err := builtin.Misnamed(b.Name(), kwargs, limiterGuesses); err != nil {
		return nil, err
	}
	l := &limiter{text: callText(b.Name(), args, kwargs), title: b.Name()}
	var rate, concurrency, key, burst starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "rate?", &rate, "concurrency?", &concurrency, "key?", &key, "burst?", &burst); err != nil {
		return nil, err
	}
	for _, p := range []struct {
		name string
		from starlark.Value
		set  func(starlark.Value) error
	}{{"rate", rate, l.setRate}, {"concurrency", concurrency, countFrom(&l.Concurrency)}, {"key", key, l.setKey}, {"burst", burst, countFrom(&l.Burst)}} {
		if p.from == nil || p.from == starlark.None {
			continue
		}
		if err := p.set(p.from); err != nil {
			return nil, fmt.Errorf("%s: %s %w", b.Name(), p.name, err)
		}
	}
	switch {
	case l.Rate == 0 && l.Burst > 0:
		return nil, fmt.Errorf(`%s: burst needs a rate, such as rate="10/s"; how many run at once is concurrency`, b.Name())
	case l.Rate == 0 && l.Concurrency == 0:
		return nil, fmt.Errorf(`%s: there is nothing to limit: give rate="10/s", concurrency=5 or both`, b.Name())
	}
	if name := engine.Of(thread).AssignedName(); name != "" {
		l.title = fmt.Sprintf("limiter %q", name)
	}
	return l, nil
}

func (l *limiter) setKey(v starlark.Value) error {
	f, ok := v.(starlark.Callable)
	if !ok {
		return fmt.Errorf("must be a function of the task's arguments, not %s", v.Type())
	}
	l.key = f
	return nil
}

// countFrom takes an int from 1; one that is too large is as good as the largest.
func countFrom(to *int) func(starlark.Value) error {
	return func(v starlark.Value) error {
		n, ok := v.(starlark.Int)
		switch {
		case !ok:
			return fmt.Errorf("must be an int, not %s", v.Type())
		case n.Sign() <= 0:
			return errors.New("must be greater than 0")
		}
		*to = math.MaxInt32
		if small, err := starlark.AsInt32(n); err == nil {
			*to = small
		}
		return nil
	}
}
