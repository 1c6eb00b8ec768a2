//go:build !tg_noserver

package nats_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// doAll sends n tasks, at most wide at once, and wants the right outcome of each.
// It returns how many of them needed more than one start.
func doAll(t *testing.T, d cluster.Dispatcher, n, wide int, data string) (again int) {
	t.Helper()
	var wg sync.WaitGroup
	var more atomic.Int32
	gate := make(chan struct{}, wide)
	for i := range n {
		gate <- struct{}{}
		wg.Go(func() {
			defer func() { <-gate }()
			tk := task(i)
			tk.ID = fmt.Sprintf("%s-%d", t.Name()[4:8], i)
			tk.Tries, tk.Data = 20, []byte(data)
			out, err := d.Do(t.Context(), tk, nil)
			if err != nil || string(out.Data) != "="+data {
				t.Errorf("task %d: %q, %v", i, out.Data, err)
			}
			if out.Attempt > 1 {
				more.Add(1)
			}
		})
	}
	wg.Wait()
	return int(more.Load())
}

// Workers that are killed at random moments lose nothing.
func TestKilledWorkers(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	stop := make(chan struct{})
	var killer sync.WaitGroup
	for range 2 {
		killer.Go(func() {
			for {
				p := spawn(t, address, o, cluster.WorkerConfig{Slots: 8})
				select {
				case <-stop:
					return
				case <-time.After(time.Duration(200+rand.IntN(500)) * time.Millisecond):
					p.kill()
				}
			}
		})
	}
	again := doAll(t, d, amount(1500), 64, "sleep 10")
	close(stop)
	killer.Wait()
	require.Positive(t, again, "no task was hit")
	require.NoError(t, d.Close(t.Context()))
}

// A worker that stands still past AckWait and goes on does no harm.
func TestStoppedWorker(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := spawn(t, address, o, cluster.WorkerConfig{Name: "stopped", Slots: 8})
	spawn(t, address, o, cluster.WorkerConfig{Name: "steady", Slots: 8})
	time.AfterFunc(700*time.Millisecond, func() { p.signal(syscall.SIGSTOP) })
	time.AfterFunc(2500*time.Millisecond, func() { p.signal(syscall.SIGCONT) })
	require.Positive(t, doAll(t, d, 500, 64, "sleep 100"))
}

// A worker that is cut off comes back.
func TestCutWorker(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	px := proxy(t, address)
	work(t, join(t, px.url(), o), cluster.WorkerConfig{Name: "cut", Slots: 8}, napper)
	work(t, join(t, address, o), cluster.WorkerConfig{Name: "steady", Slots: 4}, napper)
	time.AfterFunc(200*time.Millisecond, func() { px.stall(true) })
	time.AfterFunc(1900*time.Millisecond, func() { px.stall(false) })
	time.AfterFunc(2100*time.Millisecond, px.cut)
	doAll(t, d, 800, 64, "nap")
	require.Eventually(t, func() bool { // it is there again
		st, err := d.Status(t.Context())
		return err == nil && len(st.Workers) == 2
	}, 10*time.Second, 50*time.Millisecond)
}

func napper(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
	select {
	case <-ctx.Done():
	case <-time.After(time.Duration(rand.IntN(50)) * time.Millisecond):
	}
	return append([]byte("="), task.Data...)
}

// A worker that is told to go gives back what it has, and others do it.
func TestLeavingWorker(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	began := make(chan struct{}, 10)
	stop := worker(t, c, cluster.WorkerConfig{Name: "leaving", Slots: 2}, func(ctx context.Context, _ cluster.Task, _ cluster.Line) []byte {
		began <- struct{}{}
		<-ctx.Done()
		return []byte("half done")
	})
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() {
			out, err := d.Do(t.Context(), task(i), nil)
			if err != nil || out.Worker != "staying" || out.Attempt != 2 {
				t.Errorf("%+v, %v", out, err)
			}
		})
	}
	<-began
	<-began
	worker(t, c, cluster.WorkerConfig{Name: "staying", Slots: 2}, echo)
	at := time.Now()
	stop()
	wg.Wait()
	require.Less(t, time.Since(at), 800*time.Millisecond, "it waited for AckWait")
}

