package nats

import (
	"cmp"
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"sync"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/starlark-tg/tg/engine/cluster"
)

type worker struct {
	c     *Conn
	check checker
}

var _ cluster.Worker = (*worker)(nil)

// Worker returns a worker of this connection. It needs Options.Trust.
func (c *Conn) Worker() (cluster.Worker, error) {
	trust := map[string]ed25519.PublicKey{}
	for _, public := range c.opts.Trust {
		key, err := publicKey(public)
		if err != nil {
			return nil, err
		}
		trust[public] = key
	}
	if len(trust) == 0 {
		return nil, errors.New("a worker must be told whose tasks to run: the public nkey of a coordinator")
	}
	return &worker{c: c, check: checker{trust: trust}}, nil
}

// Blob implements cluster.Worker.
func (w *worker) Blob(ctx context.Context, hash cluster.Hash) ([]byte, error) {
	return w.c.getCode(ctx, hash)
}

// Work implements cluster.Worker.
func (w *worker) Work(ctx context.Context, config cluster.WorkerConfig, handler cluster.Handler) error {
	config.Queue, config.Slots = cmp.Or(config.Queue, "default"), max(config.Slots, 1)
	if config.Name == "" {
		host, _ := os.Hostname() // for people only
		config.Name = fmt.Sprintf("%s-%d", host, os.Getpid())
	}
	if err := checkWord("ABI", config.ABI, 64); err != nil {
		return err
	}
	if err := w.ready(ctx); err != nil || ctx.Err() != nil {
		return err
	}
	s := newShift(w, config, handler)
	if err := s.begin(); err != nil {
		s.leave()
		return err
	}
	err := s.work(ctx)
	s.leave()
	return err
}

// ready waits for the servers, and says what waiting would not cure. That nobody has
// set up the cluster yet is not of that kind.
func (w *worker) ready(ctx context.Context) error {
	for {
		err := w.c.again(ctx, func(ctx context.Context) error {
			_, err := w.c.origin(ctx)
			return cmp.Or(w.c.refusal(), err)
		})
		switch {
		case err == nil || ctx.Err() != nil:
			return nil
		case errors.Is(err, errDown), passing(err) && !w.c.steady(w.c.opts.Patience):
			continue // patience is for servers that are there
		}
		return w.c.explain(err)
	}
}

// A shift is one call of Work.
type shift struct {
	w       *worker
	c       *Conn
	id      string
	config  cluster.WorkerConfig
	handler cluster.Handler
	held    cluster.Held
	leases  leases
	wake    chan struct{} // told that it may be time to ask for tasks
	back    chan struct{} // told that the connection is back

	loops *cluster.Crew           // the shift's own
	tasks *cluster.Crew           // one goroutine for each task
	today context.Context         // that tasks run in
	going context.CancelCauseFunc // ends it

	subs []*nats.Subscription // to the core subjects
	stop func()               // being told of back

	mu      sync.Mutex // guards the fields below
	pulls   []*pull
	retry   time.Time           // no pull before
	working map[*nats.Msg]*hand // what is to be kept alive
	resting int                 // how many of these rest
	leaving bool                // what comes is given back
	told    time.Time           // when it last said that it is here
}

func newShift(w *worker, config cluster.WorkerConfig, handler cluster.Handler) *shift {
	s := &shift{w: w, c: w.c, id: rand.Text(), config: config, handler: handler,
		wake: make(chan struct{}, 1), back: make(chan struct{}, 1),
		working: map[*nats.Msg]*hand{}}
	s.leases.c = w.c
	s.loops = cluster.NewCrew(context.Background())
	s.tasks = cluster.NewCrew(context.Background())
	s.today, s.going = context.WithCancelCause(context.Background())
	s.stop = w.c.tellBack(s.back)
	return s
}

func (s *shift) begin() error {
	for subject, heard := range map[string]nats.MsgHandler{
		cancelSubject: s.hearCancel,
		doneSubject:   func(m *nats.Msg) { s.held.End(string(m.Data), time.Now()) },
		pingSubject:   func(*nats.Msg) { s.here(false) },
	} {
		sub, err := s.c.nc.Subscribe(subject, heard)
		if err != nil {
			return err
		}
		s.subs = append(s.subs, sub)
	}
	s.loops.Go(s.keepAlive)
	s.loops.Go(s.keepChecking)
	s.here(false)
	// A flush that the connection breaks under says that it is closed. It is not: what is
	// subscribed to is so again when it comes back.
	if err := s.c.nc.Flush(); err != nil && s.c.nc.IsClosed() {
		return err
	}
	return nil
}

// maxHeld is how many tasks a worker says at once that it has, so that the message is
// not too large: many may rest. They are in no order, so each is among them soon.
const maxHeld = 4096

// here says that the worker is there, or is going; not too often.
func (s *shift) here(left bool) {
	s.mu.Lock()
	often := time.Since(s.told) < 50*time.Millisecond
	if !often {
		s.told = time.Now()
	}
	s.mu.Unlock()
	if often && !left {
		return
	}
	held := s.held.List()
	held = held[:min(len(held), maxHeld)]
	text, err := json.Marshal(cluster.Presence{ID: s.id, Name: s.config.Name, Queue: s.config.Queue, ABI: s.config.ABI,
		Slots: s.config.Slots, Held: held, Left: left})
	if err == nil {
		_ = s.c.nc.Publish(hereSubject, text) // the next ping comes soon
	}
}

// hearCancel takes run.task.
func (s *shift) hearCancel(m *nats.Msg) {
	name := string(m.Data)
	if len(name) > len(idOf(name)) {
		s.held.Cancel(cluster.TaskRef{Run: name[:len(name)-len(idOf(name))-1], ID: idOf(name)}, time.Now())
	}
}

// keepAlive says of everything in hand, every third of AckWait, that it is being
// worked on.
func (s *shift) keepAlive(ctx context.Context) {
	tick := time.NewTicker(s.c.opts.AckWait / 3)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		s.mu.Lock()
		for msg, h := range s.working {
			if h.void {
				continue
			}
			_ = s.c.nc.Publish(msg.Reply, []byte("+WPI")) // the next one comes soon
		}
		s.mu.Unlock()
	}
}

// keepChecking ends the tasks of runs whose coordinators are gone.
func (s *shift) keepChecking(ctx context.Context) {
	tick := time.NewTicker(checkEvery)
	defer tick.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-tick.C:
		}
		for _, run := range s.held.Runs() {
			if s.leases.isOver(ctx, run) {
				s.held.End(run, time.Now())
			}
		}
	}
}

// leave gives everything back and waits for what is running.
func (s *shift) leave() {
	s.mu.Lock()
	s.leaving = true
	s.mu.Unlock()
	s.stop()
	s.drain()
	s.going(cluster.ErrLeaving)
	s.tasks.Dismiss(cluster.ErrLeaving)
	s.loops.Dismiss(cluster.ErrLeaving)
	for _, sub := range s.subs {
		_ = sub.Unsubscribe() // an error means that there is nobody to tell
	}
	s.here(true)
	s.c.flush(2 * time.Second) // else the servers find out by AckWait
}
