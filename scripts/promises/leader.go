//go:build unix

package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	client "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// three are servers that hold everything together.
type three struct {
	t        *trial
	listen   [3]string // for clients
	routes   [3]string // for each other
	programs [3]*program
}

// leader: of three servers the one that leads the queue of tasks is killed, and comes back.
func (t *trial) leader() error {
	s := &three{t: t}
	if err := s.begin(); err != nil {
		return err
	}
	url := "nats://" + strings.Join(s.listen[:], ",nats://")
	c, err := t.crewAt(url, 3)
	if err != nil {
		return err
	}
	w, err := t.work(url, 3)
	if err != nil {
		return err
	}
	for t.pause(t.between(time.Second, 2*time.Second)) && !w.over() {
		if err := s.harm(url); err != nil {
			return err
		}
	}
	return t.ended(c, w)
}

func (s *three) begin() (err error) {
	for i := range s.listen {
		if s.listen[i], err = freeAddress(); err != nil {
			return err
		}
		if s.routes[i], err = freeAddress(); err != nil {
			return err
		}
	}
	for i := range s.programs {
		if err := s.start(i); err != nil {
			return err
		}
	}
	return nil
}

func (s *three) start(i int) (err error) {
	name := fmt.Sprintf("s%d", i)
	member := &nats.Member{Name: name, Listen: s.routes[i]}
	for j, route := range s.routes {
		if j != i {
			member.Routes = append(member.Routes, route)
		}
	}
	embed := nats.Embed{Dir: s.t.dir + "/" + name, Cluster: member}
	s.programs[i], err = s.t.server("server "+name, s.listen[i], embed)
	return err
}

// harm kills the server that leads, and starts it again once another one does.
func (s *three) harm(url string) error {
	name, err := s.leading(url, "")
	if err != nil {
		return err
	}
	var i int
	if _, err := fmt.Sscanf(name, "s%d", &i); err != nil || i >= len(s.programs) {
		return fmt.Errorf("who is %q, that leads?", name)
	}
	s.programs[i].kill()
	s.t.harms.Add(1)
	s.t.say("%s, which led, is killed", name)
	next, err := s.leading(url, name)
	if err != nil {
		return err
	}
	s.t.say("%s leads", next)
	if !s.t.pause(s.t.between(time.Second, 2*time.Second)) {
		return s.t.ctx.Err()
	}
	if err := s.start(i); err != nil {
		return err
	}
	s.t.say("%s is back", name)
	return s.whole(url)
}

// leading is the name of the server that leads the queue of tasks, but for one that is dead.
func (s *three) leading(url, dead string) (name string, err error) {
	return name, s.look(url, func(c *jetstream.ClusterInfo) bool {
		name = c.Leader
		return name != "" && name != dead
	})
}

// whole waits until all three have the same.
func (s *three) whole(url string) error {
	return s.look(url, func(c *jetstream.ClusterInfo) bool {
		for _, r := range c.Replicas {
			if r.Offline || !r.Current {
				return false
			}
		}
		return c.Leader != ""
	})
}

// look waits until the queue of tasks is as it is to be. It is to be on all three servers.
func (s *three) look(url string, good func(*jetstream.ClusterInfo) bool) error {
	js, nc, err := s.connect(url)
	if err != nil {
		return err
	}
	defer nc.Close()
	for end := time.Now().Add(40 * time.Second); time.Now().Before(end); {
		ctx, cancel := context.WithTimeout(s.t.ctx, 2*time.Second)
		stream, err := js.Stream(ctx, "TG_TASKS")
		cancel()
		if err == nil {
			info := stream.CachedInfo()
			if info.Config.Replicas != 3 {
				return fmt.Errorf("the tasks are on %d servers, not on all three", info.Config.Replicas)
			}
			if info.Cluster != nil && good(info.Cluster) {
				return nil
			}
		}
		if !s.t.pause(100 * time.Millisecond) {
			return s.t.ctx.Err()
		}
	}
	return fmt.Errorf("the servers have not come together")
}

func (s *three) connect(url string) (jetstream.JetStream, *client.Conn, error) {
	k, err := s.t.keys()
	if err != nil {
		return nil, nil, err
	}
	pair, err := nkeys.FromSeed([]byte(k.Coordinator))
	if err != nil {
		return nil, nil, err
	}
	public, err := pair.PublicKey()
	if err != nil {
		return nil, nil, err
	}
	nc, err := client.Connect(url, client.Nkey(public, pair.Sign), client.MaxReconnects(-1), client.ReconnectWait(100*time.Millisecond))
	if err != nil {
		return nil, nil, err
	}
	js, err := jetstream.New(nc)
	return js, nc, err
}
