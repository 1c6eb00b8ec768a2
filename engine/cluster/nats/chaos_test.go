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

// A mishap happens when so many tasks have been sent.
type mishap struct {
	after  int
	happen func()
}

// doAll sends n tasks, at most wide at once, and wants the right outcome of each.
// It returns how many of them needed more than one start.
func doAll(t *testing.T, d cluster.Dispatcher, n, wide int, data string, mishaps ...mishap) (again int) {
	t.Helper()
	var wg sync.WaitGroup
	var more atomic.Int32
	gate := make(chan struct{}, wide)
	for i := range n {
		gate <- struct{}{}
		for _, m := range mishaps {
			if m.after == i {
				wg.Go(m.happen)
			}
		}
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
	again := doAll(t, d, amount(1500), 64, "sleep 20")
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
	again := doAll(t, d, 500, 64, "sleep 100", mishap{150, func() {
		p.signal(syscall.SIGSTOP)
		time.Sleep(1800 * time.Millisecond)
		p.signal(syscall.SIGCONT)
	}})
	require.Positive(t, again)
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
	doAll(t, d, 800, 64, "nap", mishap{200, func() {
		px.stall(true)
		time.Sleep(1700 * time.Millisecond)
		px.stall(false)
		time.Sleep(200 * time.Millisecond)
		px.cut()
	}})
	require.Eventually(t, func() bool { // it is there again
		st, err := d.Status(t.Context())
		return err == nil && len(st.Workers) == 2
	}, soon, 50*time.Millisecond)
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
	c := embed(t, nats.Options{AckWait: 20 * time.Second})
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
	require.Less(t, time.Since(at), 10*time.Second, "it waited for AckWait")
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
	doAll(t, d, 20, 4, "x")
	close(stop)
	nurse.Wait()
}

// The same task twice at once is refused; delivered twice it has one outcome.
func TestDeliveredTwice(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := proxy(t, address)
	var runs atomic.Int32
	release := make(chan struct{})
	slow := func(ctx context.Context, task cluster.Task, _ cluster.Line) []byte {
		n := runs.Add(1)
		<-release
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
	require.Eventually(t, func() bool { return runs.Load() == 1 }, soon, time.Millisecond)
	_, err := d.Do(t.Context(), task(1), nil)
	require.ErrorContains(t, err, "under way already")
	p.stall(true)
	work(t, join(t, address, o), cluster.WorkerConfig{Name: "steady", Slots: 1}, slow)
	require.Eventually(t, func() bool { return runs.Load() == 2 }, soon, time.Millisecond)
	p.stall(false)
	close(release)
	out := <-result
	require.Contains(t, []string{"1", "2"}, string(out.Data))
	require.EqualValues(t, 2, runs.Load())
	require.Eventually(t, func() bool { return messages(t, c, "TG_TASKS") == 0 }, soon, 10*time.Millisecond)
	require.NoError(t, d.Close(t.Context()))
}
