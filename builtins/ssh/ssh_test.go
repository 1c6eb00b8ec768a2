package ssh_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	startssh "github.com/starlark-tg/tg/builtins/ssh"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// A world is what a script may touch.
type world struct {
	allow permit.Set
	env   map[string]string
	vars  map[string]any
}

var granted = permit.Set{Net: []string{"127.0.0.0/8"}, Read: []string{"/"}}

func (w world) run(t testing.TB, ctx context.Context, src string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	eng, err := engine.New(engine.Options{
		Modules: []engine.Module{threadgroup.Module(), startime.Module(), startssh.Module()}, Allow: w.allow, Stdout: &out, Env: w.env,
	})
	require.NoError(t, err)
	defer eng.Close()
	var names []string
	for name := range w.vars {
		names = append(names, name)
	}
	script, err := eng.Compile("test.star", []byte(src), names...)
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{Vars: w.vars})
	return out.String(), err
}

// worldOf has a script log in at a server, by key.
func worldOf(t testing.TB) (*server, world) {
	user, text := newKey(t, "")
	s := serve(t, user.PublicKey(), nil)
	return s, world{granted, nil, map[string]any{
		"host": fmt.Sprintf("%s:%d", s.host, s.port), "port": s.port, "key": write(t, "id", string(text)), "text": string(text), "known": known(t, s),
	}}
}

func TestRun(t *testing.T) {
	_, w := worldOf(t)
	_, err := w.run(t, t.Context(), `
r = ssh.run(host, "echo a  b", user="me", key=key, known_hosts=known)
assert (r.host, r.args, r.returncode, r.stdout, r.stderr) == (host, "echo a  b", 0, "a  b\n", "")
assert str(r) == 'CompletedProcess(host="%s", args="echo a  b", returncode=0)' % host, str(r)
r = ssh.run("127.0.0.1", ["echo", "a  b", "it's", "", "-x"], port=port, key=[text], known_hosts=[known])
assert r.stdout == "'a  b' 'it'\"'\"'s' '' -x\n", r.stdout
assert r.args == ["echo", "a  b", "it's", "", "-x"]
def on(line, **options):
    return ssh.run("somebody@" + host, line, key=key, known_hosts=known, **options)
assert on("cat", input="x" * 3000000).stdout == "x" * 3000000
assert on("cat", input=b"\xff\x00", text=False).stdout == b"\xff\x00"
assert on("cat").stdout == ""
r = on("nonsense", check=False)
assert (r.returncode, r.stderr) == (127, "nonsense: not found\n")
e = attempt(r.check_returncode).error
assert (e.kind, e.code, e.message) == ("exit", 127, host + ': "nonsense" returned exit status 127: nonsense: not found'), e
e = attempt(on, "die TERM").error
assert (e.kind, e.code) == ("exit", -15) and "died of SIGTERM" in e.message, e
assert on("die ODD", check=False).returncode == -1
e = attempt(on, "vanish").error
assert e.kind == "connection" and "the connection ended before the command did" in e.message, e
e = attempt(on, "refused").error
assert e.kind == "connection", e
e = attempt(on, "odd").error
assert "stdout of " in e.message and "text=False gives bytes" in e.message, e
e = attempt(on, "flood", max_output=100000).error
assert e.kind == "error" and "wrote more than 100000 bytes" in e.message, e
e = attempt(on, "hang", timeout=0.1).error
assert e.kind == "timeout" and e.message == host + ': "hang" did not end within 100ms', e
`)
	require.NoError(t, err)
}

