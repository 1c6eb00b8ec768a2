//go:build unix

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
	"github.com/starlark-tg/tg/engine/cluster/remote"
)

// roleEnv has this program play a part in a cluster: a role, as JSON.
const roleEnv = "TG_PROMISES_ROLE"

// A role is what another process of this program is to be.
type role struct {
	URL     string
	Options nats.Options
	Worker  string // the name of a worker of another version; "": a server
}

// play plays it until a signal comes, and returns the exit status.
func play(text string) int {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	var r role
	err := json.Unmarshal([]byte(text), &r)
	if err == nil {
		err = r.play(ctx)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "error:", err)
		return 1
	}
	return 0
}

func (r role) play(ctx context.Context) error {
	c, err := nats.Connect(ctx, r.URL, r.Options)
	if err != nil {
		return err
	}
	defer c.Close()
	fmt.Println("ready")
	if r.Worker == "" {
		<-ctx.Done()
		return nil
	}
	return r.work(ctx, c)
}

// work is a worker that lacks a module: its engine is another one than tg's.
func (r role) work(ctx context.Context, c *nats.Conn) error {
	modules := builtins.Standard()
	eng, err := engine.New(engine.Options{Modules: modules[:len(modules)-1]})
	if err != nil {
		return err
	}
	defer eng.Close()
	w, err := c.Worker()
	if err != nil {
		return err
	}
	handle := func(context.Context, cluster.Task, cluster.Line) []byte {
		fmt.Println("task") // one that it should not see
		return nil
	}
	return w.Work(ctx, cluster.WorkerConfig{Name: r.Worker, Slots: slots, ABI: remote.ABI(eng)}, handle)
}

// role starts a process that plays a role.
func (t *trial) role(title string, r role) (*program, error) {
	text, err := json.Marshal(r)
	if err != nil {
		return nil, err
	}
	cmd := exec.Command(t.self)
	cmd.Env = append(append([]string(nil), t.env...), roleEnv+"="+string(text))
	return t.begin(title, cmd)
}

// keys are those of the trial's cluster.
type keys struct{ Coordinator, Workers string } // seeds

func (t *trial) keys() (k keys, err error) {
	text, err := os.ReadFile(t.dir + "/config/tg/cluster.json")
	if err == nil {
		err = json.Unmarshal(text, &k)
	}
	if err == nil && (k.Coordinator == "" || k.Workers == "") {
		err = errors.New("tg has made no keys")
	}
	return k, err
}

// server starts a server of its own at an address, and waits until it is there.
func (t *trial) server(title, at string, embed nats.Embed) (*program, error) {
	k, err := t.keys()
	if err != nil {
		return nil, err
	}
	embed.WorkerSeed = k.Workers
	p, err := t.role(title, role{URL: "embed://" + at, Options: nats.Options{Seed: k.Coordinator, Embed: embed}})
	if err != nil {
		return nil, err
	}
	return p, t.wait(p, "ready", 20*time.Second)
}
