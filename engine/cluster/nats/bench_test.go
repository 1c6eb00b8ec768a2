//go:build !tg_noserver

package nats_test

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	gonats "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// Tasks that do nothing, with two workers of 64 slots each, as tasks of this
// package and as messages of a bare JetStream work queue.
func BenchmarkTasks(b *testing.B) {
	for _, depth := range []int{1, 256} {
		b.Run(fmt.Sprint("depth=", depth, "/cluster"), func(b *testing.B) { benchCluster(b, depth) })
		b.Run(fmt.Sprint("depth=", depth, "/bare"), func(b *testing.B) { benchBare(b, depth) })
	}
}

// pump calls do b.N times, depth at once.
func pump(b *testing.B, depth int, do func(i int) error) {
	var next atomic.Int64
	var wg sync.WaitGroup
	b.ResetTimer()
	for range depth {
		wg.Go(func() {
			for {
				i := int(next.Add(1))
				if i > b.N {
					return
				}
				if err := do(i); err != nil {
					b.Error(err)
					return
				}
			}
		})
	}
	wg.Wait()
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "tasks/s")
}

func benchCluster(b *testing.B, depth int) {
	c := embed(b, nats.Options{AckWait: 3 * time.Second})
	d := dispatcher(b, c)
	for i := range 2 {
		worker(b, c, cluster.WorkerConfig{Name: fmt.Sprint(i), Slots: 64}, echo)
	}
	data := make([]byte, 100)
	pump(b, depth, func(i int) error {
		_, err := d.Do(b.Context(), cluster.Task{ID: fmt.Sprint(i), ABI: "v1", Tries: 3, Data: data}, nil)
		return err
	})
}

func benchBare(b *testing.B, depth int) {
	s := plainServer(b, &server.Options{JetStream: true, StoreDir: b.TempDir(), SyncInterval: 10 * time.Second})
	js := plain(b, gonats.InProcessServer(s))
	stream, err := js.CreateStream(b.Context(), jetstream.StreamConfig{Name: "BARE", Subjects: []string{"tg.bare.>"}, Retention: jetstream.WorkQueuePolicy})
	require.NoError(b, err)
	results, err := js.CreateStream(b.Context(), jetstream.StreamConfig{Name: "BARE_RES", Subjects: []string{"tg.bareres.>"}, Retention: jetstream.WorkQueuePolicy})
	require.NoError(b, err)
	consumer, err := stream.CreateConsumer(b.Context(), jetstream.ConsumerConfig{Durable: "w", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1 << 16})
	require.NoError(b, err)
	for range 2 {
		bareWorker(b, plain(b, func(o *gonats.Options) error { o.Url = s.ClientURL(); return nil }), 64)
	}
	_ = consumer
	var mu sync.Mutex // guards waiting
	waiting := map[string]chan struct{}{}
	resc, err := results.CreateConsumer(b.Context(), jetstream.ConsumerConfig{Durable: "c", AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1 << 16})
	require.NoError(b, err)
	cc, err := resc.Consume(func(m jetstream.Msg) {
		mu.Lock()
		ch := waiting[m.Subject()]
		delete(waiting, m.Subject())
		mu.Unlock()
		_ = m.Ack()
		close(ch)
	})
	require.NoError(b, err)
	b.Cleanup(cc.Stop)
	data := make([]byte, 100)
	pump(b, depth, func(i int) error {
		ch := make(chan struct{})
		mu.Lock()
		waiting[fmt.Sprint("tg.bareres.", i)] = ch
		mu.Unlock()
		if _, err := js.Publish(b.Context(), fmt.Sprint("tg.bare.", i), data); err != nil {
			return err
		}
		<-ch
		return nil
	})
}

// bareWorker fetches as many as it has free slots, as a worker of this package does.
func bareWorker(b *testing.B, js jetstream.JetStream, slots int) {
	ctx, cancel := context.WithCancel(context.Background())
	consumer, err := js.Consumer(ctx, "BARE", "w")
	require.NoError(b, err)
	free := make(chan struct{}, slots)
	for range slots {
		free <- struct{}{}
	}
	var wg sync.WaitGroup
	wg.Go(func() {
		for ctx.Err() == nil {
			<-free
			n := 1
			for more := true; more; {
				select {
				case <-free:
					n++
				default:
					more = false
				}
			}
			batch, err := consumer.Fetch(n, jetstream.FetchMaxWait(time.Second))
			if err != nil {
				continue
			}
			for m := range batch.Messages() {
				n--
				wg.Go(func() {
					defer func() { free <- struct{}{} }()
					if _, err := js.Publish(ctx, "tg.bareres."+m.Subject()[len("tg.bare."):], m.Data()); err == nil {
						_ = m.Ack()
					}
				})
			}
			for range n {
				free <- struct{}{}
			}
		}
	})
	b.Cleanup(func() { cancel(); wg.Wait() })
}
