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
// begun go back, for others to make.
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
	v := &visit{host: host, line: line, orders: orders, ops: map[string]int{}}
	host.enter(v)
	defer host.exit(v)
	calls := make([]*engine.Call, len(orders))
	var good []*engine.Call
	for i, o := range orders {
		calls[i] = v.newCall(i, head, o)
		t, err := host.dec.Task(o.message)
		if err != nil {
			calls[i].Err, calls[i].Ended = err, true
			continue
		}
		calls[i].Fn, calls[i].Args, calls[i].Kwargs = t.Fn, t.Args, t.Kwargs
		good = append(good, calls[i])
	}
	if len(good) > 0 {
		end := time.Now().Add(share)
		ctx = context.WithValue(ctx, visitKey{}, v)
		host.run.Do(ctx, engine.Outputs{Print: v.print, Log: newLogger(v.log)}, func() bool { return time.Now().After(end) }, good...)
	}
	var b []byte
	for _, c := range calls {
		b = appendOutcome(b, host.outcome(c))
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
func (v *visit) newCall(place int, h *head, o order) *engine.Call {
	c := &engine.Call{
		Group: h.Group, Task: h.Task, Index: o.index, Attempt: h.Attempt, Max: h.Max, Worker: o.worker, Timeout: h.Timeout,
		Given:    engine.Given{Task: h.Given.Task, Pos: syntax.MakePosition(&h.Given.File, h.Given.Line, h.Given.Col)},
		Progress: func(done, total float64) { v.progress(place, done, total) },
	}
	if h.Until != 0 {
		c.Until = time.Unix(0, h.Until)
	}
	c.Started = func(string) { v.begin(place, h.Started) }
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
