//go:build !tg_noserver

package nats_test

import (
	"context"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// Who is there is known without a run, and before the first one.
func TestStatus(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	st, err := c.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, st)
	hold := make(chan struct{})
	block := func(context.Context, cluster.Task, cluster.Line) []byte { <-hold; return nil }
	worker(t, c, cluster.WorkerConfig{Name: "b", Slots: 2, Queue: "gpu farm"}, block)
	worker(t, c, cluster.WorkerConfig{Name: "a", Slots: 3, Queue: "gpu farm"}, block)
	worker(t, c, cluster.WorkerConfig{Name: "c", ABI: "v0"}, block)
	require.Eventually(t, func() bool {
		st, err = c.Status(t.Context())
		return err == nil && len(st.Workers) == 3
	}, soon, time.Millisecond)
	require.Equal(t, "a", st.Workers[0].Name)
	require.Equal(t, []cluster.QueueStatus{{Queue: "default", ABI: "v0", Slots: 1}, {Queue: "gpu farm", ABI: "v1", Slots: 5}}, st.Queues)
	require.Empty(t, st.Runs)

	before := time.Now()
	d := dispatcher(t, c)
	ended := make(chan error, 7)
	for i := range 7 {
		tk := task(i)
		tk.Queue = "gpu farm"
		go func() {
			_, err := d.Do(t.Context(), tk, nil)
			ended <- err
		}()
	}
	want := cluster.QueueStatus{Queue: "gpu farm", ABI: "v1", Slots: 5, Waiting: 2, Running: 5}
	for _, status := range []func(context.Context) (cluster.Status, error){c.Status, d.Status} {
		require.Eventually(t, func() bool {
			st, err = status(t.Context())
			return err == nil && len(st.Queues) == 2 && st.Queues[1] == want
		}, soon, time.Millisecond)
		require.Len(t, st.Runs, 1)
		run := st.Runs[0]
		require.Equal(t, os.Getpid(), run.PID)
		require.Equal(t, c.PublicKey(), run.Key)
		require.NotEmpty(t, run.Host)
		require.WithinRange(t, run.Began, before.Add(-time.Second), time.Now())
	}
	close(hold)
	for range 7 {
		require.NoError(t, <-ended)
	}
	require.NoError(t, d.Close(t.Context()))
	st, err = c.Status(t.Context())
	require.NoError(t, err)
	require.Empty(t, st.Runs)
	wc := join(t, c.URL(), nats.Options{Seed: func() string { _, o := c.Invitation(); return o.Seed }()})
	_, err = wc.Status(t.Context())
	require.ErrorContains(t, err, "refuses")
}
