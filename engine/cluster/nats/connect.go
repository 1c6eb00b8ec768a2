package nats

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

// Conn is a connection to a cluster. It comes back by itself when it breaks.
type Conn struct {
	opts   Options
	nc     *nats.Conn
	js     jetstream.JetStream
	server *embedded // nil for an external one
	keys   signer

	mu      sync.Mutex                  // guards the fields below
	refused error                       // the server's last word against us
	down    time.Time                   // since when there is no connection, zero while there is
	back    time.Time                   // when it last came back
	onBack  []chan<- struct{}           // told, without waiting, when it comes back
	streams map[string]jetstream.Stream // handles of those that were asked for
}

// Connect connects to a cluster. The URL is
//
//	embed://HOST:PORT             starts a server in this process; port 0 is any
//	nats://HOST:PORT[,nats://…]   one or several servers
//	tls://HOST:PORT[,tls://…]     the same over TLS 1.3
//
// It blocks until the connection stands, at most Options.Dial for each server, or with
// Options.Wait until ctx ends where there is no server. An error says what is wrong: no
// server, refused credentials, a bad certificate. What is created by it is closed with
// [Conn.Close].
func Connect(ctx context.Context, address string, o Options) (*Conn, error) {
	o = o.withDefaults()
	c := &Conn{opts: o}
	if err := c.open(ctx, address); err != nil {
		if c.server != nil {
			c.server.stop()
		}
		return nil, fmt.Errorf("cluster %s: %w", redact(address), err)
	}
	return c, nil
}

func (c *Conn) open(ctx context.Context, address string) error {
	options := c.netOptions()
	scheme, rest, _ := strings.Cut(address, "://")
	switch scheme {
	case "embed":
		server, err := startServer(rest, &c.opts)
		if err != nil {
			return err
		}
		c.server = server
		address = server.url()
		options = append(options, server.dialer())
	case "nats":
	case "tls":
		c.opts.TLS = true
	default:
		return errors.New("the URL must begin with embed://, nats:// or tls://")
	}
	auth, err := c.credentials()
	if err != nil {
		return err
	}
	if c.server == nil {
		secure, err := c.secure(address)
		if err != nil {
			return err
		}
		options = append(options, secure...)
	}
	if err := c.dial(ctx, address, options, auth); err != nil {
		return err
	}
	c.js, err = jetstream.New(c.nc, jetstream.WithDefaultTimeout(10*time.Second))
	return err
}

func (c *Conn) netOptions() []nats.Option {
	inbox := nats.InboxPrefix[:len(nats.InboxPrefix)-1]
	if len(c.opts.Trust) > 0 { // a worker
		inbox = workerInbox
	}
	return []nats.Option{
		nats.CustomInboxPrefix(inbox),
		nats.Name(c.opts.Name),
		nats.Timeout(c.opts.Dial),
		nats.MaxReconnects(-1),
		nats.ReconnectWait(100 * time.Millisecond),
		nats.ReconnectJitter(100*time.Millisecond, 200*time.Millisecond),
		nats.PingInterval(2 * time.Second),
		nats.MaxPingsOutstanding(2),
		nats.ReconnectBufSize(-1), // what cannot be sent now is an error, and tried again by whom it concerns
		nats.DisconnectErrHandler(func(*nats.Conn, error) { c.broke() }),
		nats.ReconnectHandler(func(*nats.Conn) { c.cameBack() }),
		nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { c.heard(err) }),
	}
}

// credentials are those of Options; they are what tasks are signed with, too.
func (c *Conn) credentials() ([]nats.Option, error) {
	seed := []byte(c.opts.Seed)
	var options []nats.Option
	if c.opts.Creds != "" {
		text, err := os.ReadFile(c.opts.Creds)
		if err != nil {
			return nil, err
		}
		if seed, err = seedOf(text); err != nil {
			return nil, fmt.Errorf("%s: %w", c.opts.Creds, err)
		}
		options = append(options, nats.UserCredentials(c.opts.Creds))
	}
	var err error
	if c.keys, err = newSigner(seed); err != nil {
		return nil, err
	}
	if c.opts.Seed != "" && c.opts.Creds == "" {
		options = append(options, nats.Nkey(c.keys.public, c.keys.pair.Sign))
	}
	return options, nil
}

// Close closes the connection, and stops the server if it is an embedded one.
func (c *Conn) Close() {
	c.nc.Close()
	if c.server != nil {
		c.server.stop()
	}
}

// URL is where others reach the cluster: the embedded server's address.
func (c *Conn) URL() string {
	if c.server != nil {
		return c.server.url()
	}
	return c.nc.ConnectedUrlRedacted()
}

// PublicKey is the public nkey that tasks of this connection are signed with.
func (c *Conn) PublicKey() string { return c.keys.public }

// Invitation is what a worker needs to join the embedded server: an URL and the
// Seed and Trust of its Options. Seed is "" for an external server.
func (c *Conn) Invitation() (address string, o Options) {
	o = Options{Trust: []string{c.keys.public}}
	if c.server != nil {
		o.Seed = c.server.workerSeed
	}
	return c.URL(), o
}

// redact takes user and password out of an address.
func redact(address string) string {
	parts := strings.Split(address, ",")
	for i, p := range parts {
		if u, err := url.Parse(p); err == nil {
			u.User = nil
			parts[i] = u.String()
		}
	}
	return strings.Join(parts, ",")
}
