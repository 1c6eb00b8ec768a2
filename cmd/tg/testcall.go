package main

import (
	"context"
	"fmt"
	"log/slog"
	"time"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// runCase runs a test.
func (t *tester) runCase(ctx context.Context, f *testFile, c *testCase) {
	defer t.started(f.title(c))()
	began := time.Now()
	out := &capture{}
	err := f.unfit(c)
	if err == nil {
		to := engine.Outputs{Stdout: out, Log: slog.New(slog.NewTextHandler(out, nil))}
		_, err = bounded(ctx, t.testFlags, func(ctx context.Context) (starlark.Value, error) {
			return f.res.CallTo(ctx, to, c.name)
		})
	}
	c.output, c.took = out.String(), time.Since(began)
	t.note(err)
	c.end(ctx.Err() != nil, err)
}

// bounded calls f with a context that ends after --timeout. A call that ignores that
// for longer than deferred calls may take is left alone.
func bounded[T any](ctx context.Context, flags testFlags, f func(context.Context) (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	ctx, cancel := context.WithTimeoutCause(ctx, time.Duration(flags.timeout), timeoutError(flags.timeout))
	defer cancel()
	done := make(chan result, 1)
	go func() {
		v, err := f(ctx)
		done <- result{v, err}
	}()
	select {
	case r := <-done:
		return r.v, r.err
	case <-ctx.Done():
	}
	select {
	case r := <-done:
		return r.v, r.err
	case <-time.After(2*time.Duration(flags.grace) + slack):
		var none T
		return none, fmt.Errorf("%w, and a built-in function did not stop within the grace period of %s", context.Cause(ctx), &flags.grace)
	}
}
