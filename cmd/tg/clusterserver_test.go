//go:build unix && !tg_noserver

package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// These tests start servers, and tg as several processes.

// A member is a tg whose messages can be read while it runs.
type member struct {
	*child
	messages string // the file where they are
}

func startMember(t *testing.T, env []string, args ...string) *member {
	t.Helper()
	return startTold(t, env, append([]string{"tg"}, args...)...)
}

func startTold(t *testing.T, env []string, command ...string) *member {
	t.Helper()
	m := &member{messages: filepath.Join(t.TempDir(), "stderr")}
	words := append([]string{"-c", `messages=$1; shift; exec env "$@" 2>"$messages"`, "sh", m.messages}, env...)
	m.child = start(t, nil, "sh", append(words, command...)...)
	return m
}

// says waits for a message, and returns its parts.
func (m *member) says(pattern string) []string {
	m.t.Helper()
	re := regexp.MustCompile(pattern)
	for end := time.Now().Add(guard); ; time.Sleep(5 * time.Millisecond) {
		text, _ := os.ReadFile(m.messages)
		if parts := re.FindStringSubmatch(string(text)); parts != nil {
			return parts
		}
		if time.Now().After(end) {
			m.t.Fatalf("%q is not said:\n%s", pattern, text)
		}
	}
}

// coordinator starts a server with the keys in a file, and returns its URL.
func coordinator(t *testing.T, key, host string) (m *member, url string) {
	t.Helper()
	m = startMember(t, []string{"TMPDIR=" + t.TempDir()}, "exec", "--cluster", "embed://"+host+":0", "--cluster-key", key,
		"-c", `print("ready"); time.sleep(3600)`)
	m.until("ready")
	return m, m.says(`^note: cluster at (nats://\S+:\d+); workers join with: tg worker --cluster (\S+) --cluster-key \S+\n`)[1]
}

func TestClusterMembers(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key.json")
	c, url := coordinator(t, key, "127.0.0.1")
	w := startMember(t, nil, "worker", "--cluster", url, "--cluster-key", key, "--name", "w1", "--slots", "3")
	require.Equal(t, url, w.says(`^tg worker w1: 3 slots, queue "default", cluster (\S+)\n`)[1])
	quiet := startMember(t, nil, "worker", "--cluster", url, "--cluster-key", key, "--quiet")
	out, err := exec.Command("tg", "cluster", "status", "--cluster", url, "--cluster-key", key).Output()
	require.NoError(t, err)
	require.Regexp(t, `(?s)^(no workers|worker .*)\n\n(no queues|queue .*)\n\n(no runs|run .*)\n$`, string(out))

	// Another coordinator may use the server, too.
	out, err = exec.Command("tg", "exec", "--cluster", url, "--cluster-key", key, "-c", "print(1)").CombinedOutput()
	require.NoError(t, err)
	require.Equal(t, "1\n", string(out))
	w.signal(syscall.SIGTERM)
	w.ends(143)
	w.says(`\ntg worker w1: terminated\n$`)
	quiet.signal(os.Interrupt)
	quiet.ends(130)
	quiet.says(`^$`)
	c.signal(os.Interrupt)
	c.ends(130)
	c.says(`error: interrupted\n`)
}

// TestClusterLeavesNothing: a run that was interrupted removes the server's folder.
func TestClusterLeavesNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	for _, test := range []struct {
		code   string
		status int
	}{{`print("ready")`, 0}, {`print("ready"); fail("x")`, 1}, {`print("ready"); exit(7)`, 7}, {`print("ready"); time.sleep(3600)`, 130}} {
		m := startMember(t, []string{"TMPDIR=" + dir}, "exec", "--quiet", "--cluster", "embed://127.0.0.1:0", "--cluster-key", t.TempDir()+"/key.json", "-c", test.code)
		m.until("ready")
		if test.status == 130 {
			m.signal(os.Interrupt)
		}
		m.ends(test.status)
		list, err := os.ReadDir(dir)
		require.NoError(t, err)
		require.Empty(t, list)
		text, err := os.ReadFile(m.messages)
		require.NoError(t, err)
		require.NotContains(t, string(text), "note:")
	}
	kept := filepath.Join(dir, "kept")
	out, err := exec.Command("tg", "exec", "--cluster", "embed://127.0.0.1:0", "--cluster-dir", kept, "--cluster-key", dir+"/key.json", "-c", "pass").CombinedOutput()
	require.NoError(t, err, string(out))
	require.DirExists(t, kept)
}

// TestWorkerWaits: for a server that is not there yet, and not any more.
func TestWorkerWaits(t *testing.T) {
	t.Parallel()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	address := l.Addr().String()
	require.NoError(t, l.Close())
	key := filepath.Join(t.TempDir(), "key.json")
	require.NoError(t, exec.Command("tg", "cluster", "invite", "--cluster-key", key).Run())
	w := startMember(t, nil, "worker", "--cluster", "nats://"+address, "--cluster-key", key, "--name", "w")
	w.says(`^note: waiting for nats://` + address + `\n$`)
	for range 2 {
		c := startMember(t, nil, "exec", "--cluster", "embed://"+address, "--cluster-key", key, "-c", `print("ready"); time.sleep(3600)`)
		c.until("ready")
		w.says(`^note: waiting for \S+\ntg worker w: \d+ slots?, .*\n$`)
		c.signal(syscall.SIGKILL)
		c.ends(-1)
	}
	w.signal(syscall.SIGHUP)
	w.ends(129)
	w.says(`\ntg worker w: hung up\n$`)
}

