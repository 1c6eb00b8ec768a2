package remote

import (
	"context"
	"errors"
	"sync"
	"time"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/wire"
	"go.starlark.net/syntax"
)

// A Handler runs tasks that Callers have sent, with an engine of its own: with what that
// grants, and within its limits. Options.MaxWorkers is the budget of all that runs at once:
// a worker's slots. It is safe for concurrent use.
type Handler struct {
	eng     *engine.Engine
	blob    func(context.Context, cluster.Hash) ([]byte, error)
	name    string
	modules *wire.Modules
	ctx     context.Context // of the hosts
	cancel  context.CancelFunc

	mu    sync.Mutex // guards what follows
	hosts map[string]*host
}

// NewHandler returns a Handler. blob is [cluster.Worker.Blob]; name is the worker's, for
// those who watch.
func NewHandler(eng *engine.Engine, blob func(context.Context, cluster.Hash) ([]byte, error), name string) *Handler {
	h := &Handler{eng: eng, blob: blob, name: name, modules: wire.NewModules(), hosts: map[string]*host{}}
	h.ctx, h.cancel = context.WithCancel(context.Background())
	return h
}

// Close forgets the scripts. No task must be running.
func (h *Handler) Close() { h.cancel() }

// share is how long the calls of one parcel may take; when it is over, those that were not
// begun go back, for others to make, while the one that runs goes on.
const share = 50 * time.Millisecond

// Handle is a [cluster.Handler].
func (h *Handler) Handle(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
	head, orders, err := unpackParcel(task.Data)
	if err != nil {
		return failAll(1, err)
	}
	host, err := h.host(task.Run, head.Script)
	if err != nil {
		return failAll(len(orders), err)
	}
	defer host.leave()
	v := &visit{host: host, line: line, orders: orders, ops: map[string]int{}, end: time.Now().Add(share), outcomes: make([]outcome, len(orders))}
	host.enter(v)
	defer host.exit(v)
	var calls []*engine.Call
	for i, o := range orders {
		t, err := host.dec.Task(o.message)
		if err != nil {
			v.outcomes[i] = outcome{what: failed, data: wire.Failure(err)}
			continue
		}
		calls = append(calls, v.newCall(i, head, t))
	}
	if len(calls) > 0 {
		late := time.AfterFunc(share, v.handBack)
		ctx = context.WithValue(ctx, visitKey{}, v)
		host.run.Do(ctx, engine.Outputs{Print: v.print, Log: newLogger(v.log)}, calls...)
		late.Stop()
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	if len(calls) == 1 {
		v.outcomes[v.place] = host.outcome(calls[0]) // which may have failed at the very end
	}
	var b []byte
	for _, o := range v.outcomes {
		b = appendOutcome(b, o)
	}
	return b
}

// failAll is what came of calls none of which could be made.
func failAll(n int, err error) (b []byte) {
	for range n {
		b = appendOutcome(b, outcome{what: failed, data: wire.Failure(err)})
	}
	return b
}

// newCall returns what an order says of a call.
func (v *visit) newCall(place int, h *head, t *wire.Task) *engine.Call {
	o := v.orders[place]
	k := &h.Kinds[o.kind]
	c := &engine.Call{
		Fn: t.Fn, Args: t.Args, Kwargs: t.Kwargs,
		Group: h.Group, Task: k.Task, Index: o.index, Attempt: k.Attempt, Max: k.Max, Worker: o.worker, Timeout: k.Timeout,
		Given:    engine.Given{Task: k.Given.Task, Pos: syntax.MakePosition(&k.Given.File, k.Given.Line, k.Given.Col)},
		Progress: func(done, total float64) { v.progress(place, done, total) },
		Begins:   func() bool { return v.begins(place, h.Started) },
	}
	c.Over = func() { v.over(place, c) }
	if h.Until != 0 {
		c.Until = time.Unix(0, h.Until)
	}
	return c
}

// host returns what there is of a run's script, which stays until leave is called.
func (h *Handler) host(run, script string) (*host, error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := time.Now()
	s := h.hosts[run]
	if s == nil {
		for name, old := range h.hosts {
			if old.idle(now) {
				old.cancel()
				delete(h.hosts, name)
			}
		}
		var err error
		if s, err = h.newHost(script); err != nil {
			return nil, err
		}
		h.hosts[run] = s
	}
	s.users.Add(1)
	return s, nil
}

// outcome returns what came of a call.
func (h *host) outcome(c *engine.Call) outcome {
	if !c.Ended {
		return outcome{what: unbegun}
	}
	o := outcome{what: failed, took: c.Took}
	err := c.Err
	if err == nil {
		var m wire.Message
		if m, err = h.enc.Value(c.Value); err == nil {
			o.what, o.data = returned, m.Data
			return o
		}
	}
	if c.TimedOut {
		o.what = timedOut
	}
	o.data = wire.Failure(err)
	return o
}

var errNoTask = errors.New("what stays where the script runs can be used by its tasks only")
