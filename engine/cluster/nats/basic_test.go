//go:build !tg_noserver

package nats_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

func TestOneResultEach(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{AckWait: 20 * time.Second})
	d := dispatcher(t, c)
	for i := range 2 {
		worker(t, c, cluster.WorkerConfig{Name: fmt.Sprint("w", i), Slots: 4}, echo)
	}
	var wg sync.WaitGroup
	for i := range amount(1000) {
		wg.Go(func() {
			out, err := d.Do(t.Context(), task(i), nil)
			if err != nil || string(out.Data) != fmt.Sprint("=", i) || out.Attempt != 1 || !strings.HasPrefix(out.Worker, "w") {
				t.Errorf("task %d: %+v, %v", i, out, err)
			}
		})
	}
	wg.Wait()
	st, err := d.Status(t.Context())
	require.NoError(t, err)
	require.Len(t, st.Workers, 2)
	require.Len(t, st.Runs, 1)
	require.Equal(t, 8, st.Queues[0].Slots)
	require.NoError(t, d.Close(t.Context()))
	_, err = d.Do(t.Context(), task(1), nil)
	require.ErrorIs(t, err, cluster.ErrClosed)
}

// Data, results and code of any size arrive, and nothing of a run is left behind.
func TestLarge(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	wc := join(t, address, o)
	w, err := wc.Worker()
	require.NoError(t, err)
	work(t, wc, cluster.WorkerConfig{Slots: 2}, func(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
		line.Say(bytes.Repeat([]byte("p"), 1<<20))
		var all []byte
		for _, h := range task.Code {
			blob, err := w.Blob(ctx, h)
			if err != nil {
				return []byte(err.Error())
			}
			all = append(all, blob...)
		}
		return append(all, task.Data...)
	})
	small, big := []byte("small"), bytes.Repeat([]byte("x"), 700<<10)
	tk := task(1)
	for _, blob := range [][]byte{small, big, big} {
		h, err := d.Put(t.Context(), blob)
		require.NoError(t, err)
		tk.Code = append(tk.Code, h)
	}
	tk.Data = bytes.Repeat([]byte("d"), 3<<20)
	want := slicesConcat(small, big, big, tk.Data)
	var said int
	out, err := d.Do(t.Context(), tk, func(frame []byte) { said += len(frame) })
	require.NoError(t, err)
	require.True(t, bytes.Equal(want, out.Data))
	require.Equal(t, 1<<20, said)
	_, err = w.Blob(t.Context(), cluster.HashOf([]byte("none")))
	require.ErrorIs(t, err, cluster.ErrNotFound)
	require.NoError(t, d.Close(t.Context()))
	for _, stream := range []string{"TG_TASKS", "TG_RES", "KV_tg_runs", "OBJ_tg_args", "OBJ_tg_out"} {
		require.Zero(t, messages(t, c, stream), stream)
	}
}

func slicesConcat(parts ...[]byte) []byte { return bytes.Join(parts, nil) }

func TestLogsWholeAndInOrder(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{Slots: 4}, func(_ context.Context, task cluster.Task, line cluster.Line) []byte {
		for i := range 200 {
			line.Say(fmt.Appendf(nil, "%s %d\n", task.ID, i))
			if i == 100 {
				time.Sleep(30 * time.Millisecond)
			}
		}
		return nil
	})
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() {
			var got, want strings.Builder
			_, err := d.Do(t.Context(), task(i), func(frame []byte) { got.Write(frame) })
			for n := range 200 {
				fmt.Fprintf(&want, "t%d %d\n", i, n)
			}
			if err != nil || got.String() != want.String() {
				t.Errorf("%v: %q", err, got.String())
			}
		})
	}
	wg.Wait()
}

