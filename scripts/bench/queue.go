package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// A queue is a bare JetStream work queue, which is what the rows of a cluster could reach at
// best: tasks are stored in one stream, workers pull them, store what came of them in
// another one and acknowledge, and that is pulled here.
type queue struct {
	js      jetstream.JetStream
	payload []byte

	mu      sync.Mutex               // guards waiting
	waiting map[string]chan struct{} // by subject of a result: closed when it is there
}

const (
	queueTasks   = "bench.task."
	queueResults = "bench.result."
	queueName    = "work"
	queueSlots   = 64 // of each worker
)

// bareQueue is this program in three processes.
func bareQueue(work string) side {
	return side{"bare JetStream queue", func(b *bench, n int) (sample, error) {
		return b.twin(n, []string{work}, b.self, "-queue")
	}}
}

// runQueue does the work of n tasks and prints what a twin prints. Work is "alone" or "turns".
func runQueue(out io.Writer, n int, work string) error {
	dir, err := os.MkdirTemp("", "tgbenchqueue")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	s, err := server.NewServer(&server.Options{Host: "127.0.0.1", Port: server.RANDOM_PORT, NoLog: true, NoSigs: true, JetStream: true, StoreDir: dir, SyncInterval: 10 * time.Second})
	if err != nil {
		return err
	}
	s.Start()
	defer func() { s.Shutdown(); s.WaitForShutdown() }()
	if !s.ReadyForConnections(10 * time.Second) {
		return errors.New("the server does not start")
	}
	nc, err := nats.Connect("", nats.InProcessServer(s))
	if err != nil {
		return err
	}
	defer nc.Close()
	q := &queue{payload: make([]byte, 100), waiting: map[string]chan struct{}{}}
	if q.js, err = jetstream.New(nc); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Minute)
	defer cancel()
	stop, err := q.open(ctx, s.ClientURL())
	if err != nil {
		return err
	}
	defer stop()
	if work == "turns" {
		return q.turns(ctx, out, n)
	}
	return q.alone(ctx, out, n)
}

// open makes the streams, starts two workers and waits until both wait for tasks.
func (q *queue) open(ctx context.Context, url string) (stop func(), err error) {
	var consumers []jetstream.Consumer
	for i, subject := range []string{queueTasks, queueResults} {
		stream, err := q.js.CreateStream(ctx, jetstream.StreamConfig{Name: "S" + strconv.Itoa(i), Subjects: []string{subject + ">"}, Retention: jetstream.WorkQueuePolicy})
		if err != nil {
			return nil, err
		}
		c, err := stream.CreateConsumer(ctx, jetstream.ConsumerConfig{Durable: queueName, AckPolicy: jetstream.AckExplicitPolicy, MaxAckPending: 1 << 16})
		if err != nil {
			return nil, err
		}
		consumers = append(consumers, c)
	}
	heard, err := consumers[1].Consume(q.hear)
	if err != nil {
		return nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	for range 2 {
		if err := exec.CommandContext(ctx, self, "-pull", url).Start(); err != nil { // ends with the server
			return nil, err
		}
	}
	for {
		info, err := consumers[0].Info(ctx)
		if err != nil {
			return nil, err
		}
		if info.NumWaiting >= 2 {
			return heard.Stop, nil
		}
		time.Sleep(5 * time.Millisecond)
	}
}

// hear takes a result.
func (q *queue) hear(m jetstream.Msg) {
	q.mu.Lock()
	done := q.waiting[m.Subject()]
	delete(q.waiting, m.Subject())
	q.mu.Unlock()
	_ = m.Ack() // it would come again
	if done != nil {
		close(done)
	}
}

// do sends a task and waits for its result.
func (q *queue) do(ctx context.Context, i int) error {
	done, id := make(chan struct{}), strconv.Itoa(i)
	q.mu.Lock()
	q.waiting[queueResults+id] = done
	q.mu.Unlock()
	if _, err := q.js.Publish(ctx, queueTasks+id, q.payload); err != nil {
		return err
	}
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (q *queue) alone(ctx context.Context, out io.Writer, n int) error {
	const depth = 256
	var next atomic.Int64
	var all sync.WaitGroup
	errs := make([]error, depth)
	began := time.Now()
	for d := range depth {
		all.Go(func() {
			for i := int(next.Add(1)); i <= n && errs[d] == nil; i = int(next.Add(1)) {
				errs[d] = q.do(ctx, i)
			}
		})
	}
	all.Wait()
	fmt.Fprintln(out, time.Since(began).Seconds())
	return errors.Join(errs...)
}

func (q *queue) turns(ctx context.Context, out io.Writer, n int) error {
	took := make([]float64, n)
	began := time.Now()
	for i := range n {
		one := time.Now()
		if err := q.do(ctx, i); err != nil {
			return err
		}
		took[i] = time.Since(one).Seconds()
	}
	fmt.Fprintln(out, time.Since(began).Seconds())
	slices.Sort(took)
	fmt.Fprintln(out, took[n/2], took[n*99/100])
	return nil
}

// pull is a worker of a bare queue, until the server ends. It asks for as many as it has free
// slots.
func pull(url string) error {
	ended := make(chan struct{})
	nc, err := nats.Connect(url, nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(ended) }))
	if err != nil {
		return err
	}
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	consumer, err := js.Consumer(context.Background(), "S0", queueName)
	if err != nil {
		return err
	}
	free := make(chan struct{}, queueSlots)
	for range queueSlots {
		free <- struct{}{}
	}
	for {
		select {
		case <-ended:
			return nil
		case <-free:
			fetch(js, consumer, free)
		}
	}
}

// fetch asks for tasks for the slot that its caller has and those that are free too.
func fetch(js jetstream.JetStream, consumer jetstream.Consumer, free chan struct{}) {
	n := 1 + len(free)
	for range n - 1 {
		<-free
	}
	batch, err := consumer.Fetch(n, jetstream.FetchMaxWait(time.Second))
	if err == nil {
		for m := range batch.Messages() {
			n--
			go func() {
				defer func() { free <- struct{}{} }()
				if _, err := js.Publish(context.Background(), queueResults+strings.TrimPrefix(m.Subject(), queueTasks), m.Data()); err == nil {
					_ = m.Ack() // it would be done again
				}
			}()
		}
	}
	for range n {
		free <- struct{}{}
	}
}