func TestWrongArguments(t *testing.T) {
	_, w := worldOf(t)
	for args, text := range map[string]string{
		`""`: "is no host", `"a b"`: "is no host", `"@h"`: "has no user before its @", `"h:x"`: "which is not a number", `"h:0"`: "from 1 to 65535", `"h", port=70000`: "from 1 to 65535",
		`"h:22", port=23`: "has another port than port=23", `"a@h", user="b"`: `has another user than user="b"`, `"-oProxyCommand=x"`: "is no host", `"h,i"`: "is no host", `"a:b:c"`: "is no host",
		`"h", jump=5`: "jump must be a string or a list", `"h", jump=["x", 5]`: "there is int in it", `"h", jump="x:y"`: `jump "x:y" has the port "y"`, `"h", key=5`: "key must be a string or a list",
		`"h", agent=5`: "agent must be True, False or None", `"h", timeout=-1`: "timeout", `"h", timeout=0`: "timeout must be greater than 0", `"h", connect_timeout="x"`: "connect_timeout",
		`"h", max_output=-1`: "max_output must not be negative", `"h", input=5`: "input must be text or bytes, not int", `"h", strict_host_key_checking=False`: "ssh-keyscan HOST",
		`"h", username="x"`: `use user`, `"127.0.0.1", known_hosts=[]`: "known_hosts is empty", `"127.0.0.1", known_hosts="/nowhere"`: "ssh-keyscan HOST >> /nowhere",
		`"127.0.0.1", key="/nowhere"`: "no such file", `"127.0.0.1", key=known, passphrase=known`: "is no private key", `"127.0.0.1", key=[]`: "there is no key and no password to log in with",
	} {
		if !strings.Contains(args, "known_hosts") {
			args += ", known_hosts=known"
		}
		if !strings.Contains(args, "key=") {
			args += ", key=key"
		}
		host, options, _ := strings.Cut(args+", ", ", ")
		_, err := w.run(t, t.Context(), "ssh.run("+host+`, "true", `+options+")")
		require.ErrorContains(t, hinted(err), text, args)
	}
	for cmd, text := range map[string]string{`""`: "command is empty", `" "`: "command is empty", `[]`: "no program", `5`: "must be a list of strings", `["a", 5]`: "must be strings, not int"} {
		_, err := w.run(t, t.Context(), "ssh.run(host, "+cmd+")")
		require.ErrorContains(t, err, text)
	}
}

// hinted puts the hint behind the message.
func hinted(err error) error {
	var e *engine.Error
	if errors.As(err, &e) {
		return errors.New(e.Msg + "; " + e.Hint)
	}
	return err
}

