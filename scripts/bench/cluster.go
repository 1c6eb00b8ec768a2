package main

import (
	"bytes"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
)

// clusterRows are rows of tasks that two worker processes run.
func clusterRows() []row {
	return []row{
		{
			name: "cluster", what: "no-op tasks, 256 at once", tasks: 20_000, quick: 500, rate: true,
			tg:    onCluster("tasks"),
			peers: []peer{{side: bareQueue("alone"), least: 0.8}},
		},
		{
			name: "cluster", what: "the same, each by itself (idempotent=False)", tasks: 20_000, quick: 500, rate: true,
			tg:    onCluster("alone"),
			peers: []peer{{side: bareQueue("alone")}},
		},
		{
			name: "cluster", what: "no-op items of a map", tasks: 300_000, quick: 5_000, rate: true, fast: 200_000,
			tg:    onCluster("items"),
			peers: []peer{{side: side{"tg without a cluster", star("cluster", "here").run}}},
		},
		{
			name: "cluster", what: "tasks one after the other", tasks: 2_000, quick: 50,
			tg: onCluster("turns"), peers: []peer{{side: bareQueue("turns")}}, own: latency,
		},
		{name: "cluster", what: "a worker of two is killed: until its tasks are done", tasks: 96, quick: 96, own: recovery},
		{name: "cluster", what: "memory and size", own: clusterSize},
	}
}

// A crew is two workers that wait for a server at an address, and the keys to it.
type crew struct {
	address string // HOST:PORT
	env     []string
	workers []*exec.Cmd
}

// crew starts workers. They are to be stopped.
func (b *bench) crew() (*crew, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &crew{address: l.Addr().String(), env: append(os.Environ(), "XDG_CONFIG_HOME="+filepath.Join(b.dir, "config"))}
	if err := l.Close(); err != nil {
		return nil, err
	}
	invite := exec.CommandContext(b.ctx, b.tg, "cluster", "invite") // makes the keys
	invite.Env = c.env
	if out, err := invite.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("tg cluster invite: %w\n%s", err, out)
	}
	for _, name := range []string{"a", "b"} {
		w := exec.CommandContext(b.ctx, b.tg, "worker", "--cluster", "nats://"+c.address, "--slots", "64", "--env", "WORKER="+name)
		w.Env = c.env
		if err := w.Start(); err != nil {
			c.stop()
			return nil, err
		}
		c.workers = append(c.workers, w)
	}
	return c, nil
}

func (c *crew) stop() {
	for _, w := range c.workers {
		_ = w.Process.Kill()
		_ = w.Wait() // that it was killed is no news
	}
}

// exec is a tg exec whose tasks the crew runs.
func (c *crew) exec(b *bench, n int, work string) *exec.Cmd {
	cmd := exec.CommandContext(b.ctx, b.tg, "exec", "--quiet", "--cluster", "embed://"+c.address, "cluster.star", fmt.Sprint(n), work)
	cmd.Dir, cmd.Env, cmd.Stderr = b.dir, c.env, os.Stderr
	return cmd
}

func onCluster(work string) side {
	return side{"tg", func(b *bench, n int) (sample, error) {
		c, err := b.crew()
		if err != nil {
			return sample{}, err
		}
		defer c.stop()
		return measured(c.exec(b, n, work))
	}}
}

// latency compares what half of the tasks and 99 of 100 take at most.
func latency(b *bench, r row) ([]line, error) {
	n := r.number(b)
	sides := []side{tailed(r.tg), tailed(r.peers[0].side)}
	samples, err := b.turns(sides, []int{1, 1}, n)
	if err != nil {
		return nil, err
	}
	var lines []line
	for _, q := range []struct {
		what string
		of   func(sample) float64
	}{{"median", seconds}, {"99 of 100", tail}} {
		l := line{Row: r.name, What: fmt.Sprintf("%s %s: %s", thousands(n), r.what, q.what), Unit: "ms", Peer: sides[1].name}
		l.TG, l.PeerValue = 1000*median(samples[0], q.of), 1000*median(samples[1], q.of)
		l.Ratio = l.PeerValue / l.TG
		lines = append(lines, l)
	}
	return lines, nil
}

// tailed is a side that answers with two times of a task, which become its own.
func tailed(s side) side {
	return side{s.name, func(b *bench, n int) (sample, error) {
		one, err := s.run(b, n)
		if err == nil {
			_, err = fmt.Sscan(one.answer, &one.seconds, &one.tail)
		}
		one.answer = ""
		return one, err
	}}
}

// recovery is the time from a worker's death until the other one has done its tasks, which
// take a second.
func recovery(b *bench, r row) ([]line, error) {
	const most = 6
	n := r.number(b)
	var samples []sample
	for range b.runs {
		one, err := b.recover(n)
		if err != nil {
			return nil, err
		}
		samples = append(samples, one)
	}
	l := line{Row: r.name, What: fmt.Sprintf("%d tasks of 1 s, %s", n, r.what), Unit: "s", TG: median(samples, seconds)}
	l.Aim, l.Met = fmt.Sprintf("≤ %d s", most), l.TG <= most
	return []line{l}, nil
}

// lines counts those that were written to it, and tells when there are n.
type lines struct {
	n    int
	all  bytes.Buffer
	full chan struct{} // closed when there are
}

func (l *lines) Write(text []byte) (int, error) {
	before := bytes.Count(l.all.Bytes(), []byte("\n"))
	l.all.Write(text)
	if before < l.n && before+bytes.Count(text, []byte("\n")) >= l.n {
		close(l.full)
	}
	return len(text), nil
}

var errEarly = errors.New("it has ended before its tasks had begun")
