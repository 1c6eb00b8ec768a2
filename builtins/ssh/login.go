package ssh

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"

	"github.com/starlark-tg/tg/engine/builtin"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/agent"
)

// A login is how a user shows who he is.
type login struct {
	keys                 []string // files, or keys as text; nil: not given
	password, passphrase string
	askAgent             starlark.Value // nil, True or False

	signers []ssh.Signer
	agent   net.Conn // or nil
}

func (l *login) setAgent(v starlark.Value) error {
	if _, ok := v.(starlark.Bool); v != nil && !ok {
		return fmt.Errorf("agent must be True, False or None, not %s", v.Type())
	}
	l.askAgent = v
	return nil
}

// usual says that neither a key nor a password is given.
func (l *login) usual() bool { return l.keys == nil && l.password == "" }

// prepare gets the keys and connects to the agent. close is called after it, in any case.
func (l *login) prepare(ctx context.Context, c *call) error {
	for _, key := range l.keys {
		if err := l.addKey(c, key); err != nil {
			return err
		}
	}
	var refused error
	if l.askAgent == starlark.True || l.askAgent == nil && l.usual() {
		if refused = l.addAgent(ctx, c); refused != nil && l.askAgent == starlark.True {
			return refused
		}
	}
	if l.usual() {
		if err := l.addUsual(c); refused == nil {
			refused = err
		}
	}
	if len(l.signers) > 0 || l.password != "" {
		return nil
	}
	e := &builtin.Failure{What: "error", Msg: "run: there is no key and no password to log in with", Cause: refused,
		Advice: "key=…, password=…, or an agent at SSH_AUTH_SOCK"}
	if errors.As(refused, new(*permit.Denied)) {
		e.What, e.Advice = "permission", "key=…, password=…; --allow-env=SSH_AUTH_SOCK lets the agent be asked, --allow-read=FILE a key be read"
	}
	return e
}

func (l *login) close() {
	if l.agent != nil {
		l.agent.Close()
	}
}

// addKey takes a file or a key.
func (l *login) addKey(c *call, key string) error {
	name, text := "key", []byte(key)
	if !strings.Contains(key, "-----BEGIN") {
		name = key
		var err error
		if text, err = c.read(name); err != nil {
			return err
		}
	}
	s, err := cached(c, [][]byte{text, []byte(l.passphrase)}, func() (ssh.Signer, error) { return l.parse(name, text) })
	if err != nil {
		return err
	}
	l.signers = append(l.signers, s)
	return nil
}

func (l *login) parse(name string, text []byte) (ssh.Signer, error) {
	s, err := ssh.ParsePrivateKey(text)
	var locked *ssh.PassphraseMissingError
	switch {
	case err == nil:
		return s, nil
	case !errors.As(err, &locked):
		return nil, fmt.Errorf("run: %s is no private key: %s", name, strings.TrimPrefix(err.Error(), "ssh: "))
	case l.passphrase == "":
		return nil, fmt.Errorf("run: %s is protected: passphrase=… opens it", name)
	}
	if s, err = ssh.ParsePrivateKeyWithPassphrase(text, []byte(l.passphrase)); err != nil {
		return nil, fmt.Errorf("run: %s: the passphrase is not the right one", name)
	}
	return s, nil
}

// addUsual takes those of the user's own keys that may be read and are not protected.
func (l *login) addUsual(c *call) (refused error) {
	home, err := os.UserHomeDir()
	if err != nil {
		return nil //nolint:nilerr // then there are none
	}
	for _, name := range []string{"id_ed25519", "id_ecdsa", "id_rsa"} {
		if err := l.addKey(c, filepath.Join(home, ".ssh", name)); err != nil && !errors.Is(err, fs.ErrNotExist) {
			refused = err
		}
	}
	return refused
}

// addAgent takes the keys of the agent, which signs with them.
func (l *login) addAgent(ctx context.Context, c *call) error {
	const name = "SSH_AUTH_SOCK"
	path, _, err := c.t.Run().LookupEnv(name)
	if err != nil {
		return err
	}
	if path == "" {
		return fmt.Errorf("run: there is no agent: %s is not set", name)
	}
	if l.agent, err = new(net.Dialer).DialContext(ctx, "unix", path); err == nil {
		defer context.AfterFunc(ctx, func() { l.agent.Close() })()
		var signers []ssh.Signer
		signers, err = agent.NewClient(l.agent).Signers()
		l.signers = append(l.signers, signers...)
	}
	if err != nil {
		return fmt.Errorf("run: the agent at %s: %w", path, err)
	}
	return nil
}

// methods returns them for a connection.
func (l *login) methods() []ssh.AuthMethod {
	var list []ssh.AuthMethod
	if len(l.signers) > 0 {
		list = append(list, ssh.PublicKeys(l.signers...))
	}
	if l.password != "" {
		list = append(list, ssh.Password(l.password), ssh.KeyboardInteractive(l.answer))
	}
	return list
}

// answer gives the password where a server asks for something that nobody must see.
func (l *login) answer(_, _ string, questions []string, echos []bool) ([]string, error) {
	answers := make([]string, len(questions))
	for i := range questions {
		if !echos[i] {
			answers[i] = l.password
		}
	}
	return answers, nil
}
