package nats

import (
	"crypto/ed25519"
	"encoding/base32"
	"errors"
	"fmt"
	"strings"

	"github.com/nats-io/nkeys"
)

// A signer is the key of a connection's user.
type signer struct {
	public  string // "U…"
	pair    nkeys.KeyPair
	private ed25519.PrivateKey // the same, without being decoded each time
}

// newSigner takes the seed of an nkey; without one it makes a key.
func newSigner(seed []byte) (s signer, err error) {
	if len(seed) == 0 {
		s.pair, err = nkeys.CreateUser()
	} else {
		s.pair, err = nkeys.FromSeed(seed)
	}
	if err != nil {
		return s, fmt.Errorf("this is not the seed of an nkey: %w", err)
	}
	if s.public, err = s.pair.PublicKey(); err != nil {
		return s, err
	}
	if seed, err = s.pair.Seed(); err != nil {
		return s, err
	}
	_, raw, err := nkeys.DecodeSeed(seed)
	if err != nil {
		return s, err
	}
	s.private = ed25519.NewKeyFromSeed(raw)
	return s, nil
}

// seedOf finds the seed in a .creds file.
func seedOf(creds []byte) ([]byte, error) {
	pair, err := nkeys.ParseDecoratedUserNKey(creds)
	if err != nil {
		return nil, err
	}
	return pair.Seed()
}

// publicKey decodes a public nkey of a user.
func publicKey(public string) (ed25519.PublicKey, error) {
	if !nkeys.IsValidPublicUserKey(public) {
		return nil, fmt.Errorf("%q is not the public nkey of a user (U…)", public)
	}
	raw, err := base32.StdEncoding.WithPadding(base32.NoPadding).DecodeString(strings.TrimSpace(public))
	if err != nil {
		return nil, err
	}
	if len(raw) != 1+ed25519.PublicKeySize+2 { // prefix, key, checksum
		return nil, errors.New("a public nkey of another length")
	}
	return ed25519.PublicKey(raw[1 : 1+ed25519.PublicKeySize]), nil
}
