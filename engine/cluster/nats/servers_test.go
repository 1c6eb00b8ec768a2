//go:build !tg_noserver

package nats_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// The coordinator's end is the end of its tasks.
func TestDeadCoordinator(t *testing.T) {
	t.Parallel()
	server := embed(t, nats.Options{})
	keep := dispatcher(t, server) // another run, that goes on
	c, err := nats.Connect(t.Context(), server.URL(), quick(nats.Options{Seed: server.Seed(), Lease: 3 * time.Second}))
	require.NoError(t, err)
	d, err := c.Dispatcher(t.Context())
	require.NoError(t, err)
	began, ended := make(chan struct{}, 1), make(chan error, 1)
	worker(t, server, cluster.WorkerConfig{Slots: 1}, func(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
		if string(task.Data) != "1" {
			return task.Data
		}
		began <- struct{}{}
		<-ctx.Done()
		ended <- context.Cause(ctx)
		return nil
	})
	result := make(chan error, 1)
	go func() {
		_, err := d.Do(t.Context(), task(1), nil)
		result <- err
	}()
	<-began
	c.Close() // as if the process had died
	require.ErrorContains(t, <-result, "closed")
	require.ErrorIs(t, <-ended, cluster.ErrDeadRun)
	_, err = keep.Do(t.Context(), task(2), nil)
	require.NoError(t, err)
	require.Eventually(t, func() bool { return messages(t, server, "TG_TASKS") == 0 }, soon, 50*time.Millisecond)
	_ = d.Close(t.Context()) // there is nobody to tell
}

// A server that is started again with its folder goes on where it was.
func TestServerRestart(t *testing.T) {
	t.Parallel()
	o := nats.Options{Embed: nats.Embed{Dir: t.TempDir()}}
	server := embed(t, o)
	address, wo := server.Invitation()
	c, err := nats.Connect(t.Context(), address, quick(nats.Options{Seed: server.Seed()}))
	require.NoError(t, err)
	t.Cleanup(c.Close)
	d := dispatcher(t, c)
	work(t, join(t, address, wo), cluster.WorkerConfig{Slots: 8}, napper)
	restarted := make(chan *nats.Conn, 1)
	doAll(t, d, 600, 64, "nap", mishap{200, func() {
		o.Seed, o.Embed.WorkerSeed = server.Seed(), wo.Seed
		server.Close()
		time.Sleep(300 * time.Millisecond)
		again, err := nats.Connect(context.Background(), "embed://"+address[len("nats://"):], quick(o))
		if err != nil {
			t.Error(err)
			again = server
		}
		restarted <- again
	}})
	again := <-restarted
	t.Cleanup(again.Close)
	require.NoError(t, d.Close(t.Context()))
}

// The server that leads is killed; the two others go on.
func TestLeaderKilled(t *testing.T) {
	t.Parallel()
	servers, seeds := three(t)
	address := servers[0].URL() + "," + servers[1].URL() + "," + servers[2].URL()
	var c *nats.Conn
	require.Eventually(t, func() bool {
		var err error
		c, err = nats.Connect(t.Context(), address, quick(nats.Options{Seed: seeds[0], Replicas: 3}))
		return err == nil
	}, soon, 50*time.Millisecond)
	t.Cleanup(c.Close)
	d := dispatcher(t, c)
	work(t, join(t, address, nats.Options{Seed: seeds[1], Trust: []string{c.PublicKey()}}), cluster.WorkerConfig{Slots: 8}, napper)
	leader := leaderOf(t, c, "TG_TASKS")
	doAll(t, d, 300, 64, "nap", mishap{100, servers[leader].Close})
	require.NoError(t, d.Close(t.Context()))
}
