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

// asker asks its data, and returns the answer, or the error after a sign.
func asker(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
	answer, err := line.Ask(ctx, "op", task.Data)
	if err != nil {
		return []byte("!" + err.Error())
	}
	return answer
}

// A tally answers with what it is asked and how many questions there were.
type tally struct{ n atomic.Int32 }

func (a *tally) answer(_ context.Context, op string, question []byte) []byte {
	return fmt.Appendf(nil, "%s %s %d", op, question, a.n.Add(1))
}

func TestAsk(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	var line cluster.Line
	worker(t, c, cluster.WorkerConfig{Slots: 4}, func(ctx context.Context, task cluster.Task, l cluster.Line) []byte {
		line = l
		all := asker(ctx, task, l)
		for range 3 { // again, the same; the text does not count
			again, err := l.Ask(ctx, "op", []byte("other"))
			if err != nil || !bytes.Equal(all, again) {
				t.Errorf("%q, then %q %v", all, again, err)
			}
		}
		other, err := l.Ask(ctx, "op2", nil)
		if err != nil {
			t.Error(err)
		}
		return append(append(all, ", "...), other...)
	})
	var a tally
	tk := task(1)
	tk.Answer = a.answer
	out, err := d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.Equal(t, "op 1 1, op2  2", string(out.Data))
	_, err = line.Ask(t.Context(), "late", nil)
	require.ErrorContains(t, err, "ended")
	line.Rest(func() {})
	tk.ID = "other" // another task, another table
	out, err = d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.Equal(t, "op 1 3, op2  4", string(out.Data))
}

func TestAskErrors(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{Slots: 4}, asker)
	ask := func(i, size int, answer func(context.Context, string, []byte) []byte) string {
		tk := task(i)
		tk.Data, tk.Answer = make([]byte, size), answer
		out, err := d.Do(t.Context(), tk, nil)
		require.NoError(t, err)
		return string(out.Data)
	}
	of := func(n int) func(context.Context, string, []byte) []byte {
		return func(_ context.Context, _ string, question []byte) []byte { return make([]byte, n+len(question)) }
	}
	require.Equal(t, "!"+cluster.ErrGone.Error(), ask(1, 1, nil))
	require.Len(t, ask(2, cluster.MaxQuestion, of(0)), cluster.MaxQuestion)
	require.Contains(t, ask(3, cluster.MaxQuestion+1, of(0)), `!question "op" has 524289 bytes; 524288 are allowed`)
	require.Contains(t, ask(4, cluster.MaxQuestion, of(1)), `!the answer to "op" has 524289 bytes; 524288 are allowed`)
}

// A question ends with its task, or with its own context, at once.
func TestAskEnds(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	asked, heard := make(chan error, 10), make(chan error, 10)
	worker(t, c, cluster.WorkerConfig{Slots: 4}, func(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
		own, cancel := context.WithTimeoutCause(context.WithoutCancel(ctx), time.Hour, nil)
		defer cancel()
		if string(task.Data) == "1" {
			own, cancel = context.WithTimeout(ctx, 50*time.Millisecond)
			defer cancel()
		}
		_, err := line.Ask(own, "op", nil)
		asked <- err
		return nil
	})
	began := make(chan struct{}, 10)
	answer := func(ctx context.Context, _ string, _ []byte) []byte {
		began <- struct{}{}
		<-ctx.Done()
		heard <- context.Cause(ctx)
		return []byte("too late")
	}
	tk := task(1)
	tk.Answer = answer
	_, err := d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.ErrorIs(t, <-asked, context.DeadlineExceeded)
	require.ErrorIs(t, <-heard, context.Canceled)
	<-began

	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("changed my mind")
	go func() { <-began; cancel(why) }()
	tk = task(2)
	tk.Answer = answer
	_, err = d.Do(ctx, tk, nil)
	require.ErrorIs(t, err, why)
	require.ErrorIs(t, <-asked, cluster.ErrCancelled)
	require.ErrorIs(t, <-heard, why)

	tk = task(3)
	tk.Answer, tk.Timeout = answer, 100*time.Millisecond
	_, err = d.Do(t.Context(), tk, nil)
	require.NoError(t, err)
	require.ErrorIs(t, <-asked, cluster.ErrTimeout)
	<-began

	over := make(chan error, 1)
	go func() {
		tk := task(4)
		tk.Answer = answer
		_, err := d.Do(t.Context(), tk, nil)
		over <- err
	}()
	<-began
	require.NoError(t, d.Close(t.Context()))
	require.ErrorIs(t, <-over, cluster.ErrClosed)
	require.ErrorIs(t, <-asked, cluster.ErrDeadRun)
}

// A task whose worker was killed asks again, and gets the same answer.
func TestAskAfterKill(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := spawn(t, address, o, cluster.WorkerConfig{Slots: 1})
	var a tally
	first := make(chan string, 1)
	tk := task(1)
	tk.Data = []byte("ask me")
	tk.Answer = func(ctx context.Context, op string, question []byte) []byte {
		if op == "asked" {
			first <- string(question)
			return nil
		}
		return a.answer(ctx, op, question)
	}
	result := make(chan cluster.Outcome, 1)
	go func() {
		out, err := d.Do(t.Context(), tk, nil)
		if err != nil {
			t.Error(err)
		}
		result <- out
	}()
	require.Equal(t, "op me 1", <-first)
	p.kill()
	worker(t, c, cluster.WorkerConfig{Slots: 1}, asker)
	out := <-result
	require.Equal(t, "op me 1", string(out.Data))
	require.EqualValues(t, 1, a.n.Load())
	require.GreaterOrEqual(t, out.Attempt, 2)
}

// While the connection is cut a question waits; the answer is found later.
func TestAskWhileCut(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{AckWait: 20 * time.Second})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	p := proxy(t, address)
	work(t, join(t, p.url(), o), cluster.WorkerConfig{Slots: 8}, asker)
	var a tally
	var wg sync.WaitGroup
	var once sync.Once
	for i := range 8 {
		wg.Go(func() {
			tk := task(i)
			tk.Data = bytes.Repeat([]byte("x"), 100<<10)
			tk.Answer = func(ctx context.Context, op string, question []byte) []byte {
				once.Do(func() {
					p.stall(true)
					p.cut()
					time.Sleep(time.Second)
					p.stall(false)
				})
				return a.answer(ctx, op, question[:1])
			}
			out, err := d.Do(t.Context(), tk, nil)
			if err != nil || !strings.HasPrefix(string(out.Data), "op x ") {
				t.Errorf("%q %v", out.Data, err)
			}
		})
	}
	wg.Wait()
	require.EqualValues(t, 8, a.n.Load())
}
