package nats

import (
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// JetStream is the connection's, for tests.
func (c *Conn) JetStream() jetstream.JetStream { return c.js }

// Net is the connection itself, for tests.
func (c *Conn) Net() *nats.Conn { return c.nc }

// Seed is what tasks are signed with.
func (c *Conn) Seed() string { return c.opts.Seed }

// SignWith has tasks signed with another key than the connection's.
func (c *Conn) SignWith(seed string) {
	keys, err := newSigner([]byte(seed))
	if err != nil {
		panic(err)
	}
	c.keys = keys
}

// Question is what is sent for an empty question.
func Question(op string) []byte { return pack(&questionHead{op: op}, nil) }

// Local is local, for tests.
var Local = local
