package threadgroup

import (
	"fmt"
	"strings"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/group"
	"go.starlark.net/starlark"
)

// A retryPolicy is the value of retry(…). It is immutable; its predicates are
// handed over with the tasks.
type retryPolicy struct {
	group.Retry
	text             string
	ifError, ifValue starlark.Callable // nil: any error, no value
}

var _ engine.Shareable = (*retryPolicy)(nil)

func (r *retryPolicy) String() string        { return r.text }
func (r *retryPolicy) Type() string          { return "retry" }
func (r *retryPolicy) Freeze()               {} // immutable; Share publishes the predicates
func (r *retryPolicy) Truth() starlark.Bool  { return r.Retries > 0 }
func (r *retryPolicy) Hash() (uint32, error) { return 0, fmt.Errorf("unhashable type: retry") }

func (r *retryPolicy) Share(visit func(starlark.Value)) {
	for _, f := range []starlark.Callable{r.ifError, r.ifValue} {
		if f != nil {
			visit(f)
		}
	}
}

// class Retry
//
// A Retry is the value of retry(…).

func defaultRetry() *retryPolicy {
	return &retryPolicy{Retry: group.Retry{
		Wait: 500 * time.Millisecond, Multiplier: 2, MaxWait: 30 * time.Second, Jitter: true,
	}}
}

// def retry(retries: int, wait: float | Duration = 0.5, multiplier: float = 2, max_wait: float | Duration = 30, jitter: bool = True, max_time: float | Duration | None = None, if_error: Callable[[Error], Any] | None = None, if_result: Callable[[Any], Any] | None = None) -> Retry
//
// retry says how failed tasks are tried again, for the option retry=: up to retries times,
// after wait seconds, then multiplier times as many, up to max_wait; with jitter a random
// part of that; none after max_time. if_error and if_result say whether an Error, or a value,
// is worth another attempt.
func newRetry(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	r := defaultRetry()
	var wait, multiplier, maxWait, maxTime, ifError, ifResult starlark.Value
	err := starlark.UnpackArgs(b.Name(), args, kwargs, "retries", &r.Retries, "wait?", &wait, "multiplier?", &multiplier,
		"max_wait?", &maxWait, "jitter?", &r.Jitter, "max_time?", &maxTime, "if_error?", &ifError, "if_result?", &ifResult)
	if err != nil {
		return nil, err
	}
	if r.Retries < 0 {
		return nil, fmt.Errorf("%s: retries must not be negative", b.Name())
	}
	if multiplier != nil && multiplier != starlark.None {
		f, ok := starlark.AsFloat(multiplier)
		if !ok || !(f > 0) {
			return nil, fmt.Errorf("%s: multiplier must be a number greater than 0", b.Name())
		}
		r.Multiplier = f
	}
	for _, p := range []struct {
		name string
		from starlark.Value
		to   *time.Duration
	}{{"wait", wait, &r.Wait}, {"max_wait", maxWait, &r.MaxWait}, {"max_time", maxTime, &r.MaxTime}} {
		if err := setDelay(p.to, p.from); err != nil {
			return nil, fmt.Errorf("%s: %s %w", b.Name(), p.name, err)
		}
	}
	for _, p := range []struct {
		name string
		from starlark.Value
		to   *starlark.Callable
	}{{"if_error", ifError, &r.ifError}, {"if_result", ifResult, &r.ifValue}} {
		if p.from == nil || p.from == starlark.None {
			continue
		}
		f, ok := p.from.(starlark.Callable)
		if !ok {
			return nil, fmt.Errorf("%s: %s must be a function, not %s", b.Name(), p.name, p.from.Type())
		}
		*p.to = f
	}
	r.text = callText(b.Name(), args, kwargs)
	return r, nil
}

func setDelay(to *time.Duration, v starlark.Value) error {
	if v == nil || v == starlark.None {
		return nil
	}
	d, err := builtin.Wait(v)
	if err == nil {
		*to = d
	}
	return err
}

// setRetry takes the option retry=: a number or retry(…).
func setRetry(o *options, v starlark.Value) error {
	switch v := v.(type) {
	case *retryPolicy:
		o.retry = v
	case starlark.Int:
		n, err := starlark.AsInt32(v)
		if err != nil || n < 0 {
			return fmt.Errorf("must be a number of tries after the first, from 0, not %s", v)
		}
		if o.retry = nil; n > 0 {
			o.retry = defaultRetry()
			o.retry.Retries = n
			o.retry.text = fmt.Sprintf("retry(%d)", n)
		}
	default:
		return fmt.Errorf("must be a number of tries after the first, or retry(…), not %s", v.Type())
	}
	return nil
}

// callText writes a call as the user may have written it.
func callText(fn string, args starlark.Tuple, kwargs []starlark.Tuple) string {
	var parts []string
	for _, v := range args {
		parts = append(parts, repr(v))
	}
	for _, kv := range kwargs {
		name, _ := starlark.AsString(kv[0])
		parts = append(parts, name+"="+repr(kv[1]))
	}
	return fn + "(" + strings.Join(parts, ", ") + ")"
}
