//go:build !tg_noserver

package nats_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

const workerEnv = "CLUSTER_TEST_WORKER"

// spec is what a worker process is told.
type spec struct {
	URL     string
	Options nats.Options
	Config  cluster.WorkerConfig
}

// workerMain is the main function of a worker process.
func workerMain() {
	var s spec
	if err := json.Unmarshal([]byte(os.Getenv(workerEnv)), &s); err != nil {
		panic(err)
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	c, err := nats.Connect(ctx, s.URL, s.Options)
	if err != nil {
		panic(err)
	}
	defer c.Close()
	w, err := c.Worker()
	if err != nil {
		panic(err)
	}
	fmt.Println("ready")
	if err := w.Work(ctx, s.Config, processHandler()); err != nil {
		panic(err)
	}
}

// processHandler does what the first word of the data says.
func processHandler() cluster.Handler {
	return func(ctx context.Context, task cluster.Task, line cluster.Line) []byte {
		word, rest, _ := bytes.Cut(task.Data, []byte(" "))
		switch string(word) {
		case "poison":
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
			select {}
		case "sleep":
			ms, _ := strconv.Atoi(string(rest))
			for i := range 3 {
				line.Say(fmt.Appendf(nil, "%s line %d", task.ID, i))
			}
			select {
			case <-ctx.Done():
			case <-time.After(time.Duration(rand.IntN(ms)) * time.Millisecond):
			}
		case "ask": // and then stay, until killed
			answer, err := line.Ask(ctx, "op", rest)
			if err != nil {
				return []byte(err.Error())
			}
			if _, err := line.Ask(ctx, "asked", answer); err != nil {
				return []byte(err.Error())
			}
			<-ctx.Done()
		}
		return append([]byte("="), task.Data...)
	}
}

// A process is a worker of its own.
type process struct {
	cmd  *exec.Cmd
	once sync.Once
	over chan struct{} // Closed when it has ended.
}

func spawn(t testing.TB, address string, o nats.Options, config cluster.WorkerConfig) *process {
	t.Helper()
	if config.ABI == "" {
		config.ABI = "v1"
	}
	text, err := json.Marshal(spec{address, quick(o), config})
	require.NoError(t, err)
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), workerEnv+"="+string(text))
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	p := &process{cmd: cmd, over: make(chan struct{})}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, line)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return p
}

func (p *process) signal(s syscall.Signal) { _ = p.cmd.Process.Signal(s) }

func (p *process) kill() {
	p.signal(syscall.SIGKILL)
	p.wait()
}

// wait waits until it has ended.
func (p *process) wait() {
	p.once.Do(func() {
		_ = p.cmd.Wait()
		close(p.over)
	})
	<-p.over
}
