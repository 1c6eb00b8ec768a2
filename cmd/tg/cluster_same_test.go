//go:build unix

package main

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// A crew is a cluster of processes: workers that wait for a server at an address.
type crew struct {
	t   *testing.T
	url string // HOST:PORT
	env []string
}

// newCrew starts workers, with room for scripts that count on tasks running at once.
func newCrew(t *testing.T, names ...string) *crew {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	c := &crew{t: t, url: l.Addr().String(), env: append(os.Environ(), "XDG_CONFIG_HOME="+t.TempDir())}
	require.NoError(t, l.Close())
	require.NoError(t, c.command("cluster", "invite").Run(), "makes the keys")
	for _, name := range names {
		c.worker(name, "-A", "--slots", "8")
	}
	return c
}

func (c *crew) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tg", args...)
	cmd.Env = c.env
	return cmd
}

// worker starts one, which is ended when the test is.
func (c *crew) worker(name string, args ...string) *exec.Cmd {
	cmd := c.command(append([]string{"worker", "--cluster", "nats://" + c.url, "--name", name}, args...)...)
	var out bytes.Buffer
	cmd.Stderr = &out
	require.NoError(c.t, cmd.Start())
	c.t.Cleanup(func() {
		_ = cmd.Process.Signal(syscall.SIGTERM)
		if err := cmd.Wait(); c.t.Failed() {
			c.t.Logf("worker %s: %v\n%s", name, err, &out)
		}
	})
	return cmd
}

// run runs tg exec with its tasks on the workers.
func (c *crew) run(args ...string) (stdout, stderr string, code int) {
	return finish(c.t, c.command(append([]string{"exec", "--cluster", "embed://" + c.url}, args...)...))
}

func finish(t *testing.T, cmd *exec.Cmd) (stdout, stderr string, code int) {
	var out, said bytes.Buffer
	cmd.Stdout, cmd.Stderr = &out, &said
	if err := cmd.Run(); err != nil {
		require.ErrorAs(t, err, new(*exec.ExitError), "%s", &said)
	}
	return out.String(), said.String(), cmd.ProcessState.ExitCode()
}

// stays are scripts whose tasks share what cannot leave its process.
var stays = []string{"locks.star", "queue.star"}

// timed are scripts that must not be slow: they say that tasks run at once.
var timed = []string{"vault.star"}

// worldly finds those that need servers or files of the tests.
var worldly = regexp.MustCompile(`(?m)^# .*--allow-`)

// Scripts print the same wherever their tasks run.
func TestClusterPrintsTheSame(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "w1", "w2")
	for _, pattern := range []string{"../../scripts/*.star", "../../scripts/seed/*.star"} {
		files, err := filepath.Glob(pattern)
		require.NoError(t, err)
		require.NotEmpty(t, files)
		for _, file := range files {
			text, err := os.ReadFile(file)
			require.NoError(t, err)
			if slices.Contains(slices.Concat(stays, timed), filepath.Base(file)) || worldly.Match(text) {
				continue
			}
			t.Run(filepath.Base(file), func(t *testing.T) {
				here, _, code := finish(t, c.command("exec", "-q", file))
				there, said, codeThere := c.run("-q", file)
				require.Equal(t, here, there, said)
				require.Equal(t, code, codeThere, said)
			})
		}
	}
}

// Summaries, JSON, joblogs and timelines know of tasks that ran elsewhere.
func TestClusterReports(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "w1")
	dir := t.TempDir()
	script := filepath.Join(dir, "x.star")
	require.NoError(t, os.WriteFile(script, []byte(`
g = threadgroup("g", check=False)
@g.register
def good():
    print("hello")
    return [1, "two"]
@g.register
def bad():
    return {}["x"]
g.execute()
`), 0o600))
	log, chart := filepath.Join(dir, "log.jsonl"), filepath.Join(dir, "t.json")
	stdout, stderr, code := c.run("--joblog", log, "--timeline", chart, "--output", "prefix", script)
	require.Equal(t, 0, code, stderr)
	require.Contains(t, stdout, "good")
	require.Contains(t, stdout, "hello")
	require.Contains(t, stderr, "✗ g   1/2")
	require.Contains(t, stderr, `key "x" not in dict`)
	require.Contains(t, stderr, "x.star:9:14")
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Contains(t, string(text), `[1,"two"]`)
	text, err = os.ReadFile(chart)
	require.NoError(t, err)
	require.Contains(t, string(text), "good")
	stdout, stderr, code = c.run("--json", "--joblog", log, "--resume", script)
	require.Equal(t, 0, code, stderr)
	require.Contains(t, stdout, `"name":"good","index":0,"status":"ok","value":[1,"two"]`)
	require.NotContains(t, stderr, "hello", "it is not run again")
}

// Ctrl-C stops what workers do at once, and they go on with the next run.
func TestClusterInterrupt(t *testing.T) {
	t.Parallel()
	c := newCrew(t, "w1")
	cmd := c.command("exec", "-q", "--cluster", "embed://"+c.url, "-c", `
def busy(n):
    print("busy", n)
    for i in range(1000000000000): pass
threadgroup().map(busy, range(2))
`)
	pipe, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	buf := make([]byte, 64)
	for got := ""; strings.Count(got, "busy") < 2; {
		n, err := pipe.Read(buf)
		require.NoError(t, err)
		got += string(buf[:n])
	}
	began := time.Now()
	require.NoError(t, cmd.Process.Signal(syscall.SIGINT))
	_ = cmd.Wait()
	require.Equal(t, 130, cmd.ProcessState.ExitCode())
	require.Less(t, time.Since(began), 10*time.Second, "the grace period is not over yet")
	stdout, stderr, code := c.run("-q", "-c", `print(threadgroup().map(lambda x: x, range(3)).values())`)
	require.Equal(t, "[0, 1, 2]\n", stdout, stderr)
	require.Equal(t, 0, code)
}

// A script's grants are its own machine's; a worker has those of its flags.
func TestClusterGrants(t *testing.T) {
	t.Parallel()
	c := newCrew(t)
	c.worker("strict", "--slots", "1")
	c.worker("open", "--slots", "1", "--queue", "open", "--allow-env=HOME")
	stdout, stderr, _ := c.run("-q", "-A", "-c", `
def home(): return os.getenv("HOME") != ""
for queue in ["default", "open"]:
    r = threadgroup(queue=queue, check=False).submit(home).wait()
    print(r.status, r.error)
`)
	require.Contains(t, stdout, "failed")
	require.Contains(t, stdout, "permission denied")
	require.Contains(t, stdout, "ok None", stderr)
}
