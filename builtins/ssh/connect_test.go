package ssh_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A host that does not show the key that is known of it gets nothing to see.
func TestHostKeys(t *testing.T) {
	s, w := worldOf(t)
	other, _ := newKey(t, "")
	line := func(key ssh.PublicKey) string {
		return knownhosts.Line([]string{knownhosts.Normalize(w.vars["host"].(string))}, key)
	}
	right := line(s.key.PublicKey())
	for text, want := range map[string]string{
		"":                      "is not in ",
		line(other.PublicKey()): "which is not the known one",
		"@revoked * " + strings.SplitN(right, " ", 2)[1] + "\n" + right: "which is revoked",
		"nonsense":                              "no valid entries",
		strings.ToUpper(right[:3]) + right[3:]:  "",
		"nonsense\n# comment\n\n" + right:       "",
		line(other.PublicKey()) + "\n" + right:  "",
		"* " + strings.SplitN(right, " ", 2)[1]: "is not in ", // a pattern without a port is one of port 22
	} {
		w.vars["known"] = write(t, "known_hosts", text)
		before := s.seen()
		_, err := w.run(t, t.Context(), `ssh.run(host, "echo", key=key, known_hosts=known)`)
		if want == "" {
			require.NoError(t, err, text)
			continue
		}
		require.ErrorContains(t, err, want, text)
		require.Equal(t, before, s.seen(), "it logged in")
	}
	w.vars["known"] = write(t, "known_hosts", knownhosts.Line([]string{knownhosts.HashHostname(knownhosts.Normalize(w.vars["host"].(string)))}, s.key.PublicKey()))
	_, err := w.run(t, t.Context(), `ssh.run(host, "echo", key=key, known_hosts=known)`)
	require.NoError(t, err)
	require.Empty(t, leftover(t))
}

// leftover returns the copies of known_hosts files that were not removed.
func leftover(t testing.TB) []string {
	list, err := filepath.Glob(filepath.Join(os.TempDir(), "tg-known-hosts-*"))
	require.NoError(t, err)
	return list
}

func TestJump(t *testing.T) {
	first, w := worldOf(t)
	key, err := ssh.ParsePrivateKey([]byte(w.vars["text"].(string)))
	require.NoError(t, err)
	second, last := serve(t, key.PublicKey(), nil), serve(t, key.PublicKey(), nil)
	w.vars["known"] = known(t, first, second, last)
	w.vars["last"] = fmt.Sprintf("%s:%d", last.host, last.port)
	w.vars["second"] = fmt.Sprintf("x@%s:%d", second.host, second.port)
	w.vars["nowhere"] = fmt.Sprintf("127.0.0.1:%d", closedPort(t))
	_, err = w.run(t, t.Context(), `
def on(line, jump, **options):
    return ssh.run(last, line, key=key, known_hosts=known, jump=jump, **options)
assert on("echo there", host).stdout == "there\n"
assert on("cat", [host, second], input="x" * 1000000).stdout == "x" * 1000000
assert attempt(on, "nonsense", [host, second]).error.code == 127
e = attempt(on, "echo", [host, nowhere]).error
assert e.kind == "connection" and nowhere in e.message, e
assert attempt(on, "hang", [host, second], timeout=0.2).error.kind == "timeout"
`)
	require.NoError(t, err)
	require.Equal(t, first.seen(), second.seen()+2)
	w.vars["known"] = known(t, first, second)
	_, err = w.run(t, t.Context(), `ssh.run(last, "echo", key=key, known_hosts=known, jump=[host, second])`)
	require.ErrorContains(t, err, "is not in ")
}

func closedPort(t testing.TB) int {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port
}

