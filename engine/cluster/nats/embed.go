//go:build !tg_noserver

package nats

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nkeys"

	"github.com/starlark-tg/tg/engine/cluster"
)

// An embedded server lives in this process.
type embedded struct {
	server     *server.Server
	host       string // that others are told
	port       int    // set by ready
	log        fatal
	temporary  string // the folder to remove, if it is not the user's
	workerSeed string
}

// startServer starts one at HOST:PORT. It makes the keys that Options do not have.
func startServer(address string, o *Options) (*embedded, error) {
	host, portText, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return nil, fmt.Errorf("port %q is not a number", portText)
	}
	if port == 0 {
		port = server.RANDOM_PORT
	}
	e := &embedded{host: host}
	opts, err := e.options(host, port, o)
	if err == nil {
		e.server, err = server.NewServer(opts)
	}
	if err != nil {
		e.stop()
		return nil, fmt.Errorf("starting a server: %w", err)
	}
	e.server.SetLoggerV2(&e.log, false, false, false)
	e.server.Start()
	if err := e.ready(); err != nil {
		e.stop()
		return nil, err
	}
	return e, nil
}

func (e *embedded) options(host string, port int, o *Options) (*server.Options, error) {
	if err := fill(&o.Seed); err != nil {
		return nil, err
	}
	if err := fill(&o.Embed.WorkerSeed); err != nil {
		return nil, err
	}
	e.workerSeed = o.Embed.WorkerSeed
	dir := o.Embed.Dir
	if dir == "" {
		var err error
		if dir, err = os.MkdirTemp("", "tg-cluster-"); err != nil {
			return nil, err
		}
		e.temporary = dir
	}
	opts := &server.Options{
		ServerName: "tg", Host: host, Port: port, NoSigs: true, NoLog: true, DontListen: false,
		JetStream: true, StoreDir: dir, JetStreamMaxStore: o.Embed.MaxDisk,
		SyncInterval: 10 * time.Second, MaxPayload: 2 << 20, MaxPending: 256 << 20,
		PingInterval: 5 * time.Second, MaxPingsOut: 2, WriteDeadline: 10 * time.Second,
	}
	if s := o.Embed.SyncInterval; s > 0 {
		opts.SyncInterval = s
	} else if s < 0 {
		opts.SyncAlways = true
	}
	if t := o.Embed.TLS; t != nil {
		opts.TLSConfig, opts.TLS, opts.TLSTimeout = t.Clone(), true, 5
		opts.TLSConfig.MinVersion = max(t.MinVersion, 0x0304) // TLS 1.3
	}
	users := map[string]Permissions{o.Seed: CoordinatorPermissions(), o.Embed.WorkerSeed: WorkerPermissions()}
	for seed, p := range users {
		pair, err := nkeys.FromSeed([]byte(seed))
		if err != nil {
			return nil, err
		}
		public, err := pair.PublicKey()
		if err != nil {
			return nil, err
		}
		opts.Nkeys = append(opts.Nkeys, &server.NkeyUser{Nkey: public, Permissions: &server.Permissions{
			Publish:   &server.SubjectPermission{Allow: p.Publish},
			Subscribe: &server.SubjectPermission{Allow: p.Subscribe},
		}})
	}
	return opts, join(opts, o.Embed.Cluster)
}

// fill makes a seed where there is none.
func fill(seed *string) error {
	if *seed != "" {
		return nil
	}
	pair, err := nkeys.CreateUser()
	if err != nil {
		return err
	}
	text, err := pair.Seed()
	*seed = string(text)
	return err
}

// join makes the server one of several.
func join(opts *server.Options, m *Member) error {
	if m == nil {
		return nil
	}
	host, portText, err := net.SplitHostPort(m.Listen)
	if err != nil {
		return err
	}
	port, err := strconv.Atoi(portText)
	if err != nil {
		return err
	}
	opts.ServerName = m.Name
	opts.Cluster = server.ClusterOpts{Name: "tg", Host: host, Port: port}
	for _, r := range m.Routes {
		opts.Routes = append(opts.Routes, &url.URL{Scheme: "nats-route", Host: r})
	}
	return nil
}

// ready waits until the server takes connections and JetStream runs.
func (e *embedded) ready() error {
	for end := time.Now().Add(10 * time.Second); !e.server.ReadyForConnections(20 * time.Millisecond); {
		if why := e.log.said(); why != "" {
			return fmt.Errorf("the embedded server does not start: %s", why)
		}
		if time.Now().After(end) {
			return errors.New("the embedded server does not start within 10 seconds")
		}
	}
	e.port = e.server.Addr().(*net.TCPAddr).Port
	if !e.server.JetStreamEnabled() {
		return fmt.Errorf("the embedded server cannot use its folder for JetStream: %s", e.log.said())
	}
	return nil
}

// fatal is a server's log that keeps only why it cannot go on.
type fatal struct {
	mu     sync.Mutex // guards the fields below
	text   string
	broken string // why it could not write
}

// Fatalf keeps the first text.
func (f *fatal) Fatalf(format string, args ...any) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.text == "" {
		f.text = fmt.Sprintf(format, args...)
	}
}

// Errorf keeps why the server could not write: after that it does not write to the same
// stream any more, nor answer who wants it to, also once there is space again.
func (f *fatal) Errorf(format string, args ...any) {
	_, why, found := strings.Cut(fmt.Sprintf(format, args...), "Critical write error: ")
	if !found {
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.broken = why
}

// failure is why a server of our own does not store anything any more, or nil.
func (e *embedded) failure() error {
	if e == nil {
		return nil
	}
	e.log.mu.Lock()
	defer e.log.mu.Unlock()
	if e.log.broken == "" {
		return nil
	}
	return fmt.Errorf("the cluster's server cannot store anything any more: %s", e.log.broken)
}

func (f *fatal) said() string {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.text
}

func (*fatal) Noticef(string, ...any) {}
func (*fatal) Warnf(string, ...any)   {}
func (*fatal) Debugf(string, ...any)  {}
func (*fatal) Tracef(string, ...any)  {}

func (e *embedded) url() string {
	host := e.host
	if ip := net.ParseIP(host); host == "" || ip != nil && ip.IsUnspecified() {
		if host, _ = os.Hostname(); host == "" {
			host = "localhost"
		}
	}
	return "nats://" + net.JoinHostPort(host, strconv.Itoa(e.port))
}

// dialer connects within the process.
func (e *embedded) dialer() nats.Option { return nats.InProcessServer(e.server) }

// stopTime is how long a server may take to stop. One that has met a full disk may wait for
// itself for ever.
const stopTime = 5 * time.Second

// stop stops the server and waits for it.
func (e *embedded) stop() {
	if e.server != nil {
		stopped, stop := context.WithTimeout(context.Background(), stopTime)
		cluster.NewCrew(stopped).Go(func(context.Context) {
			defer stop()
			e.server.Shutdown()
			e.server.WaitForShutdown()
		})
		<-stopped.Done()
	}
	if e.temporary != "" {
		os.RemoveAll(e.temporary)
	}
}