// A task that kills whoever runs it is lost after its tries; the others go on.
func TestPoison(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	stop := make(chan struct{})
	var nurse sync.WaitGroup
	nurse.Go(func() {
		for {
			p := spawn(t, address, o, cluster.WorkerConfig{Slots: 1})
			ended := make(chan struct{})
			go func() { p.wait(); close(ended) }()
			select {
			case <-stop:
				p.signal(syscall.SIGKILL)
				<-ended
				return
			case <-ended:
			}
		}
	})
	spawn(t, address, o, cluster.WorkerConfig{Slots: 1, Queue: "other"})
	for tries := range 2 {
		tk := task(tries)
		tk.Tries, tk.Data = tries+1, []byte("poison")
		_, err := d.Do(t.Context(), tk, nil)
		var lost *cluster.LostError
		require.ErrorAs(t, err, &lost)
		require.ErrorIs(t, err, cluster.ErrLost)
		require.Equal(t, tries+1, lost.Tries)
	}
	require.Zero(t, doAll(t, d, 20, 4, "x"))
	close(stop)
	nurse.Wait()
}

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
	require.Eventually(t, func() bool { return messages(t, server, "TG_TASKS") == 0 }, 10*time.Second, 50*time.Millisecond)
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
	time.AfterFunc(300*time.Millisecond, func() {
		o.Seed, o.Embed.WorkerSeed = server.Seed(), wo.Seed
		server.Close()
		time.Sleep(300 * time.Millisecond)
		again, err := nats.Connect(context.Background(), "embed://"+address[len("nats://"):], quick(o))
		if err != nil {
			t.Error(err)
			again = server
		}
		restarted <- again
	})
	doAll(t, d, 600, 64, "nap")
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
	}, 10*time.Second, 50*time.Millisecond)
	t.Cleanup(c.Close)
	d := dispatcher(t, c)
	work(t, join(t, address, nats.Options{Seed: seeds[1], Trust: []string{c.PublicKey()}}), cluster.WorkerConfig{Slots: 8}, napper)
	leader := leaderOf(t, c, "TG_TASKS")
	time.AfterFunc(300*time.Millisecond, func() { servers[leader].Close() })
	doAll(t, d, 300, 64, "nap")
	require.NoError(t, d.Close(t.Context()))
}

// The same task twice at once is refused; delivered twice it has one outcome.
func TestDeliveredTwice(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := proxy(t, address)
	var runs atomic.Int32
	slow := func(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
		n := runs.Add(1)
		time.Sleep(1700 * time.Millisecond)
		return fmt.Append(nil, n)
	}
	work(t, join(t, p.url(), o), cluster.WorkerConfig{Name: "cut", Slots: 1}, slow)
	result := make(chan cluster.Outcome, 1)
	go func() {
		out, err := d.Do(t.Context(), task(1), nil)
		if err != nil {
			t.Error(err)
		}
		result <- out
	}()
	require.Eventually(t, func() bool { return runs.Load() == 1 }, 5*time.Second, time.Millisecond)
	_, err := d.Do(t.Context(), task(1), nil)
	require.ErrorContains(t, err, "under way already")
	p.stall(true)
	work(t, join(t, address, o), cluster.WorkerConfig{Name: "steady", Slots: 1}, slow)
	require.Eventually(t, func() bool { return runs.Load() == 2 }, 5*time.Second, time.Millisecond)
	p.stall(false)
	out := <-result
	require.Contains(t, []string{"1", "2"}, string(out.Data))
	require.EqualValues(t, 2, runs.Load())
	time.Sleep(200 * time.Millisecond)
	require.NoError(t, d.Close(t.Context()))
	require.Zero(t, messages(t, c, "TG_TASKS"))
}
