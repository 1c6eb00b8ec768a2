package ssh

import (
	"context"
	"errors"
	"fmt"
	"net"
	"slices"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/command"
	"github.com/starlark-tg/tg/engine/builtin"
	"golang.org/x/crypto/ssh"
)

// A link is a connection to a host, with those to the jump hosts that it goes through.
type link struct {
	raw     net.Conn // to the first host
	clients []*ssh.Client
}

// client is the last host's.
func (l *link) client() *ssh.Client { return l.clients[len(l.clients)-1] }

// close returns when nothing of the link runs any more.
func (l *link) close() {
	if l.raw != nil {
		l.raw.Close()
	}
	for _, c := range slices.Backward(l.clients) {
		c.Close()
		_ = c.Wait()
	}
}

// connect connects to the hops, each through the one before.
func (c *call) connect(ctx context.Context) (l *link, err error) {
	l = &link{}
	if err = c.login.prepare(ctx, c); err == nil {
		err = c.setKnown()
	}
	for i := 0; err == nil && i < len(c.hops); i++ {
		err = c.hop(ctx, l, c.hops[i])
	}
	if err != nil {
		l.close()
		return nil, err
	}
	return l, nil
}

// hop adds a host to the link.
func (c *call) hop(ctx context.Context, l *link, t target) error {
	c.at = t
	dial := c.t.Run().Grants().DialContext
	if len(l.clients) > 0 {
		dial = l.client().DialContext
	}
	conn, err := dial(ctx, "tcp", t.address())
	if err != nil {
		return explain(t, err)
	}
	if l.raw == nil {
		l.raw = conn
	}
	defer context.AfterFunc(ctx, func() { l.raw.Close() })()
	config := &ssh.ClientConfig{
		User: t.user, Auth: c.login.methods(), HostKeyCallback: c.known.callback(t), HostKeyAlgorithms: c.known.algorithms(t, c.legacy),
		ClientVersion: "SSH-2.0-tg",
	}
	if c.legacy {
		offerOld(&config.Config)
	}
	inner, channels, requests, err := ssh.NewClientConn(conn, t.address(), config)
	if err != nil {
		return explain(t, err)
	}
	l.clients = append(l.clients, ssh.NewClient(inner, channels, requests))
	return ctx.Err()
}

// offerOld offers what is known to be weak, after what is not.
func offerOld(config *ssh.Config) {
	good, old := ssh.SupportedAlgorithms(), ssh.InsecureAlgorithms()
	config.KeyExchanges = append(good.KeyExchanges, old.KeyExchanges...)
	config.Ciphers = append(good.Ciphers, old.Ciphers...)
	config.MACs = append(good.MACs, old.MACs...)
}

var (
	errTimeout = errors.New("timeout")
	errConnect = errors.New("connect timeout")
)

// stopped returns why the call was stopped, if it was, or else the error that there is.
func (c *call) stopped(ctx context.Context, err error) error {
	if stop := c.t.Cancelled(); stop != nil {
		return stop
	}
	switch cause := context.Cause(ctx); {
	case errors.Is(cause, errConnect):
		return &builtin.Failure{What: "timeout", Msg: fmt.Sprintf("%s: no connection within %v", c.at, c.bound)}
	case errors.Is(cause, errTimeout):
		return &builtin.Failure{What: "timeout", Msg: fmt.Sprintf("%s did not end within %v", c.name(), c.timeout)}
	case errors.Is(cause, command.ErrTooMuch):
		return fmt.Errorf("%s wrote more than %d bytes: max_output=… allows more", c.name(), c.most)
	}
	return err
}

// withTimeout bounds a context.
func withTimeout(ctx context.Context, d time.Duration, cause error) (context.Context, context.CancelFunc) {
	if d == 0 {
		return context.WithCancel(ctx)
	}
	return context.WithTimeoutCause(ctx, d, cause)
}
