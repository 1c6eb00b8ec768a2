//go:build !tg_noserver

package nats_test

import (
	"fmt"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// A cable passes TCP connections on, until it stalls or is cut.
type cable struct {
	listener net.Listener
	to       string
	wg       sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	conns   map[net.Conn]bool
	stalled bool
	over    bool
}

func proxy(t *testing.T, address string) *cable {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	p := &cable{listener: l, to: strings.TrimPrefix(address, "nats://"), conns: map[net.Conn]bool{}}
	p.wg.Go(p.accept)
	t.Cleanup(func() {
		p.mu.Lock()
		p.over, p.stalled = true, false
		p.mu.Unlock()
		_ = l.Close()
		p.cut()
		p.wg.Wait()
	})
	return p
}

func (p *cable) url() string { return fmt.Sprint("nats://", p.listener.Addr()) }

func (p *cable) accept() {
	for {
		in, err := p.listener.Accept()
		if err != nil {
			return
		}
		out, err := net.Dial("tcp", p.to)
		if err != nil {
			_ = in.Close()
			continue
		}
		p.mu.Lock()
		p.conns[in], p.conns[out] = true, true
		over := p.over
		p.mu.Unlock()
		if over {
			p.cut()
		}
		p.wg.Go(func() { p.pass(in, out) })
		p.wg.Go(func() { p.pass(out, in) })
	}
}

func (p *cable) pass(from, to net.Conn) {
	defer from.Close()
	defer to.Close()
	b := make([]byte, 32<<10)
	for {
		n, err := from.Read(b)
		if err != nil {
			return
		}
		for p.isStalled() {
			time.Sleep(5 * time.Millisecond)
		}
		if _, err := to.Write(b[:n]); err != nil {
			return
		}
	}
}

func (p *cable) isStalled() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.stalled
}

// stall lets nothing through for a while, both ways.
func (p *cable) stall(yes bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.stalled = yes
}

// cut breaks the connections that are there.
func (p *cable) cut() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for c := range p.conns {
		_ = c.Close()
	}
	clear(p.conns)
}

// three starts three servers that are one, and returns a coordinator's and a
// worker's seed.
func three(t *testing.T) (servers []*nats.Conn, seeds []string) {
	t.Helper()
	ports := freePorts(t, 3)
	first := nats.Options{}
	seeds = []string{seed(t), seed(t)}
	first.Seed, first.Embed.WorkerSeed = seeds[0], seeds[1]
	var mu sync.Mutex
	var wg sync.WaitGroup
	servers = make([]*nats.Conn, 3)
	for i := range 3 {
		wg.Go(func() {
			o := first
			o.Embed.Dir = fmt.Sprint(t.TempDir(), i)
			o.Embed.Cluster = &nats.Member{Name: fmt.Sprint("s", i), Listen: ports[i], Routes: ports}
			c, err := nats.Connect(t.Context(), "embed://127.0.0.1:0", quick(o))
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				t.Error(err)
				return
			}
			servers[i] = c
		})
	}
	wg.Wait()
	for _, s := range servers {
		require.NotNil(t, s)
		t.Cleanup(s.Close)
	}
	return servers, seeds
}

func freePorts(t *testing.T, n int) (ports []string) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		require.NoError(t, err)
		defer l.Close()
		ports = append(ports, l.Addr().String())
	}
	return ports
}
