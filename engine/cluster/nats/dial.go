package nats

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"
	"os"
	"strings"
	"syscall"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/starlark-tg/tg/engine/cluster"
)

// waitEvery is how often Options.Wait looks for a server.
const waitEvery = 250 * time.Millisecond

// dial connects with what a server has to be shown, or without to one that does not
// ask for it.
func (c *Conn) dial(ctx context.Context, address string, options, auth []nats.Option) error {
	var last error // before the one that the end of ctx made
	for {
		err := c.dialOnce(ctx, address, append(auth, options...))
		if errors.Is(err, nats.ErrNkeysNotSupported) {
			err = c.dialOnce(ctx, address, options)
		}
		if err == nil || !c.opts.Wait || final(err) || ctx.Err() != nil && last == nil {
			return explainDial(err)
		}
		if ctx.Err() == nil {
			last = err
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%w (%w)", explainDial(last), context.Cause(ctx))
		case <-time.After(waitEvery):
		}
	}
}

// final says whether a server has answered, and waiting for another answer is in vain.
func final(err error) bool {
	for _, e := range []error{nats.ErrAuthorization, nats.ErrAuthExpired, nats.ErrAuthRevoked, nats.ErrSecureConnRequired, nats.ErrSecureConnWanted} {
		if errors.Is(err, e) {
			return true
		}
	}
	return errors.Is(err, nats.ErrTLS) && !errors.Is(err, io.EOF) && !errors.Is(err, syscall.ECONNRESET) // else it has just gone
}

// dialOnce connects, and gives up when ctx ends.
func (c *Conn) dialOnce(ctx context.Context, address string, options []nats.Option) error {
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
	return r.err
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

// secure are the options of TLS.
func (c *Conn) secure(address string) ([]nats.Option, error) {
	o := c.opts
	if !o.TLS && o.CA == "" && o.CAPEM == nil && o.Cert == "" && o.ServerName == "" {
		return nil, nil
	}
	config := &tls.Config{MinVersion: tls.VersionTLS13, ServerName: o.ServerName}
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
	if !o.TLS && o.Cert == "" && local(address) {
		return []nats.Option{func(n *nats.Options) error { n.TLSConfig = config; return nil }}, nil
	}
	return []nats.Option{nats.Secure(config)}, nil
}

// local says whether all servers of an address are on this machine.
func local(address string) bool {
	for part := range strings.SplitSeq(address, ",") {
		u, err := url.Parse(part)
		if err != nil {
			return false
		}
		if ip := net.ParseIP(u.Hostname()); u.Hostname() != "localhost" && (ip == nil || !ip.IsLoopback()) {
			return false
		}
	}
	return true
}
