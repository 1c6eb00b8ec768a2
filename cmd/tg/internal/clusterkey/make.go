package clusterkey

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/json"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"math/big"
	"os"
	"path/filepath"
	"time"

	"github.com/nats-io/nkeys"
)

// Open reads a key file, and makes it first if there is none. Of several processes that
// do so at once one makes it, and all read that.
func Open(path string) (Pair, error) {
	p, err := Load(path)
	if !errors.Is(err, fs.ErrNotExist) {
		return p, err
	}
	if err := create(path); err != nil && !errors.Is(err, fs.ErrExist) {
		return Pair{}, fmt.Errorf("cluster key %s cannot be made: %w", path, plain(err))
	}
	return Load(path)
}

// create writes a new pair. The file appears whole, and takes no other's place.
func create(path string) error {
	p, err := newPair()
	if err != nil {
		return err
	}
	text, err := json.MarshalIndent(p, "", "  ")
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".cluster-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	_, err = f.Write(append(text, '\n'))
	if err == nil {
		err = f.Sync() // else a crash could leave an empty file under the name
	}
	if late := f.Close(); err == nil {
		err = late
	}
	if err != nil {
		return err
	}
	// Not a rename: that would replace a file another process has just made, and is using.
	if err := os.Link(f.Name(), path); err != nil {
		var le *os.LinkError
		if errors.As(err, &le) {
			err = le.Err
		}
		return err
	}
	return nil
}

func newPair() (p Pair, err error) {
	if p.Coordinator, err = newSeed(); err != nil {
		return p, err
	}
	if p.Workers, err = newSeed(); err != nil {
		return p, err
	}
	p.Certificate, p.Key, err = newCertificate(time.Now())
	return p, err
}

func newSeed() (string, error) {
	pair, err := nkeys.CreateUser()
	if err != nil {
		return "", err
	}
	seed, err := pair.Seed()
	return string(seed), err
}

// newCertificate makes one that signs itself and can sign no other.
func newCertificate(now time.Time) (certificate, key string, err error) {
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return "", "", err
	}
	serial, err := rand.Int(rand.Reader, new(big.Int).Lsh(big.NewInt(1), 127))
	if err != nil {
		return "", "", err
	}
	cert := &x509.Certificate{
		SerialNumber: serial,
		Subject:      pkix.Name{CommonName: ServerName},
		DNSNames:     []string{ServerName},
		NotBefore:    now.Add(-24 * time.Hour), // clocks of other machines may be behind
		NotAfter:     now.AddDate(10, 0, 0),
		KeyUsage:     x509.KeyUsageDigitalSignature,
		ExtKeyUsage:  []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},

		BasicConstraintsValid: true,
	}
	der, err := x509.CreateCertificate(rand.Reader, cert, cert, private.Public(), private)
	if err != nil {
		return "", "", err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		return "", "", err
	}
	encode := func(kind string, b []byte) string {
		return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}))
	}
	return encode("CERTIFICATE", der), encode("PRIVATE KEY", secret), nil
}
