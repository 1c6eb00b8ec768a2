//go:build !tg_noserver

package nats_test

import (
	"context"
	"fmt"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

func TestMain(m *testing.M) {
	if os.Getenv(workerEnv) != "" {
		workerMain()
		return
	}
	goleak.VerifyTestMain(m)
}

// amount is n, or as many as the environment asks for.
func amount(n int) int {
	if more, err := strconv.Atoi(os.Getenv("TG_CLUSTER_LONG")); err == nil {
		return max(more, n)
	}
	return n
}

// soon is how long to wait for what takes a moment when the machine has time.
const soon = 30 * time.Second

func quick(o nats.Options) nats.Options {
	if o.AckWait == 0 {
		o.AckWait = time.Second
	}
	if o.Lease == 0 {
		o.Lease = 5 * time.Second
	}
	if o.Patience == 0 {
		o.Patience = time.Minute
	}
	return o
}

// embed starts a server and a coordinator's connection to it.
func embed(t testing.TB, o nats.Options) *nats.Conn {
	t.Helper()
	if o.Embed.Dir == "" {
		o.Embed.Dir = t.TempDir()
	}
	c, err := nats.Connect(t.Context(), "embed://127.0.0.1:0", quick(o))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// dispatcher begins a run.
func dispatcher(t testing.TB, c *nats.Conn) cluster.Dispatcher {
	t.Helper()
	d, err := c.Dispatcher(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = d.Close(ctx) // tests that care close it themselves
	})
	return d
}

// join connects a worker's user.
func join(t testing.TB, address string, o nats.Options) *nats.Conn {
	t.Helper()
	c, err := nats.Connect(t.Context(), address, quick(o))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	return c
}

// work runs a worker until the test is over, or until the returned function is
// called, which waits for it.
func work(t testing.TB, c *nats.Conn, config cluster.WorkerConfig, handler cluster.Handler) (stop func()) {
	t.Helper()
	if config.ABI == "" {
		config.ABI = "v1"
	}
	w, err := c.Worker()
	require.NoError(t, err)
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func() { ended <- w.Work(ctx, config, handler) }()
	stopped := false
	stop = func() {
		if !stopped {
			stopped = true
			cancel()
			if err := <-ended; err != nil {
				t.Errorf("worker: %v", err)
			}
		}
	}
	t.Cleanup(stop)
	return stop
}

// worker is join and work for the usual case.
func worker(t testing.TB, c *nats.Conn, config cluster.WorkerConfig, handler cluster.Handler) (stop func()) {
	t.Helper()
	address, o := c.Invitation()
	return work(t, join(t, address, o), config, handler)
}

func task(i int) cluster.Task {
	return cluster.Task{ID: fmt.Sprintf("t%d", i), ABI: "v1", Tries: 3, Data: fmt.Append(nil, i)}
}

// echo returns what it is given, with a sign.
func echo(_ context.Context, task cluster.Task, _ cluster.Line) []byte {
	return append([]byte("="), task.Data...)
}