func TestWorkerStopsWaiting(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key.json")
	require.NoError(t, exec.Command("tg", "cluster", "invite", "--cluster-key", key).Run())
	w := startMember(t, nil, "worker", "--cluster", "nats://127.0.0.1:1", "--cluster-key", key, "--name", "w")
	w.says(`^note: waiting`)
	w.signal(os.Interrupt)
	w.ends(130)
	w.says(`\ntg worker w: interrupted\n$`)
}

// TestClusterTLS: over the network members know each other, and nobody else gets in.
func TestClusterTLS(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key.json")
	c, url := coordinator(t, key, "0.0.0.0")
	port := url[strings.LastIndex(url, ":"):]
	line, err := exec.Command("tg", "cluster", "invite", "--cluster-key", key).Output()
	require.NoError(t, err)
	other, err := exec.Command("tg", "cluster", "invite", "--cluster-key", key+"2").Output()
	require.NoError(t, err)
	w := startMember(t, []string{invitationEnv + "=" + string(line)}, "worker", "--cluster", "tls://127.0.0.1"+port)
	w.says(`^tg worker \S+: \d+ slots?, `)
	w.signal(syscall.SIGTERM)
	w.ends(143)

	stranger := startMember(t, []string{invitationEnv + "=" + string(other)}, "worker", "--cluster", "tls://127.0.0.1"+port)
	stranger.ends(1)
	stranger.says(`^error: cluster tls://127.0.0.1:\d+: .*\n  = hint: the server is not the one that these keys are for; `)
	plain := startMember(t, nil, "worker", "--cluster", "nats://127.0.0.1"+port, "--cluster-key", key)
	plain.ends(1)
	plain.says(`\n  = hint: the server has a certificate: tls:// in place of nats:// checks it by the cluster's keys\n`)
	out, err := exec.Command("tg", "cluster", "status", "--cluster", "tls://127.0.0.1"+port, "--cluster-key", key).CombinedOutput()
	require.NoError(t, err, string(out))
	c.signal(os.Interrupt)
	c.ends(130)
}

func TestClusterStranger(t *testing.T) {
	t.Parallel()
	key := filepath.Join(t.TempDir(), "key.json")
	c, url := coordinator(t, key, "127.0.0.1")
	for _, args := range [][]string{{"exec", "-c", "pass"}, {"cluster", "status"}, {"worker"}} {
		n := len(args)
		if args[0] == "exec" {
			n = 1
		}
		require.NoError(t, exec.Command("tg", "cluster", "invite", "--cluster-key", key+"2").Run())
		all := append(append(append([]string{}, args[:n]...), "--cluster", url, "--cluster-key", key+"2"), args[n:]...)
		m := startMember(t, nil, all...)
		m.ends(1)
		m.says(`^error: cluster nats://\S+: the server refuses these credentials`)
	}
	m := startMember(t, []string{"XDG_CONFIG_HOME=" + t.TempDir(), "HOME=" + t.TempDir()}, "cluster", "status", "--cluster", url)
	m.ends(1)
	m.says(`the server refuses these credentials.*\n  = hint: the cluster's keys are not here: `)
	c.signal(os.Interrupt)
	c.ends(130)
}

// TestClusterLeaks: what runs for a cluster ends with the run.
func TestClusterLeaks(t *testing.T) {
	before := goleak.IgnoreCurrent()
	var stdout, stderr bytes.Buffer
	s := streams{strings.NewReader(""), &output{w: &stdout}, &stderr}
	key := filepath.Join(t.TempDir(), "key.json")
	for _, code := range []string{"print(1)", "fail()"} {
		run(context.Background(), []string{"exec", "--cluster", "embed://127.0.0.1:0", "--cluster-key", key, "-c", code}, s)
	}
	require.Equal(t, "1\n", stdout.String(), stderr.String())
	require.Equal(t, exitError, run(context.Background(), []string{"exec", "--cluster", "nats://127.0.0.1:1", "--cluster-key", key, "-c", "pass"}, s))
	goleak.VerifyNone(t, before)
}

// TestClusterExamples runs the help's examples, one after the other as a reader does,
// with another port: that of the help may be taken.
func TestClusterExamples(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	require.NoError(t, os.WriteFile(dir+"/sync.star", []byte("print('ready')\ntime.sleep(3600)\n"), 0o666))
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	_, port, err := net.SplitHostPort(l.Addr().String())
	require.NoError(t, err)
	require.NoError(t, l.Close())
	shell := func(line string) *member {
		line = strings.NewReplacer(":4222", ":"+port, "build.example.org", "127.0.0.1", "/data", dir).Replace(line)
		return startTold(t, []string{"XDG_CONFIG_HOME=" + dir, "HOME=" + dir}, "sh", "-c", line)
	}
	examples := func(words ...string) (lines []string) {
		cmd, _, err := newRoot(standard()).Find(words)
		require.NoError(t, err)
		for line := range strings.Lines(cmd.Example) {
			if line = strings.TrimSpace(line); words[0] != "exec" || strings.Contains(line, "--cluster") {
				lines = append(lines, line)
			}
		}
		require.NotEmpty(t, lines)
		return lines
	}
	for _, line := range examples("exec") {
		c := shell(`cd "$HOME"; exec ` + line)
		c.until("ready")
		defer func() {
			c.signal(os.Interrupt)
			c.ends(130)
		}()
	}
	invite := examples("cluster", "invite")
	shell(`cd "$HOME"; ` + invite[0]).ends(0)
	for _, line := range append(examples("worker"), strings.Replace(invite[1], " tg ", " exec tg ", 1)) {
		if strings.HasPrefix(line, "tg ") {
			line = "exec " + line
		}
		w := shell(`cd "$HOME"; ` + line)
		w.says(`^tg worker \S+: \d+ slots?, `)
		w.signal(syscall.SIGTERM)
		w.ends(143)
	}
	for _, line := range examples("cluster", "status") {
		shell(line).ends(0)
	}
}
