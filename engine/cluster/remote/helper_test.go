package remote_test

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/remote"
	"github.com/starlark-tg/tg/engine/event"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A hall is a cluster without a network: its workers are handlers in this process.
type hall struct {
	t     testing.TB
	abi   string
	slots int

	mu      sync.Mutex // guards what follows
	blobs   map[cluster.Hash][]byte
	workers map[string][]*desk    // by queue
	free    map[string]chan *desk // by queue: each as often as it has free slots
	sent    []cluster.Task
	kill    func(task cluster.Task, start int) bool // this start of the task loses its worker, at its end
	mute    func(task cluster.Task) bool            // what the task asks has no answer
	early   bool                                    // nobody has said yet how many slots there are

	started atomic.Int64 // tasks, each start
	rested  atomic.Int64
}

// A desk is one worker.
type desk struct {
	*remote.Handler
	name string
	free chan *desk
}

func newHall(t testing.TB) *hall {
	return &hall{t: t, slots: 2, blobs: map[cluster.Hash][]byte{}, workers: map[string][]*desk{}, free: map[string]chan *desk{}}
}

// worker adds a worker to a queue.
func (h *hall) worker(queue, name string, o engine.Options) {
	o.Modules, o.MaxWorkers = builtins.Standard(), h.slots
	eng, err := engine.New(o)
	require.NoError(h.t, err)
	h.abi = remote.ABI(eng)
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.free[queue] == nil {
		h.free[queue] = make(chan *desk, 10_000)
	}
	d := &desk{Handler: remote.NewHandler(eng, h.blob, name), name: name, free: h.free[queue]}
	for range h.slots {
		d.free <- d
	}
	h.t.Cleanup(d.Close)
	h.workers[queue] = append(h.workers[queue], d)
}

func (h *hall) blob(_ context.Context, hash cluster.Hash) ([]byte, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if b, ok := h.blobs[hash]; ok {
		return b, nil
	}
	return nil, cluster.ErrNotFound
}

func (h *hall) Put(_ context.Context, blob []byte) (cluster.Hash, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	hash := cluster.HashOf(blob)
	h.blobs[hash] = blob
	return hash, nil
}

func (h *hall) Slots(queue, abi string) int {
	h.mu.Lock()
	early := h.early
	h.mu.Unlock()
	if early {
		return 0
	}
	return h.slots * len(h.desks(queue))
}

func (h *hall) desks(queue string) []*desk {
	h.mu.Lock()
	defer h.mu.Unlock()
	if queue == "" {
		queue = "default"
	}
	return h.workers[queue]
}

func (h *hall) Status(context.Context) (cluster.Status, error) { return cluster.Status{}, nil }
func (h *hall) Close(context.Context) error                    { return nil }

// Do has a worker that is free run a task.
func (h *hall) Do(ctx context.Context, task cluster.Task, log cluster.Feed) (cluster.Outcome, error) {
	task.Run = "run"
	h.mu.Lock()
	h.sent = append(h.sent, task)
	h.mu.Unlock()
	l := &line{h: h, task: task, log: log, answers: map[string]chan []byte{}}
	for start := 1; start <= task.Tries; start++ {
		d, err := h.take(ctx, task.Queue)
		if err != nil {
			return cluster.Outcome{}, err
		}
		h.started.Add(1)
		began := time.Now()
		l.desk = d
		data := d.Handle(ctx, task, l)
		d.free <- d
		if ctx.Err() != nil {
			return cluster.Outcome{}, context.Cause(ctx)
		}
		h.mu.Lock()
		kill := h.kill
		h.mu.Unlock()
		if kill == nil || !kill(task, start) {
			l.over.Store(true)
			return cluster.Outcome{Data: data, Worker: d.name, Attempt: start, Took: time.Since(began)}, nil
		}
	}
	return cluster.Outcome{}, &cluster.LostError{Task: task.ID, Tries: task.Tries}
}

func (h *hall) take(ctx context.Context, queue string) (*desk, error) {
	if len(h.desks(queue)) == 0 {
		return nil, &cluster.NoWorkersError{Queue: queue, Waited: time.Second}
	}
	select {
	case d := <-h.desks(queue)[0].free:
		return d, nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// A line is a task's.
type line struct {
	h    *hall
	desk *desk
	task cluster.Task
	over atomic.Bool

	mu      sync.Mutex // guards log being called, and answers
	log     cluster.Feed
	answers map[string]chan []byte // by op; each holds one once it is there
}

func (l *line) Say(frame []byte) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.over.Load() {
		l.log(bytes.Clone(frame))
	}
}

func (l *line) Ask(ctx context.Context, op string, question []byte) ([]byte, error) {
	if l.h.mute != nil && l.h.mute(l.task) {
		return nil, cluster.ErrGone
	}
	l.mu.Lock()
	a := l.answers[op]
	if a == nil {
		a = make(chan []byte, 1)
		l.answers[op] = a
		go func() { a <- l.task.Answer(context.Background(), op, question) }()
	}
	l.mu.Unlock()
	select {
	case data := <-a:
		a <- data
		return data, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *line) Rest(block func()) {
	l.h.rested.Add(1)
	l.desk.free <- l.desk
	block()
}

// A result is what a run has come to.
type result struct {
	out    string
	events []event.Event
	err    error
	*engine.Result
}

// run runs a script here, or with its tasks in the hall if there is one.
func run(t testing.TB, h *hall, script string, o engine.Options) *result {
	r := &result{}
	var mu sync.Mutex
	o.Modules = builtins.Standard()
	if h != nil {
		c := remote.NewCaller(h)
		defer c.Close()
		o.Remote = c
	}
	o.Print = func(e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		r.out += e.Text + "\n"
	}
	o.Events = event.Sink{Only: o.Events.Only, Take: func(e event.Event) {
		mu.Lock()
		defer mu.Unlock()
		r.events = append(r.events, e)
	}}
	eng, err := engine.New(o)
	require.NoError(t, err)
	s, err := eng.Compile("script.star", []byte(script))
	require.NoError(t, err)
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	r.Result, r.err = eng.Run(ctx, s, engine.Input{Args: []string{"a1"}})
	return r
}

// same runs a script here and in a hall: both print the same, and end the same way.
func same(t *testing.T, script string) (*hall, *result) {
	t.Helper()
	h := newHall(t)
	h.worker("default", "w1", engine.Options{})
	h.worker("default", "w2", engine.Options{})
	here, there := run(t, nil, script, engine.Options{}), run(t, h, script, engine.Options{})
	require.Equal(t, here.out, there.out)
	require.Equal(t, report(here.err), report(there.err))
	return h, there
}

// report writes all that there is to an error.
func report(err error) string {
	switch e := err.(type) {
	case nil:
		return ""
	case *engine.Error:
		text := e.Kind + ": " + e.Traceback() + "\n" + e.Hint
		var g *engine.GroupError
		if u, ok := e.Unwrap().(*engine.GroupError); ok {
			g = u
			for _, f := range g.Failures {
				text += fmt.Sprintf("\n%s %d: %s", f.Task, f.Index, report(f.Err))
			}
		}
		return text
	}
	return err.Error()
}
