package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"time"
)

// recover kills one of two workers as soon as n tasks have begun.
func (b *bench) recover(n int) (sample, error) {
	c, err := b.crew()
	if err != nil {
		return sample{}, err
	}
	defer c.stop()
	cmd, out := c.exec(b, n, "recover"), &lines{n: n, full: make(chan struct{})}
	cmd.Stdout = out
	if err := cmd.Start(); err != nil {
		return sample{}, err
	}
	ended := make(chan error, 1)
	go func() { ended <- cmd.Wait() }()
	select {
	case err := <-ended:
		if err == nil {
			err = errEarly
		}
		return sample{}, err
	case <-out.full:
	}
	began := time.Now()
	if err := c.workers[0].Process.Kill(); err != nil {
		return sample{}, err
	}
	err = <-ended
	return sample{seconds: time.Since(began).Seconds()}, err
}

// clusterSize compares what a cluster takes that does nothing with what there is without.
func clusterSize(b *bench, r row) ([]line, error) {
	const mega = 1 << 20
	var lines []line
	coordinator, worker, alone, err := b.residents()
	if err != nil {
		return nil, err
	}
	if alone > 0 {
		l := line{Row: r.name, What: "memory of tg exec with a server", Unit: "MB", TG: coordinator / mega, Peer: "without --cluster", PeerValue: alone / mega, Ratio: alone / coordinator}
		l.Aim, l.Met = "≤ 40 MB more", coordinator-alone <= 40*mega
		w := line{Row: r.name, What: "memory of a worker that waits", Unit: "MB", TG: worker / mega, Peer: "tg exec without --cluster", PeerValue: alone / mega, Ratio: alone / worker}
		w.Aim, w.Met = "≤ 20 MB more", worker-alone <= 20*mega
		lines = append(lines, l, w)
	}
	small := filepath.Join(b.dir, "small.exe")
	if err := b.build(small, "-tags", "tg_noserver"); err != nil {
		return nil, err
	}
	with, err := os.Stat(b.tg)
	if err != nil {
		return nil, err
	}
	without, err := os.Stat(small)
	if err != nil {
		return nil, err
	}
	l := line{Row: r.name, What: "size of tg", Unit: "MB", TG: float64(with.Size()) / mega, Peer: "-tags tg_noserver", PeerValue: float64(without.Size()) / mega}
	l.Ratio = l.PeerValue / l.TG
	return append(lines, l), nil
}

// residents returns the bytes of memory that a tg exec with a server, a worker and a tg exec
// without a server have, all of which do nothing; 0: not known here.
func (b *bench) residents() (coordinator, worker, alone float64, err error) {
	c, err := b.crew()
	if err != nil {
		return 0, 0, 0, err
	}
	defer c.stop()
	with, without := c.exec(b, 0, "idle"), exec.CommandContext(b.ctx, b.tg, "exec", "--quiet", "cluster.star", "0", "idle")
	without.Dir = b.dir
	for _, cmd := range []*exec.Cmd{with, without} {
		if err := cmd.Start(); err != nil {
			return 0, 0, 0, err
		}
		defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }() // that it was killed is no news
	}
	time.Sleep(3 * time.Second) // until the workers have found the server
	return resident(with), resident(c.workers[0]), resident(without), nil
}

var rss = regexp.MustCompile(`(?m)^VmRSS:\s*(\d+) kB$`)

// resident returns how many bytes of a process are in memory now; 0: not known here.
func resident(cmd *exec.Cmd) float64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", cmd.Process.Pid)) // an error means another system
	found := rss.FindSubmatch(text)
	if found == nil {
		return 0
	}
	n, _ := strconv.ParseFloat(string(found[1]), 64) // digits
	return n * 1024
}