func TestCancel(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	worker(t, c, cluster.WorkerConfig{Slots: 1}, func(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
		if string(task.Data) == "0" {
			return task.Data
		}
		began <- struct{}{}
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return []byte("nobody wants this")
	})
	best := time.Hour // of some, since the machine may be busy
	for i := 1; i <= 10 && best > 200*time.Millisecond; i++ {
		ctx, cancel := context.WithCancelCause(t.Context())
		why := errors.New("changed my mind")
		result := make(chan error, 1)
		go func() {
			_, err := d.Do(ctx, task(i), nil)
			result <- err
		}()
		<-began
		at := time.Now()
		cancel(why)
		require.ErrorIs(t, <-ended, cluster.ErrCancelled)
		require.ErrorIs(t, <-result, why)
		best = min(best, time.Since(at))
	}
	require.Less(t, best, 200*time.Millisecond)
	out, err := d.Do(t.Context(), task(0), nil) // the slot is free again
	require.NoError(t, err)
	require.Equal(t, "0", string(out.Data))
}

func TestTimeoutIsAResult(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{}, func(ctx context.Context, _ cluster.Task, _ cluster.Line) []byte {
		<-ctx.Done()
		return []byte(context.Cause(ctx).Error())
	})
	tk := task(1)
	tk.Timeout = 50 * time.Millisecond
	out, err := d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.Equal(t, cluster.ErrTimeout.Error(), string(out.Data))
}

// A worker of another ABI never sees a task; the error says that it is there.
func TestOtherVersion(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{Patience: 3 * time.Second})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{Name: "old", ABI: "v0"}, func(context.Context, cluster.Task, cluster.Line) []byte {
		t.Error("it got a task")
		return nil
	})
	farm := make(chan error, 1)
	go func() {
		tk := task(2)
		tk.Queue = "gpu farm"
		_, err := d.Do(t.Context(), tk, nil)
		farm <- err
	}()
	_, err := d.Do(t.Context(), task(1), nil)
	var none *cluster.NoWorkersError
	require.ErrorAs(t, err, &none)
	require.ErrorContains(t, err, `no workers for queue "default"`)
	require.ErrorContains(t, err, "old there, but of another version")
	require.ErrorContains(t, <-farm, `no workers for queue "gpu farm"`)

	worker(t, c, cluster.WorkerConfig{Name: "new"}, echo) // and now there is hope again
	require.Eventually(t, func() bool {
		_, err := d.Do(t.Context(), task(int(time.Now().UnixNano())), nil)
		return err == nil
	}, soon, 50*time.Millisecond)
}

func TestWindow(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	const slots = 3
	worker(t, c, cluster.WorkerConfig{Slots: slots}, func(context.Context, cluster.Task, cluster.Line) []byte {
		time.Sleep(2 * time.Millisecond)
		return nil
	})
	var wg sync.WaitGroup
	var left atomic.Int32
	left.Store(300)
	for i := range 300 {
		wg.Go(func() {
			_, err := d.Do(t.Context(), task(i), nil)
			left.Add(-1)
			if err != nil {
				t.Error(err)
			}
		})
	}
	most := 0
	for left.Load() > 0 {
		n := messages(t, c, "TG_TASKS")
		most = max(most, n)
		// A task is taken out of the queue a moment after its result is there.
		require.LessOrEqual(t, n, cluster.WindowFor(slots)+4*slots)
	}
	wg.Wait()
	require.Greater(t, most, slots)
}

func TestTwoRuns(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	one, two := dispatcher(t, c), dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{Slots: 4}, echo)
	var wg sync.WaitGroup
	for i := range amount(200) {
		for n, d := range []cluster.Dispatcher{one, two} {
			wg.Go(func() {
				tk := task(i)
				tk.Data = fmt.Append(nil, n, i)
				out, err := d.Do(t.Context(), tk, nil)
				if err != nil || string(out.Data) != fmt.Sprint("=", fmt.Sprint(n, i)) {
					t.Errorf("run %d task %d: %+v, %v", n, i, out, err)
				}
			})
		}
	}
	wg.Wait()
	require.NoError(t, one.Close(t.Context()))
	_, err := two.Do(t.Context(), task(-1), nil)
	require.NoError(t, err)
}
