package nats

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
)

func (c *Conn) broke() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.down.IsZero() {
		c.down = time.Now()
	}
}

func (c *Conn) cameBack() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.down, c.back, c.refused = time.Time{}, time.Now(), nil
	for _, tell := range c.onBack {
		select {
		case tell <- struct{}{}:
		default:
		}
	}
}

func (c *Conn) heard(err error) {
	if errors.Is(err, nats.ErrSlowConsumer) {
		return // what was missed is found by reconciling
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.refused = err
}

// tellBack has a channel told when the connection comes back, until the returned
// function is called.
func (c *Conn) tellBack(ch chan<- struct{}) (stop func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.onBack = append(c.onBack, ch)
	return func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if i := slices.Index(c.onBack, ch); i >= 0 {
			c.onBack = slices.Delete(c.onBack, i, i+1)
		}
	}
}

// steady says whether the connection has stood for so long.
func (c *Conn) steady(d time.Duration) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.down.IsZero() && time.Since(c.back) > d
}

// flush waits until the server has got what was sent to it, if it is there.
func (c *Conn) flush(most time.Duration) {
	if c.nc.IsConnected() {
		_ = c.nc.FlushTimeout(most) // it was worth a try
	}
}

var errDown = errors.New("no connection to the cluster")

// hopeless returns an error once waiting for the connection makes no sense: it was
// closed, also by the server for good, the server is ours and broken, or patience is over.
func (c *Conn) hopeless(patience time.Duration) error {
	if err := c.server.failure(); err != nil {
		return err
	}
	closed := c.nc.IsClosed()
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case closed && c.refused != nil:
		return fmt.Errorf("the connection to the cluster is closed: %w", c.refused)
	case closed:
		return errors.New("the connection to the cluster is closed")
	case !c.down.IsZero() && time.Since(c.down) > patience:
		return fmt.Errorf("%w for %v", errDown, time.Since(c.down).Round(time.Second))
	}
	return nil
}

// passing says whether trying again may help: the server is not there now, or has
// not made up its mind.
func passing(err error) bool {
	var api *jetstream.APIError
	if errors.As(err, &api) {
		return api.Code == 429 || api.ErrorCode == noPeers || api.Code == 503 && api.ErrorCode != noJetStreamAccount && !exhausted(api)
	}
	var broken *net.OpError // the connection has just ended, and nobody has seen it yet
	if errors.As(err, &broken) {
		return true
	}
	for _, e := range []error{net.ErrClosed, io.ErrClosedPipe, io.EOF, nats.ErrTimeout, nats.ErrNoResponders, jetstream.ErrNoStreamResponse, nats.ErrConnectionReconnecting,
		nats.ErrDisconnected, nats.ErrReconnectBufExceeded, nats.ErrStaleConnection, context.DeadlineExceeded, nats.ErrConnectionClosed} {
		if errors.Is(err, e) {
			return true
		}
	}
	return false
}

// Codes of JetStream's errors.
const (
	noJetStreamAccount jetstream.ErrorCode = 10039
	noPeers            jetstream.ErrorCode = 10005 // the servers have not all found each other yet
	noResources        jetstream.ErrorCode = 10023
	noStorage          jetstream.ErrorCode = 10047
	storeFailed        jetstream.ErrorCode = 10077
	wrongLastSequence  jetstream.ErrorCode = 10071
	wrongLastConstant  jetstream.ErrorCode = 10164
)

func exhausted(api *jetstream.APIError) bool {
	return api.ErrorCode == noResources || api.ErrorCode == noStorage || api.ErrorCode == storeFailed
}

// isThere says whether a subject was refused because it has a message already.
func isThere(err error) bool {
	var api *jetstream.APIError
	return errors.As(err, &api) && strings.Contains(api.Description, "maximum messages per subject")
}

// explain makes an error of JetStream one that says what is wrong.
func (c *Conn) explain(err error) error {
	var api *jetstream.APIError
	c.mu.Lock()
	refused := c.refused
	c.mu.Unlock()
	switch {
	case err == nil:
		return nil
	case errors.As(err, &api) && exhausted(api):
		return fmt.Errorf("the cluster's disk or memory is full: %w", err)
	case errors.Is(err, jetstream.ErrJetStreamNotEnabled), errors.Is(err, jetstream.ErrJetStreamNotEnabledForAccount),
		errors.Is(err, nats.ErrNoResponders):
		return fmt.Errorf("the server has no JetStream for this user: %w", err)
	case refused != nil && errors.Is(refused, nats.ErrPermissionViolation):
		return fmt.Errorf("%w: %w", refused, err)
	}
	return err
}

// again calls f until it succeeds, fails for good, or patience is over. A call has a
// second the first time: if the connection breaks meanwhile, no answer comes. Then
// it has more, since the servers may be slow.
func (c *Conn) again(ctx context.Context, f func(ctx context.Context) error) error {
	return c.againIn(ctx, time.Second, c.opts.Patience, f)
}

// againIn is again, with so much time for the first call and so much patience.
func (c *Conn) againIn(ctx context.Context, first, patience time.Duration, f func(ctx context.Context) error) error {
	began := time.Now()
	for wait := 20 * time.Millisecond; ; wait = min(2*wait, 500*time.Millisecond) {
		once, cancel := context.WithTimeout(ctx, first)
		err := f(once)
		cancel()
		if err != nil && ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err == nil || !passing(err) {
			return err
		}
		if gone := c.hopeless(patience); gone != nil {
			return gone
		}
		if time.Since(began) > patience {
			return fmt.Errorf("no answer for %v: %w", patience, err)
		}
		first = max(first, 4*time.Second)
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(wait):
		}
	}
}

// refusal is the server's last word against us, if it was about permissions.
func (c *Conn) refusal() error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if errors.Is(c.refused, nats.ErrPermissionViolation) {
		return fmt.Errorf("the server refuses: %w", c.refused)
	}
	return nil
}
