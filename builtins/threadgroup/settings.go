package threadgroup

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/event"
	"go.starlark.net/starlark"
)

// How each option takes its value. An error says what the value must be.

func setString(s *string, v starlark.Value) error {
	text, ok := starlark.AsString(v)
	if !ok {
		return fmt.Errorf("must be a string, not %s", v.Type())
	}
	if text == "" {
		return fmt.Errorf("must not be empty")
	}
	*s = text
	return nil
}

func setMaxWorkers(o *options, v starlark.Value) error {
	n, ok := v.(starlark.Int)
	if !ok {
		return fmt.Errorf("must be an int, not %s", v.Type())
	}
	if n.Sign() <= 0 {
		return fmt.Errorf("must be greater than 0")
	}
	workers, err := starlark.AsInt32(n)
	if err != nil {
		workers = math.MaxInt32
	}
	o.maxWorkers = workers
	return nil
}

func setSeconds(to *time.Duration, v starlark.Value) error {
	d, err := builtin.Seconds(v)
	if err == nil && d <= 0 {
		err = fmt.Errorf("must be greater than 0")
	}
	if err == nil && d < builtin.Forever {
		*to = d
	}
	return err
}

func setMaxFailures(o *options, v starlark.Value) error {
	if s, ok := starlark.AsString(v); ok {
		p, err := strconv.ParseFloat(strings.TrimSuffix(s, "%"), 64)
		if err != nil || !strings.HasSuffix(s, "%") || !(p > 0 && p <= 100) {
			return fmt.Errorf(`must be a number of tasks, or a share such as "5%%", not %q`, s)
		}
		o.maxShare, o.maxText = p, s
		return nil
	}
	n, ok := v.(starlark.Int)
	if !ok {
		return fmt.Errorf(`must be a number of tasks, or a share such as "5%%", not %s`, v.Type())
	}
	if n.Sign() <= 0 {
		return fmt.Errorf("must be greater than 0")
	}
	o.maxText, o.maxFailures = n.String(), math.MaxInt
	if small, err := starlark.AsInt32(n); err == nil {
		o.maxFailures = small
	}
	return nil
}

func setAfter(o *options, v starlark.Value) error {
	switch v := v.(type) {
	case engine.Stream:
	case starlark.String, starlark.Callable:
		o.after = []starlark.Value{v}
		return nil
	case starlark.Sequence:
		for e := range starlark.Elements(v) {
			switch e.(type) {
			case starlark.String, starlark.Callable:
				o.after = append(o.after, e)
			default:
				return fmt.Errorf("must be a list of functions or task names, not of %s", e.Type())
			}
		}
		return nil
	}
	return fmt.Errorf("must be a list of functions or task names, not %s", v.Type())
}

func setPriority(o *options, v starlark.Value) error {
	n, ok := v.(starlark.Int)
	if !ok {
		return fmt.Errorf("must be an int, not %s", v.Type())
	}
	p, err := starlark.AsInt32(n)
	if err != nil {
		return fmt.Errorf("must be between %d and %d", math.MinInt32, math.MaxInt32)
	}
	o.priority = p
	return nil
}

// setIdempotent takes an option that has an effect only on a cluster.
func setIdempotent(o *options, v starlark.Value) error {
	var idempotent bool
	err := setBool(&idempotent, v)
	o.once = !idempotent
	return err
}

func setQueue(o *options, v starlark.Value) error {
	if err := setString(&o.queue, v); err != nil {
		return err
	}
	return engine.CheckQueue(o.queue)
}

func setCheck(o *options, v starlark.Value) error {
	var check bool
	err := setBool(&check, v)
	o.noCheck = !check
	return err
}

func setBool(to *bool, v starlark.Value) error {
	b, ok := v.(starlark.Bool)
	if !ok {
		return fmt.Errorf("must be True or False, not %s", v.Type())
	}
	*to = bool(b)
	return nil
}

// setProgress takes an option of which only terminals take notice.
func setProgress(o *options, v starlark.Value) error {
	show := false
	switch {
	case v == starlark.String("auto"):
		o.progress = ""
	case setBool(&show, v) != nil:
		return fmt.Errorf(`must be "auto", True or False, not %s`, v)
	case show:
		o.progress = event.ProgressOn
	default:
		o.progress = event.ProgressOff
	}
	return nil
}

func setArgs(o *options, v starlark.Value) error {
	it, ok := v.(starlark.Iterable)
	if _, stream := v.(engine.Stream); stream || !ok {
		return fmt.Errorf("must be a list of arguments, not %s", v.Type())
	}
	for e := range starlark.Elements(it) {
		o.args = append(o.args, e)
	}
	return nil
}

func setKwargs(o *options, v starlark.Value) error {
	d, ok := v.(starlark.IterableMapping)
	if !ok {
		return fmt.Errorf("must be a dict of keyword arguments, not %s", v.Type())
	}
	for _, kv := range d.Items() {
		if _, ok := kv[0].(starlark.String); !ok {
			return fmt.Errorf("must have strings as keys, not %s", kv[0].Type())
		}
		o.kwargs = append(o.kwargs, kv)
	}
	return nil
}
