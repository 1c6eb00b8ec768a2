package ssh

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine/builtin"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"
)

// A known is what known_hosts files hold.
type known struct {
	files []string
	check ssh.HostKeyCallback
	certs bool // whether some authorities may sign for hosts
}

// newKnown reads the text of files.
func newKnown(files []string, texts [][]byte) (*known, error) {
	k := &known{files: files}
	var copies []string
	for i, text := range texts {
		// The library reads files by name, and the name of a granted file may stand for
		// another one by then.
		name, err := temporary(text)
		if err != nil {
			return nil, fmt.Errorf("known_hosts %s: %w", files[i], err)
		}
		defer os.Remove(name)
		if _, err := knownhosts.New(name); err != nil {
			return nil, fmt.Errorf("known_hosts %s", strings.TrimPrefix(strings.ReplaceAll(err.Error(), name, files[i]), "knownhosts: "+files[i]+": "))
		}
		k.certs = k.certs || bytes.Contains(text, []byte("@cert-authority"))
		copies = append(copies, name)
	}
	var err error
	k.check, err = knownhosts.New(copies...)
	return k, err
}

func temporary(text []byte) (string, error) {
	f, err := os.CreateTemp("", "tg-known-hosts-")
	if err != nil {
		return "", err
	}
	_, err = f.Write(text)
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(f.Name())
	}
	return f.Name(), err
}

// algorithms returns the kinds of keys that are known of a host, so that it shows one of
// those and not another that it also has. Nil is any.
func (k *known) algorithms(t target, legacy bool) []string {
	var list []string
	if k.certs {
		for _, a := range ssh.SupportedAlgorithms().HostKeys {
			if strings.Contains(a, "-cert-") {
				list = append(list, a)
			}
		}
	}
	var unknown *knownhosts.KeyError
	if !errors.As(k.check(t.address(), &net.TCPAddr{}, noKey{}), &unknown) || len(unknown.Want) == 0 {
		return nil
	}
	for _, w := range unknown.Want {
		kind := w.Key.Type()
		names := []string{kind}
		if kind == ssh.KeyAlgoRSA {
			names = []string{ssh.KeyAlgoRSASHA512, ssh.KeyAlgoRSASHA256}
			if legacy {
				names = append(names, ssh.KeyAlgoRSA) // with SHA-1
			}
		}
		for _, name := range names {
			if !slices.Contains(list, name) {
				list = append(list, name)
			}
		}
	}
	return list
}

// noKey is no host's key.
type noKey struct{}

func (noKey) Type() string                        { return "none" }
func (noKey) Marshal() []byte                     { return []byte("none") }
func (noKey) Verify([]byte, *ssh.Signature) error { return errors.New("no key") }

// callback checks the key that a host shows.
func (k *known) callback(t target) ssh.HostKeyCallback {
	return func(_ string, remote net.Addr, key ssh.PublicKey) error {
		err := k.check(t.address(), remote, key)
		if err == nil {
			return nil
		}
		shown := key.Type() + " " + ssh.FingerprintSHA256(key)
		e := &builtin.Failure{What: "connection", Msg: fmt.Sprintf("%s: %v", t, err), Cause: err}
		var unknown *knownhosts.KeyError
		var revoked *knownhosts.RevokedError
		switch {
		case errors.As(err, &revoked):
			e.Msg = fmt.Sprintf("%s: the host shows the key %s, which is revoked", t, shown)
		case errors.As(err, &unknown) && len(unknown.Want) > 0:
			e.Msg = fmt.Sprintf("%s: the host shows the key %s, which is not the known one: it is another machine, or somebody in between", t, shown)
			e.Advice = fmt.Sprintf("if it is right that it has changed: ssh-keygen -R %s -f %s, and add the new one", command.Shell([]string{knownhosts.Normalize(t.address())}), k.files[0])
		case errors.As(err, &unknown):
			e.Msg = fmt.Sprintf("%s: the host's key %s is not in %s", t, shown, strings.Join(k.files, ", "))
			e.Advice = fmt.Sprintf("add it, once somebody has compared it: ssh-keyscan -p %d %s >> %s", t.port, t.host, k.files[0])
		}
		return e
	}
}

// setKnown reads the known_hosts files.
func (c *call) setKnown() (err error) {
	files := c.files
	if files == nil {
		home, err := os.UserHomeDir()
		if err != nil {
			return errors.New("run: needs known_hosts=…: this process has no home folder")
		}
		files = []string{filepath.Join(home, ".ssh", "known_hosts")}
	}
	if len(files) == 0 {
		return errors.New("run: known_hosts is empty: without it no host can be told from another")
	}
	texts := make([][]byte, len(files))
	for i, name := range files {
		texts[i], err = c.read(name)
		if errors.Is(err, fs.ErrNotExist) {
			return &builtin.Failure{What: "error", Msg: "run: " + err.Error(), Cause: err, Advice: "it holds the keys that hosts must show: known_hosts=…, or ssh-keyscan HOST >> " + name}
		}
		if err != nil {
			return err
		}
	}
	c.known, err = cached(c, append(texts, []byte(strings.Join(files, "\x00"))), func() (*known, error) { return newKnown(files, texts) })
	return err
}
