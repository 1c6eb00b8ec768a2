//go:build unix

package ssh_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/ssh/sshtest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// sshd starts OpenSSH's server, which takes the key of the world that is returned.
func sshd(t testing.TB) world {
	s := sshtest.Start(t, "127.0.0.1")
	return world{granted, nil, map[string]any{
		"host": fmt.Sprintf("127.0.0.1:%d", s.Port), "port": s.Port, "me": s.User, "key": s.Key, "known": s.KnownHosts, "dir": s.Dir,
	}}
}

func TestSSHD(t *testing.T) {
	w := sshd(t)
	_, err := w.run(t, t.Context(), `
def on(command, **options):
    return ssh.run(host, command, user=me, key=key, known_hosts=known, **options)
assert on("echo a; echo b >&2; exit 3", check=False).returncode == 3
r = on("echo out; echo err >&2")
assert (r.stdout, r.stderr) == ("out\n", "err\n"), r
hard = ["printf", "%s|", "a b", "it's", '"q"', "$HOME", "*", "", "é", "new\nline", "\\", "-n", "!"]
assert on(hard).stdout == "|".join(hard[2:]) + "|", on(hard).stdout
big = "0123456789abcdef" * (1 << 18)
assert on("cat", input=big).stdout == big
assert on("true", input=big).stdout == ""
r = on("cat >&2; head -c 3000000 /dev/zero", input=big)
assert r.stderr == big and len(r.stdout) == 3000000
assert attempt(on, "kill -9 $$").error.code == -9
e = attempt(on, "sleep 60", timeout=0.3).error
assert e.kind == "timeout", e
r = ssh.run("127.0.0.1", "echo far", user=me, port=port, key=key, known_hosts=known, jump=[host, me + "@" + host])
assert r.stdout == "far\n"
results = threadgroup(max_workers=30).map(lambda i: on("echo " + str(i)).stdout, range(100))
assert [r.result for r in results] == [str(i) + "\n" for i in range(100)]
`)
	require.NoError(t, err)
}

// What a cancelled command runs is told to die, and does: but sshd does not pass signals on to
// what root runs.
func TestSSHDCancel(t *testing.T) {
	w := sshd(t)
	pid := filepath.Join(w.vars["dir"].(string), "pid")
	ctx, cancel := context.WithCancelCause(t.Context())
	var stopped time.Time
	go func() {
		for data := []byte(nil); len(data) == 0; data, _ = os.ReadFile(pid) {
			time.Sleep(time.Millisecond)
		}
		stopped = time.Now()
		cancel(errors.New("stopped here"))
	}()
	_, err := w.run(t, ctx, fmt.Sprintf(`ssh.run(host, "echo $$ > %s; exec sleep 300", user=me, key=key, known_hosts=known)`, pid))
	late := time.Since(stopped)
	require.ErrorContains(t, err, "stopped here")
	t.Log(late)
	data, err := os.ReadFile(pid)
	require.NoError(t, err)
	var n int
	_, err = fmt.Sscan(string(data), &n)
	require.NoError(t, err)
	defer func() { _ = syscall.Kill(n, syscall.SIGKILL) }()
	gone := func() bool {
		command, err := os.ReadFile(fmt.Sprintf("/proc/%d/cmdline", n))
		return err != nil || !strings.Contains(string(command), "sleep")
	}
	if os.Geteuid() != 0 {
		require.Eventually(t, gone, 10*time.Second, 10*time.Millisecond)
	}
}

// The user's known_hosts as ssh-keygen hashes it.
func TestHashedByKeygen(t *testing.T) {
	w := sshd(t)
	keygen, err := exec.LookPath("ssh-keygen")
	if err != nil && os.Getenv("CI") != "true" {
		t.Skip("there is no ssh-keygen: openssh-client has it")
	}
	require.NoError(t, err)
	known := w.vars["known"].(string)
	out, err := exec.Command(keygen, "-H", "-f", known).CombinedOutput()
	require.NoError(t, err, string(out))
	text, err := os.ReadFile(known)
	require.NoError(t, err)
	require.NotContains(t, string(text), "127.0.0.1")
	w.allow = permit.Set{Net: []string{w.vars["host"].(string)}, Read: []string{w.vars["dir"].(string)}}
	_, err = w.run(t, t.Context(), `ssh.run(host, "true", user=me, key=key, known_hosts=known)`)
	require.NoError(t, err)
}
