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

// module time
//
// Clocks, moments and durations: go.starlark.net's module with sleep and Python's clocks.
//
//	nanosecond: Duration   one nanosecond
//	microsecond: Duration  one microsecond
//	millisecond: Duration  one millisecond
//	second: Duration       one second
//	minute: Duration       one minute
//	hour: Duration         one hour

// Module returns the module time: go.starlark.net's, and sleep, perf_counter,
// monotonic, and time() without arguments as in Python.
func Module() engine.Module {
	members := maps.Clone(startime.Module.Members)
	members["sleep"] = starlark.NewBuiltin("sleep", sleep)
	members["time"] = starlark.NewBuiltin("time", clock)
	began := time.Now()
	// def perf_counter() -> float
	// def monotonic() -> float
	//
	// They return seconds of a clock that is never set; only differences mean something.
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

// def sleep(seconds: float | Duration) -> None
//
// sleep blocks until the time is over or the task is stopped.
func sleep(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	d, err := seconds(b.Name(), args, kwargs)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if d == 0 {
		return starlark.None, t.Cancelled()
	}
	ctx := t.Context()
	timer := time.NewTimer(d)
	select {
	case <-timer.C:
		return starlark.None, nil
	case <-ctx.Done():
		timer.Stop()
		return nil, t.Cancelled()
	}
}

// seconds takes the argument of sleep. It is not part of that, to keep the stacks of tasks
// that sleep small: there may be very many.
func seconds(fn string, args starlark.Tuple, kwargs []starlark.Tuple) (time.Duration, error) {
	if len(args) != 1 || len(kwargs) > 0 {
		var v starlark.Value
		if err := starlark.UnpackArgs(fn, args, kwargs, "seconds", &v); err != nil {
			return 0, err
		}
		args = starlark.Tuple{v}
	}
	d, err := builtin.Wait(args[0])
	if err != nil {
		return 0, fmt.Errorf("%s: seconds %w", fn, err)
	}
	return d, nil
}

// def time() -> float
// def time(year: int, month: int = 0, day: int = 0, hour: int = 0, minute: int = 0, second: int = 0, nanosecond: int = 0, location: str = "") -> Time
//
// time without arguments is Python's: seconds since the epoch, as a float. With some it
// returns a moment.
func clock(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	if len(args)+len(kwargs) > 0 {
		return starlark.Call(thread, startime.Module.Members["time"], args, kwargs)
	}
	return starlark.Float(float64(time.Now().UnixNano()) / 1e9), nil
}
