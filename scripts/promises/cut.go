//go:build unix

package main

import (
	"fmt"
	"net"
	"time"
)

// cut: the network of workers is cut for longer than the servers wait, and comes back: of
// two workers who are on the other side. One on this side goes on.
func (t *trial) cut() error {
	s, err := newSubnet()
	if err != nil {
		return err
	}
	defer s.close()
	_, port, err := net.SplitHostPort(t.at)
	if err != nil {
		return err
	}
	at := net.JoinHostPort(s.here, port)
	near, err := t.crewAt("nats://"+at, 1)
	if err != nil {
		return err
	}
	far := &crew{t: t, url: near.url, inside: s}
	for range 2 {
		if err := far.hire(); err != nil {
			return err
		}
	}
	w, err := t.work("embed://"+at, 3)
	if err != nil {
		return err
	}
	for t.pause(t.between(500*time.Millisecond, 2*time.Second)) && !w.over() {
		if err := t.cutOnce(s); err != nil {
			return err
		}
	}
	if err := t.ended(near, w); err != nil {
		return err
	}
	return far.dismiss()
}

func (t *trial) cutOnce(s *subnet) error {
	if err := s.cut(); err != nil {
		return err
	}
	t.harms.Add(1)
	t.say("the cable is cut")
	if !t.pause(ackWait + t.between(500*time.Millisecond, 3*time.Second)) {
		return t.ctx.Err()
	}
	t.say("the cable is whole")
	if err := s.mend(); err != nil {
		return fmt.Errorf("the cable stays cut: %w", err)
	}
	return nil
}
