package nats

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net/url"
	"os"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/starlark-tg/tg/engine/cluster"
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
	turns   map[string]*turn            // of Store.Turn, by key
	streams map[string]jetstream.Stream // handles of those that were asked for
}

// Connect connects to a cluster. The URL is
//
//	embed://HOST:PORT             starts a server in this process; port 0 is any
//	nats://HOST:PORT[,nats://…]   one or several servers
//	tls://HOST:PORT[,tls://…]     the same over TLS 1.3
//
// It blocks until the connection stands, at most Options.Dial for each server. An
// error says what is wrong: no server, refused credentials, a bad certificate.
// What is created by it is closed with [Conn.Close].
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
		secure, err := c.secure()
		if err != nil {
			return err
		}
		auth = append(auth, secure...)
	}
	if err := c.dial(ctx, address, append(options, auth...)); err != nil {
		return err
	}
	c.js, err = jetstream.New(c.nc, jetstream.WithDefaultTimeout(10*time.Second))
	return err
}

// dial connects, and gives up when ctx ends.
func (c *Conn) dial(ctx context.Context, address string, options []nats.Option) error {
	type result struct {
		nc  *nats.Conn
		err error
	}
	done := make(chan result, 1)
	stop := context.AfterFunc(ctx, func() { done <- result{nil, context.Cause(ctx)} })
	defer stop()
	dialing := cluster.NewCrew(context.WithoutCancel(ctx))
	dialing.Go(func(context.Context) {
		nc, err := nats.Connect(address, options...)
		select {
		case done <- result{nc, err}:
		default:
			if nc != nil {
				nc.Close()
			}
		}
	})
	r := <-done
	c.nc = r.nc
	if r.err != nil {
		return explainDial(r.err)
	}
	return nil
}

func explainDial(err error) error {
	switch {
	case errors.Is(err, nats.ErrNoServers):
		return errors.New("no server answers there")
	case errors.Is(err, nats.ErrAuthorization), errors.Is(err, nats.ErrAuthExpired), errors.Is(err, nats.ErrAuthRevoked):
		return fmt.Errorf("the server refuses these credentials: %w", err)
	case errors.Is(err, nats.ErrSecureConnRequired):
		return fmt.Errorf("the server wants TLS, use tls://: %w", err)
	case errors.Is(err, nats.ErrSecureConnWanted):
		return fmt.Errorf("the server has no TLS: %w", err)
	}
	return err
}

func (c *Conn) netOptions() []nats.Option {
	return []nats.Option{
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
	if len(c.opts.Trust) > 0 { // a worker
		options = append(options, nats.CustomInboxPrefix(workerInbox))
	}
	return options, nil
}

// secure are the options of TLS.
func (c *Conn) secure() ([]nats.Option, error) {
	o := c.opts
	if !o.TLS && o.CA == "" && o.CAPEM == nil && o.Cert == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13}
	pem := o.CAPEM
	if o.CA != "" {
		var err error
		if pem, err = os.ReadFile(o.CA); err != nil {
			return nil, err
		}
	}
	if pem != nil {
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, errors.New("there is no certificate in the file of authorities")
		}
	}
	if o.Cert != "" {
		pair, err := tls.LoadX509KeyPair(o.Cert, o.Key)
		if err != nil {
			return nil, err
		}
		config.Certificates = []tls.Certificate{pair}
	}
	return []nats.Option{nats.Secure(config)}, nil
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
