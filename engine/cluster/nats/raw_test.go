//go:build !tg_noserver

package nats_test

import (
	"crypto/ed25519"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"math/big"
	"net"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/nats-io/nkeys"
	"github.com/stretchr/testify/require"

	tg "github.com/starlark-tg/tg/engine/cluster/nats"
)

// raw connects past the package, as the user of a seed.
func raw(t testing.TB, address, seed string, options ...nats.Option) (*nats.Conn, jetstream.JetStream) {
	t.Helper()
	pair, public := publicOf(t, seed)
	nc, err := nats.Connect(address, append(options, nats.Nkey(public, pair.Sign))...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	return nc, js
}

func publicOf(t testing.TB, seed string) (nkeys.KeyPair, string) {
	t.Helper()
	pair, err := nkeys.FromSeed([]byte(seed))
	require.NoError(t, err)
	public, err := pair.PublicKey()
	require.NoError(t, err)
	return pair, public
}

// messages counts those of a stream, as the coordinator's user.
func messages(t testing.TB, c *tg.Conn, stream string) int {
	t.Helper()
	s, err := c.JetStream().Stream(t.Context(), stream)
	require.NoError(t, err)
	info, err := s.Info(t.Context())
	require.NoError(t, err)
	return int(info.State.Msgs)
}

func seed(t testing.TB) string {
	t.Helper()
	pair, err := nkeys.CreateUser()
	require.NoError(t, err)
	text, err := pair.Seed()
	require.NoError(t, err)
	return string(text)
}

// leaderOf returns the number of the server that leads a stream.
func leaderOf(t testing.TB, c *tg.Conn, stream string) int {
	t.Helper()
	s, err := c.JetStream().Stream(t.Context(), stream)
	require.NoError(t, err)
	name := s.CachedInfo().Cluster.Leader
	return int(name[1] - '0')
}

// plainServer starts a server that is not of this package's making.
func plainServer(t testing.TB, o *server.Options) *server.Server {
	t.Helper()
	o.Host, o.Port, o.NoLog, o.NoSigs = "127.0.0.1", server.RANDOM_PORT, true, true
	s, err := server.NewServer(o)
	require.NoError(t, err)
	s.Start()
	require.True(t, s.ReadyForConnections(10*time.Second))
	t.Cleanup(func() { s.Shutdown(); s.WaitForShutdown() })
	return s
}

// plain connects to one.
func plain(t testing.TB, options ...nats.Option) jetstream.JetStream {
	t.Helper()
	nc, err := nats.Connect("", options...)
	require.NoError(t, err)
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	require.NoError(t, err)
	return js
}

// certificate makes one for 127.0.0.1 and tg.example that is its own authority.
func certificate(t testing.TB) (tls.Certificate, []byte) {
	t.Helper()
	public, private, err := ed25519.GenerateKey(rand.Reader)
	require.NoError(t, err)
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, DNSNames: []string{"tg.example"}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign}
	der, err := x509.CreateCertificate(rand.Reader, template, template, public, private)
	require.NoError(t, err)
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: private}, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der})
}
