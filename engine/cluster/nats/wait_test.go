//go:build !tg_noserver

package nats_test

import (
	"context"
	"crypto/tls"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// A worker is there before the first server, and outlives it: the next one at its
// place knows nothing of what was before.
func TestWorkerOutlivesServers(t *testing.T) {
	t.Parallel()
	place := freePorts(t, 1)[0]
	o := quick(nats.Options{Seed: seed(t), Embed: nats.Embed{WorkerSeed: seed(t)}})
	_, public := publicOf(t, o.Seed)
	ctx, cancel := context.WithCancel(context.Background())
	var begun atomic.Int32
	var ended atomic.Value
	var shift sync.WaitGroup
	shift.Go(func() {
		c, err := nats.Connect(ctx, "nats://"+place, quick(nats.Options{Seed: o.Embed.WorkerSeed, Trust: []string{public}, Wait: true, Lease: time.Hour}))
		if err != nil {
			t.Error(err)
			return
		}
		defer c.Close()
		w, err := c.Worker()
		if err != nil {
			t.Error(err)
			return
		}
		if err := w.Work(ctx, cluster.WorkerConfig{Name: "same", Slots: 2, ABI: "v1"}, func(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
			if string(task.Data) == "0" { // the server goes first
				begun.Add(1)
				<-ctx.Done()
				ended.Store(context.Cause(ctx))
			}
			return echo(ctx, task, nil)
		}); err != nil {
			t.Error(err)
		}
	})
	defer shift.Wait()
	defer cancel()
	time.Sleep(500 * time.Millisecond)
	for round := range 2 {
		var c *nats.Conn
		require.Eventually(t, func() bool { // somebody else may have the port for a moment
			var err error
			c, err = nats.Connect(t.Context(), "embed://"+place, o)
			return err == nil
		}, soon, 50*time.Millisecond)
		t.Cleanup(c.Close)
		d := dispatcher(t, c)
		doAllEcho(t, d)
		left := make(chan error, 1)
		go func() {
			_, err := d.Do(t.Context(), task(0), nil)
			left <- err
		}()
		require.Eventually(t, func() bool { // the worker has it, and says so
			st, err := d.Status(t.Context())
			return err == nil && len(st.Queues) == 1 && st.Queues[0].Running == 1 && int(begun.Load()) > round
		}, soon, 20*time.Millisecond)
		if round == 1 { // what the first server had sent has ended
			require.Eventually(t, func() bool { return ended.Load() == cluster.ErrDeadRun }, soon, 20*time.Millisecond)
		}
		c.Close()
		require.ErrorContains(t, <-left, "closed")
		time.Sleep(time.Second)
	}
}

func doAllEcho(t *testing.T, d cluster.Dispatcher) {
	t.Helper()
	var wg sync.WaitGroup
	for i := 1; i <= 50; i++ {
		wg.Go(func() {
			out, err := d.Do(t.Context(), task(i), nil)
			if err != nil || string(out.Data) != fmt.Sprint("=", i) || out.Worker != "same" {
				t.Errorf("task %d: %+v, %v", i, out, err)
			}
		})
	}
	wg.Wait()
}

// Waiting ends with the context, and for who is refused it does not begin.
func TestWait(t *testing.T) {
	t.Parallel()
	place := freePorts(t, 1)[0]
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	_, err := nats.Connect(ctx, "nats://"+place, quick(nats.Options{Wait: true}))
	require.ErrorIs(t, err, context.DeadlineExceeded)
	require.ErrorContains(t, err, "no server answers there")
	c := embed(t, nats.Options{})
	_, err = nats.Connect(t.Context(), c.URL(), quick(nats.Options{Wait: true, Seed: seed(t)}))
	require.ErrorContains(t, err, "refuses these credentials")
}

// A seed is of use, too, with a server that asks for none.
func TestNoAuthentication(t *testing.T) {
	t.Parallel()
	open := plainServer(t, &server.Options{JetStream: true, StoreDir: t.TempDir()})
	o := nats.Options{Seed: seed(t)}
	c := join(t, open.ClientURL(), o)
	_, public := publicOf(t, o.Seed)
	require.Equal(t, public, c.PublicKey())
	d := dispatcher(t, c)
	work(t, join(t, open.ClientURL(), nats.Options{Seed: seed(t), Trust: []string{public}}), cluster.WorkerConfig{}, asker)
	tk := task(1)
	tk.Answer = func(context.Context, string, []byte) []byte { return []byte("yes") }
	out, err := d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.Equal(t, "yes", string(out.Data))
}

// What is said of TLS insists on it, but authorities on this machine.
func TestTLSOptions(t *testing.T) {
	t.Parallel()
	cert, ca := certificate(t)
	secured := embed(t, nats.Options{Embed: nats.Embed{TLS: &tls.Config{Certificates: []tls.Certificate{cert}}}})
	plain := embed(t, nats.Options{})
	for _, c := range []*nats.Conn{secured, plain} {
		address, o := c.Invitation()
		o.CAPEM = ca
		got := join(t, address, o)
		require.Equal(t, c == secured, got.Net().TLSRequired())
		o.TLS = true
		again, err := nats.Connect(t.Context(), address, quick(o))
		require.Equal(t, c == secured, err == nil, err)
		if err == nil {
			again.Close()
		}
	}
	address, o := secured.Invitation()
	_, err := nats.Connect(t.Context(), address, quick(o))
	require.ErrorContains(t, err, "certificate")
	o.CAPEM, o.ServerName = ca, "tg.example"
	join(t, address, o)
	o.ServerName = "other.example"
	_, err = nats.Connect(t.Context(), address, quick(o))
	require.ErrorContains(t, err, "other.example")
	for address, local := range map[string]bool{"nats://localhost:1,nats://[::1]:2": true, "nats://127.0.0.1:1,nats://host:2": false, "nats://10.0.0.1:1": false} {
		require.Equal(t, local, nats.Local(address), address)
	}
}
