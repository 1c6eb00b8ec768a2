// Package clusterkey keeps what the members of a cluster know each other by: a coordinator's key
// file, and the invitation for workers, which has as much of it as they need.
package clusterkey

import (
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/nats-io/nkeys"
)

// ServerName is the name in the embedded server's certificate: which host it runs on
// is not known when the certificate is made.
const ServerName = "tg-cluster"

// maxFile is how many bytes a key file, or an invitation, may have.
const maxFile = 64 << 10

// Pair is what a coordinator has: its own user's key, that of its workers' user, and
// the embedded server's certificate.
type Pair struct {
	Coordinator string `json:"coordinator"` // seed of an nkey user
	Workers     string `json:"workers"`     // seed of an nkey user
	Certificate string `json:"certificate"` // PEM
	Key         string `json:"key"`         // PEM, of the certificate
}

// DefaultPath is where the key file is, if the user names no other.
func DefaultPath() (string, error) {
	dir, err := os.UserConfigDir()
	if err != nil {
		return "", err
	}
	return filepath.Join(dir, "tg", "cluster.json"), nil
}

// Load reads a key file. An error wraps fs.ErrNotExist if there is none. A file that
// others may read or write is refused: who has the coordinator's key makes workers run
// anything.
func Load(path string) (Pair, error) {
	text, err := readPrivate(path)
	if err != nil {
		return Pair{}, fmt.Errorf("cluster key %s: %w", path, err)
	}
	p, err := parse(text)
	if err != nil {
		return Pair{}, fmt.Errorf("cluster key %s: %w; if nobody needs it, remove it: another one is made", path, err)
	}
	return p, nil
}

func readPrivate(path string) ([]byte, error) {
	info, err := os.Stat(path) // before it is opened: opening a pipe would block
	if err != nil {
		return nil, plain(err)
	}
	if !info.Mode().IsRegular() {
		return nil, errors.New("is not a regular file")
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, plain(err)
	}
	defer f.Close()
	if info, err = f.Stat(); err != nil {
		return nil, plain(err)
	}
	// Windows keeps permissions elsewhere: its bits say nothing.
	if mode := info.Mode().Perm(); mode&0o077 != 0 && runtime.GOOS != "windows" {
		return nil, fmt.Errorf("has the permissions %04o: others may have read or changed it; if not, chmod 600 it", mode)
	}
	return readAll(f)
}

// readAll reads what is not too long to be of ours.
func readAll(r io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(r, maxFile+1))
	if err != nil {
		return nil, plain(err)
	}
	if len(text) > maxFile {
		return nil, errors.New("is too long")
	}
	return text, nil
}

// plain is the error without the name of the file, which is said once.
func plain(err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	if errors.Is(err, fs.ErrNotExist) {
		return noFile{}
	}
	return err
}

type noFile struct{}

func (noFile) Error() string { return "no such file" }
func (noFile) Unwrap() error { return fs.ErrNotExist }

// parse never quotes what it reads: it is secret.
func parse(text []byte) (p Pair, err error) {
	if json.Unmarshal(text, &p) != nil {
		return p, errors.New("is not JSON of a cluster's keys")
	}
	if _, err = public(p.Coordinator); err != nil {
		return p, fmt.Errorf("the coordinator's key: %w", err)
	}
	if _, err = public(p.Workers); err != nil {
		return p, fmt.Errorf("the workers' key: %w", err)
	}
	if p.Coordinator == p.Workers { // a worker could give orders
		return p, errors.New("the coordinator and the workers have one key")
	}
	if _, err = p.certificate(); err != nil {
		return p, errors.New("the certificate and its key are broken, or do not belong together")
	}
	return p, nil
}

// public returns the public key of a user's seed.
func public(seed string) (string, error) {
	prefix, _, err := nkeys.DecodeSeed([]byte(seed))
	if err != nil || prefix != nkeys.PrefixByteUser {
		return "", errors.New("is not the seed of an nkey user")
	}
	pair, err := nkeys.FromSeed([]byte(seed))
	if err != nil {
		return "", errors.New("is not the seed of an nkey user")
	}
	return pair.PublicKey()
}

// IsPublic reports whether a text is the public nkey of a user.
func IsPublic(key string) bool { return nkeys.IsValidPublicUserKey(key) }

func (p Pair) certificate() (tls.Certificate, error) {
	return tls.X509KeyPair([]byte(p.Certificate), []byte(p.Key))
}

// TLS returns what the embedded server needs for those that come over the network.
func (p Pair) TLS() (*tls.Config, error) {
	cert, err := p.certificate()
	if err != nil {
		return nil, err
	}
	return &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS13}, nil
}

// Invitation returns what workers need of it.
func (p Pair) Invitation() (Invitation, error) {
	trust, err := public(p.Coordinator)
	if err != nil {
		return Invitation{}, err
	}
	return Invitation{Seed: p.Workers, Trust: trust, CA: strings.TrimSpace(p.Certificate) + "\n"}, nil
}
