// Package time is go.starlark.net's time module with Python's clock functions.
package time

import (
	"fmt"
	"maps"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	startime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
)

// Module returns the module time: go.starlark.net's, and sleep, perf_counter,
// monotonic, and time() without arguments as in Python.
func Module() engine.Module {
	members := maps.Clone(startime.Module.Members)
	members["sleep"] = starlark.NewBuiltin("sleep", sleep)
	members["time"] = starlark.NewBuiltin("time", clock)
	began := time.Now()
	counter := func(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
		if err := starlark.UnpackArgs(b.Name(), args, kwargs); err != nil {
			return nil, err
		}
		return starlark.Float(time.Since(began).Seconds()), nil
	}
	for _, name := range []string{"perf_counter", "monotonic"} {
		members[name] = starlark.NewBuiltin(name, counter)
	}
	guesses := map[string]string{"time_ns": "time", "strftime": "now().format", "datetime": "now"}
	return engine.Module{Name: "time", Globals: starlark.StringDict{
		"time": engine.NewNamespace("time", members, guesses),
	}}
}

// def sleep(seconds)
//
// sleep blocks until the time is over or the task is stopped.
func sleep(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var v starlark.Value
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "seconds", &v); err != nil {
		return nil, err
	}
	d, err := builtin.Wait(v)
	if err != nil {
		return nil, fmt.Errorf("%s: seconds %w", b.Name(), err)
	}
	t := engine.Of(thread)
	if d == 0 {
		return starlark.None, t.Cancelled()
	}
	ctx := t.Context()
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return starlark.None, nil
	case <-ctx.Done():
		return nil, t.Cancelled()
	}
}

// def time(year=None, month=None, day=None, hour=None, minute=None, second=None, nanosecond=None, location=None)
//
// Without arguments it is Python's: seconds since the epoch, as a float.
func clock(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return starlark.Call(thread, startime.Module.Members["time"], args, kwargs)
	}
	return starlark.Float(float64(time.Now().UnixNano()) / 1e9), nil
}