func TestLogins(t *testing.T) {
	user, text := newKey(t, "open")
	s := serve(t, user.PublicKey(), nil)
	ring := agent.NewKeyring()
	_, private := newKey(t, "")
	raw, err := ssh.ParseRawPrivateKey(private)
	require.NoError(t, err)
	require.NoError(t, ring.Add(agent.AddedKey{PrivateKey: raw}))
	unlocked, err := ssh.ParseRawPrivateKeyWithPassphrase(text, []byte("open"))
	require.NoError(t, err)
	require.NoError(t, ring.Add(agent.AddedKey{PrivateKey: unlocked}))
	socket := filepath.Join(t.TempDir(), "agent")
	l, err := net.Listen("unix", socket)
	require.NoError(t, err)
	defer l.Close()
	go func() {
		for {
			conn, err := l.Accept()
			if err != nil {
				return
			}
			go func() { defer conn.Close(); _ = agent.ServeAgent(ring, conn) }()
		}
	}()
	home := t.TempDir()
	t.Setenv("HOME", home)
	require.NoError(t, os.Mkdir(filepath.Join(home, ".ssh"), 0o700))
	hosts, err := os.ReadFile(known(t, s))
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, ".ssh", "known_hosts"), hosts, 0o600))
	w := world{granted, map[string]string{"SSH_AUTH_SOCK": socket}, map[string]any{
		"host": fmt.Sprintf("%s:%d", s.host, s.port), "locked": write(t, "locked", string(text)), "other": string(private),
	}}
	src := `
def login(**options):
    r = attempt(ssh.run, host, "echo in", **options)
    return "in" if r.ok else r.error.message
assert login() == "in" # by the agent
assert login(user="pw", password="secret") == "in"
assert login(user="ask", password="secret") == "in"
assert login(key=locked, passphrase="open") == "in"
assert login(key=[other, locked], passphrase="open", agent=False) == "in"
assert login(key=other, agent=True) == "in"
assert "is protected: passphrase=… opens it" in login(key=locked), login(key=locked)
assert "the passphrase is not the right one" in login(key=locked, passphrase="x")
wrong = login(user="pw", password="x")
assert wrong == host + ": the host refuses the login of pw (tried password, keyboard-interactive)", wrong
assert "refuses the login of me (tried publickey)" in login(user="me", key=other), login(user="me", key=other)
`
	_, err = w.run(t, t.Context(), src)
	require.NoError(t, err)

	// Without an agent it is the user's own keys; a protected one is passed over.
	w.env = map[string]string{"SSH_AUTH_SOCK": filepath.Join(home, "nobody")}
	alone := `ssh.run(host, "echo in")`
	_, err = w.run(t, t.Context(), alone)
	require.ErrorContains(t, err, "there is no key and no password to log in with")
	require.NoError(t, os.WriteFile(filepath.Join(home, ".ssh", "id_ed25519"), text, 0o600))
	_, err = w.run(t, t.Context(), alone)
	require.ErrorContains(t, err, "there is no key and no password to log in with")
	plain, err := ssh.MarshalPrivateKey(unlocked, "")
	require.NoError(t, err)
	require.NoError(t, os.WriteFile(filepath.Join(home, ".ssh", "id_rsa"), pemOf(plain), 0o600))
	_, err = w.run(t, t.Context(), alone)
	require.NoError(t, err)
	_, err = w.run(t, t.Context(), `ssh.run(host, "echo in", agent=True)`)
	require.ErrorContains(t, err, "the agent at "+filepath.Join(home, "nobody"))
}

func TestPermissions(t *testing.T) {
	s, w := worldOf(t)
	t.Setenv("HOME", t.TempDir())
	t.Setenv("SSH_AUTH_SOCK", "/nowhere")
	where := fmt.Sprintf("%s:%d", s.host, s.port)
	dir := filepath.Dir(w.vars["known"].(string))
	for _, test := range []struct {
		allow permit.Set
		src   string
		hint  string
	}{
		{permit.Set{}, `ssh.run(host, "echo")`, "allow it with --allow-net=" + where},
		{permit.Set{Net: []string{where}}, `ssh.run(host, "echo", key=key)`, "allow it with --allow-read=" + w.vars["key"].(string)},
		{permit.Set{Net: []string{where}}, `ssh.run(host, "echo", key=text)`, "/.ssh/known_hosts"},
		{permit.Set{Net: []string{where}}, `ssh.run(host, "echo", agent=True)`, "allow it with --allow-env=SSH_AUTH_SOCK"},
		{permit.Set{Net: []string{where}, Read: []string{dir}}, `ssh.run(host, "echo", known_hosts=known)`, "--allow-env=SSH_AUTH_SOCK lets the agent be asked"},
		{permit.Set{Net: []string{where}, Read: []string{dir}}, `ssh.run("far.example", "echo", key=text, known_hosts=known, jump=host)`, "allow it with --allow-net=far.example:22"},
		{permit.Set{Net: []string{where, "far.example"}, Read: []string{dir}}, `ssh.run("far.example", "echo", key=text, known_hosts=known, jump="10.1.2.3")`, "allow it with --allow-net=10.1.2.3:22"},
	} {
		w.allow = test.allow
		_, err := w.run(t, t.Context(), test.src)
		var e *engine.Error
		require.ErrorAs(t, err, &e, test.src)
		require.Equal(t, "permission", e.Kind, test.src)
		require.Contains(t, e.Hint, test.hint)
	}
	w.allow = permit.Set{Net: []string{where}, Read: []string{dir}}
	_, err := w.run(t, t.Context(), `ssh.run(host, "echo", key=text, known_hosts=known)`)
	require.NoError(t, err)
}