// What is not an SSH server, or a broken one, is an error or a timeout and never a hang.
func TestBrokenServers(t *testing.T) {
	for name, test := range map[string]struct {
		handle func(net.Conn)
		want   string
	}{
		"silent":  {func(c net.Conn) { _, _ = io.Copy(io.Discard, c) }, "no connection within 200ms"},
		"closes":  {func(net.Conn) {}, "closed the connection"},
		"http":    {func(c net.Conn) { fmt.Fprint(c, "HTTP/1.1 400 Bad Request\r\n\r\n") }, "connection"},
		"noise":   {func(c net.Conn) { _, _ = c.Write(bytes.Repeat([]byte{'x'}, 1<<20)) }, "connection"},
		"version": {func(c net.Conn) { fmt.Fprint(c, "SSH-2.0-x\r\n"); _, _ = io.Copy(io.Discard, c) }, "no connection within 200ms"},
		"nonsense": {func(c net.Conn) {
			fmt.Fprint(c, "SSH-2.0-x\r\n")
			_, _ = c.Write(bytes.Repeat([]byte{0, 1, 2, 3}, 1<<16))
		}, "connection"},
		"old version": {func(c net.Conn) { fmt.Fprint(c, "SSH-1.5-x\r\n"); _, _ = io.Copy(io.Discard, c) }, "connection"},
	} {
		t.Run(name, func(t *testing.T) {
			at := listen(t, test.handle)
			_, text := newKey(t, "")
			w := world{granted, nil, map[string]any{"host": at.String(), "key": string(text), "known": write(t, "known", "")}}
			_, err := w.run(t, t.Context(), `
e = attempt(ssh.run, host, "echo", key=key, known_hosts=known, connect_timeout=0.2).error
assert e.kind in ("connection", "timeout"), e
fail(e.kind + ": " + e.message)`)
			require.ErrorContains(t, err, test.want)
			require.ErrorContains(t, err, at.String())
		})
	}
}

// Old algorithms are only offered where that is asked for.
func TestLegacy(t *testing.T) {
	_, w := worldOf(t)
	key, err := ssh.ParsePrivateKey([]byte(w.vars["text"].(string)))
	require.NoError(t, err)
	old := serve(t, key.PublicKey(), func(c *ssh.ServerConfig) {
		c.KeyExchanges, c.Ciphers = []string{ssh.InsecureKeyExchangeDH14SHA1}, []string{ssh.InsecureCipherAES128CBC}
	})
	w.vars["host"], w.vars["known"] = fmt.Sprintf("%s:%d", old.host, old.port), known(t, old)
	_, err = w.run(t, t.Context(), `
e = attempt(ssh.run, host, "echo", key=key, known_hosts=known).error
assert e.kind == "connection" and "that both sides know" in e.message, e
assert ssh.run(host, "echo hello", key=key, known_hosts=known, legacy=True).stdout == "hello\n"
`)
	require.NoError(t, err)
}

// Whatever a call is doing, a cancel ends it, and the host is told.
func TestCancel(t *testing.T) {
	s, w := worldOf(t)
	silent := listen(t, func(c net.Conn) { _, _ = io.Copy(io.Discard, c) })
	w.vars["silent"] = silent.String()
	for _, src := range []string{
		`ssh.run(host, "hang", key=key, known_hosts=known)`, `ssh.run(host, "flood", key=key, known_hosts=known, max_output=1 << 40)`,
		`ssh.run(silent, "hang", key=key, known_hosts=known)`, `ssh.run(silent, "hang", key=key, known_hosts=known, jump=host)`,
		`ssh.run(host, "hang", key=key, known_hosts=known, input="x" * 10000000)`,
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		var stopped time.Time
		time.AfterFunc(200*time.Millisecond, func() { stopped = time.Now(); cancel(errors.New("stopped here")) })
		_, err := w.run(t, ctx, src)
		late := time.Since(stopped)
		require.ErrorContains(t, err, "stopped here", src)
		t.Logf("%s: %v", src, late)
		require.Less(t, late, 5*time.Second, src)
	}
	require.Eventually(t, func() bool {
		s.mu.Lock()
		defer s.mu.Unlock()
		return len(s.signals) > 0 && s.signals[0] == "KILL"
	}, 10*time.Second, time.Millisecond)
}

// Many at once, some of which fail or are stopped: nothing is left.
func TestHammer(t *testing.T) {
	_, w := worldOf(t)
	_, err := w.run(t, t.Context(), `
def task(i):
    line = ["echo " + str(i), "nonsense", "hang", "vanish", "cat"][i % 5]
    return ssh.run(host, line, key=key, known_hosts=known, timeout=0.3 if line == "hang" else None, input="x" * 100000).stdout
results = threadgroup(max_workers=32, check=False).map(task, range(200))
kinds = [r.error.kind if r.error else "ok" for r in results]
assert kinds == ["ok", "exit", "timeout", "connection", "ok"] * 40, kinds
assert [r.result for r in results if r.ok and r.index % 5 == 0] == [str(i) + "\n" for i in range(0, 200, 5)]
threadgroup(max_workers=50, timeout=0.1, check=False).map(lambda i: ssh.run(host, "hang", key=key, known_hosts=known), range(100))
`)
	require.NoError(t, err)
	require.Empty(t, leftover(t))
}
