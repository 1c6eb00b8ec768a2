package nats

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats.go"
)

// A worker asks the servers for tasks with pulls: "up to n, within pullFor". What
// is still asked for and what runs are together never more than the slots, but for
// tasks that have rested.

const pullFor = 5 * time.Second

// A pull is one such question, with an inbox of its own: what comes is named after
// the task, and only the inbox tells which pull it belongs to. Inboxes are used
// again, so that there are no more of them than slots.
type pull struct {
	sub   *nats.Subscription
	inbox string
	left  int       // how many may still come
	until time.Time // when nothing comes any more
}

// work asks for tasks until ctx ends, or until waiting is in vain.
func (s *shift) work(ctx context.Context) error {
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for {
		s.ask()
		select {
		case <-ctx.Done():
			return nil
		case <-s.wake:
		case <-tick.C:
			if gone := s.c.hopeless(forever); gone != nil {
				return gone
			}
		case <-s.back:
			s.mu.Lock()
			for _, p := range s.pulls {
				p.left = 0 // the servers have forgotten it
			}
			s.mu.Unlock()
			s.here(false)
			s.loops.Go(s.recognize)
		}
	}
}

// ask makes a pull for the slots that are free and for which nothing is asked yet.
func (s *shift) ask() {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := time.Now()
	free := s.config.Slots - (len(s.working) - s.resting)
	var idle *pull
	for _, p := range s.pulls {
		if now.After(p.until) {
			p.left = 0
		}
		if p.left == 0 {
			idle = p
		}
		free -= p.left
	}
	if free <= 0 || now.Before(s.retry) || s.leaving {
		return
	}
	s.retry = now.Add(100 * time.Millisecond) // if it fails
	if idle == nil {
		var err error
		if idle, err = s.newPull(); err != nil {
			return
		}
	}
	subject := "$JS.API.CONSUMER.MSG.NEXT." + tasksStream + "." + consumerName(s.config.ABI, s.config.Queue)
	body := fmt.Appendf(nil, `{"batch":%d,"expires":%d}`, free, pullFor)
	if s.c.nc.PublishRequest(subject, idle.inbox, body) == nil {
		idle.left, idle.until, s.retry = free, now.Add(pullFor+time.Second), time.Time{}
	}
}

// newPull makes an inbox; s.mu is held.
func (s *shift) newPull() (*pull, error) {
	p := &pull{inbox: s.c.nc.NewInbox()}
	var err error
	if p.sub, err = s.c.nc.Subscribe(p.inbox, func(m *nats.Msg) { s.arrive(p, m) }); err == nil {
		s.pulls = append(s.pulls, p)
	}
	return p, err
}

// arrive takes a task, or word of a pull's end.
func (s *shift) arrive(p *pull, msg *nats.Msg) {
	status := msg.Header.Get("Status")
	var h *hand
	s.mu.Lock()
	switch {
	case status == "100":
	case status != "":
		p.left = 0
		if status == "503" { // nobody has made the consumer yet
			s.retry = time.Now().Add(200 * time.Millisecond)
		}
	default:
		p.left = max(p.left-1, 0)
		h = s.newHand()
		s.working[msg] = h
	}
	leaving := s.leaving
	s.mu.Unlock()
	switch {
	case status != "":
		s.nudge()
	case leaving || !s.tasks.Go(func(context.Context) { s.take(h.ctx, msg) }):
		s.finish(msg, back)
	}
}

// drain stops what is on its way: the servers send nothing more, and what they had
// sent is given back.
func (s *shift) drain() {
	s.mu.Lock()
	pulls := s.pulls
	s.mu.Unlock()
	for _, p := range pulls {
		_ = p.sub.Drain() // an error means that nothing comes
	}
	s.c.flush(time.Second) // else what they sent comes back by AckWait
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		if !slices.ContainsFunc(pulls, func(p *pull) bool { return p.sub.IsValid() }) {
			return
		}
	}
}

// finish tells the servers what becomes of a message, and frees its slot.
func (s *shift) finish(msg *nats.Msg, word string) {
	s.mu.Lock()
	h := s.working[msg]
	delete(s.working, msg)
	s.mu.Unlock()
	if !h.void {
		_ = s.c.nc.Publish(msg.Reply, []byte(word)) // else the servers find out by AckWait
	}
	h.end(context.Canceled)
	s.nudge()
}

// rest counts the tasks that rest. When one begins to there is a free slot more.
func (s *shift) rest(n int) {
	s.mu.Lock()
	s.resting += n
	s.mu.Unlock()
	if n > 0 {
		s.nudge()
	}
}

func (s *shift) nudge() {
	select {
	case s.wake <- struct{}{}:
	default:
	}
}
