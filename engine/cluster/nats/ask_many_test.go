//go:build !tg_noserver

package nats_test

import (
	"context"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// Many tasks ask many things at once, also those of one task.
func TestManyAsk(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	const each = 5
	for range 2 {
		worker(t, c, cluster.WorkerConfig{Slots: 16}, func(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
			var wg sync.WaitGroup
			for n := range each {
				wg.Go(func() {
					answer, err := line.Ask(ctx, fmt.Sprint(n), task.Data)
					if want := fmt.Sprint(n, " ", string(task.Data)); err != nil || string(answer) != want {
						t.Errorf("%q instead of %q, %v", answer, want, err)
					}
				})
			}
			wg.Wait()
			return nil
		})
	}
	var all atomic.Int32
	var wg sync.WaitGroup
	n := amount(300)
	for i := range n {
		wg.Go(func() {
			tk := task(i)
			tk.Answer = func(_ context.Context, op string, question []byte) []byte {
				all.Add(1)
				return fmt.Appendf(nil, "%s %s", op, question)
			}
			if _, err := d.Do(t.Context(), tk, nil); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, n*each, all.Load())
}

// Tasks that wait for other tasks of their run fill neither the window nor the one
// slot that there is.
func TestNested(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{Slots: 1}, func(ctx context.Context, task cluster.Task, line cluster.Line) (out []byte) {
		if strings.HasPrefix(task.ID, "child") {
			return []byte("child's")
		}
		line.Rest(func() { out = asker(ctx, task, line) })
		return out
	})
	var wg sync.WaitGroup
	for i := range 3 * cluster.WindowFor(1) {
		wg.Go(func() {
			tk := task(i)
			tk.Answer = func(ctx context.Context, op string, _ []byte) []byte {
				out, err := d.Do(ctx, cluster.Task{ID: fmt.Sprint("child", i), ABI: "v1"}, nil)
				if err != nil {
					t.Error(err)
				}
				return out.Data
			}
			out, err := d.Do(t.Context(), tk, nil)
			if err != nil || string(out.Data) != "child's" {
				t.Errorf("%q %v", out.Data, err)
			}
		})
	}
	wg.Wait()
}

// BenchmarkAsk is one question after the other.
func BenchmarkAsk(b *testing.B) {
	c := embed(b, nats.Options{})
	d := dispatcher(b, c)
	worker(b, c, cluster.WorkerConfig{}, func(ctx context.Context, _ cluster.Task, line cluster.Line) []byte {
		b.ResetTimer()
		for i := range b.N {
			if _, err := line.Ask(ctx, fmt.Sprint(i), nil); err != nil {
				b.Error(err)
			}
		}
		b.StopTimer()
		return nil
	})
	tk := task(1)
	tk.Answer = func(context.Context, string, []byte) []byte { return nil }
	_, err := d.Do(b.Context(), tk, nil)
	require.NoError(b, err)
}
