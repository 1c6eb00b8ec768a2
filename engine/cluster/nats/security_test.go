//go:build !tg_noserver

package nats_test

import (
	"context"
	"crypto/tls"
	"errors"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
	gonats "github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

// What a worker's key must not do is refused by the server.
func TestWorkersKey(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	worker(t, c, cluster.WorkerConfig{}, echo)
	_, err := d.Do(t.Context(), task(1), nil) // so that there is a consumer
	require.NoError(t, err)
	address, o := c.Invitation()
	refused := make(chan error, 1000)
	nc, js := raw(t, address, o.Seed, gonats.CustomInboxPrefix("_TGW"), gonats.ErrorHandler(func(_ *gonats.Conn, _ *gonats.Subscription, err error) {
		select {
		case refused <- err:
		default:
		}
	}))
	expect := func(what string) {
		t.Helper()
		require.NoError(t, nc.Flush())
		select {
		case err := <-refused:
			require.ErrorIs(t, err, gonats.ErrPermissionViolation, what)
		case <-time.After(5 * time.Second):
			t.Errorf("%s: not refused", what)
		}
	}
	for _, subject := range []string{"tg.r.>", "tg.r.*.*", "tg.p.>", "tg.t.>", "tg.l.>", "tg.q.>", "tg.q.*.*", "tg.c.here", "_INBOX.>", "$JS.>", "$KV.>", ">"} {
		_, err := nc.Subscribe(subject, func(*gonats.Msg) {})
		require.NoError(t, err)
		expect("subscribe " + subject)
	}
	for _, subject := range []string{
		"tg.t.v1.default.run.task", "tg.c.cancel", "tg.c.done", "tg.c.ping", "tg.p.run.task", "tg.q", "tg.q.run", "tg.q.run.task.more", "_INBOX.x", "_TGW.x", "$KV.tg_code.x", "$KV.tg_runs.x", "$KV.tg_vault.x", "$O.tg_code.C.x", "$O.tg_args.M.x",
		"$JS.API.INFO", "$JS.API.STREAM.NAMES", "$JS.API.STREAM.LIST", "$JS.API.STREAM.CREATE.X", "$JS.API.STREAM.UPDATE.TG_TASKS",
		"$JS.API.STREAM.MSG.GET.TG_RES", "$JS.API.STREAM.MSG.GET.TG_TASKS", "$JS.API.DIRECT.GET.TG_RES", "$JS.API.DIRECT.GET.OBJ_tg_out",
		"$JS.API.STREAM.MSG.DELETE.TG_TASKS", "$JS.API.STREAM.MSG.DELETE.TG_RES", "$JS.API.STREAM.SNAPSHOT.TG_RES",
	} {
		require.NoError(t, nc.Publish(subject, nil))
		expect("publish " + subject)
	}
	for _, stream := range []string{"TG_TASKS", "TG_RES", "KV_tg_code", "KV_tg_runs", "OBJ_tg_code", "OBJ_tg_args", "OBJ_tg_out"} {
		for _, verb := range []string{"STREAM.DELETE.", "STREAM.PURGE.", "CONSUMER.CREATE.", "CONSUMER.DURABLE.CREATE."} {
			subject := "$JS.API." + verb + stream
			if verb[0] == 'C' {
				subject += ".mine"
			}
			require.NoError(t, nc.Publish(subject, nil))
			expect("publish " + subject)
		}
	}
	require.NoError(t, nc.Publish("$JS.API.CONSUMER.DELETE.TG_TASKS.v1_default", nil))
	expect("delete consumer")
	rollUp(t, js)
}

// rollUp tries to empty what a worker may publish to.
func rollUp(t *testing.T, js jetstream.JetStream) {
	t.Helper()
	for _, subject := range []string{"tg.r.run.task", "$O.tg_out.M.x"} {
		m := gonats.NewMsg(subject)
		m.Header.Set("Nats-Rollup", "all")
		ctx, cancel := context.WithTimeout(t.Context(), soon)
		_, err := js.PublishMsg(ctx, m)
		cancel()
		var api *jetstream.APIError
		require.ErrorAs(t, err, &api, subject)
		require.Contains(t, api.Description, "rollup")
	}
}

// A question is answered where workers hear it and nowhere else, although its sender
// names the subject and the coordinator may publish to many.
func TestAnswersGoToWorkersOnly(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	nc, _ := raw(t, address, o.Seed, gonats.CustomInboxPrefix("_TGW"))
	heard := make(chan string, 10)
	own, _ := raw(t, address, c.Seed())
	for _, subject := range []string{"tg.c.done", "tg.p.>", "_TGW.mine"} {
		conn := own
		if subject[0] == '_' {
			conn = nc
		}
		_, err := conn.Subscribe(subject, func(m *gonats.Msg) { heard <- m.Subject })
		require.NoError(t, err)
		require.NoError(t, conn.Flush())
	}
	st, err := d.Status(t.Context())
	require.NoError(t, err)
	for _, reply := range []string{"tg.c.done", "tg.p.run.task", "_TGW", "_TGWX.mine", "_TGW.mine"} {
		require.NoError(t, nc.PublishRequest("tg.q."+st.Runs[0].ID+".none", reply, nats.Question("op")))
	}
	require.Equal(t, "_TGW.mine", <-heard)
	require.Empty(t, heard)
}

// A task that somebody else has published never runs, even one with the right to
// publish; nor does a signed one on another subject.
func TestForgedTask(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	d := dispatcher(t, c)
	var runs atomic.Int32
	hold := make(chan struct{})
	worker(t, c, cluster.WorkerConfig{Slots: 4}, func(context.Context, cluster.Task, cluster.Line) []byte {
		runs.Add(1)
		<-hold
		return nil
	})
	stranger, err := nats.Connect(t.Context(), c.URL(), quick(nats.Options{Seed: c.Seed()}))
	require.NoError(t, err)
	t.Cleanup(stranger.Close)
	stranger.SignWith(seed(t))
	sd := dispatcher(t, stranger)
	forged := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 700*time.Millisecond)
	defer cancel()
	go func() {
		_, err := sd.Do(ctx, task(1), nil)
		forged <- err
	}()
	require.ErrorIs(t, <-forged, context.DeadlineExceeded)
	require.Zero(t, runs.Load())

	real := make(chan error, 1)
	go func() {
		_, err := d.Do(t.Context(), task(2), nil)
		real <- err
	}()
	require.Eventually(t, func() bool { return runs.Load() == 1 }, soon, 5*time.Millisecond)
	s, err := c.JetStream().Stream(t.Context(), "TG_TASKS")
	require.NoError(t, err)
	info, err := s.Info(t.Context())
	require.NoError(t, err)
	msg, err := s.GetMsg(t.Context(), info.State.LastSeq)
	require.NoError(t, err)
	_, err = c.JetStream().Publish(t.Context(), msg.Subject+"x", msg.Data)
	require.NoError(t, err)
	_, err = c.JetStream().Publish(t.Context(), msg.Subject+"y", []byte("rubbish"))
	require.NoError(t, err)
	require.Eventually(t, func() bool { return messages(t, c, "TG_TASKS") == 1 }, soon, 5*time.Millisecond)
	require.EqualValues(t, 1, runs.Load())
	close(hold)
	require.NoError(t, <-real)
}

func TestConnectErrors(t *testing.T) {
	t.Parallel()
	c := embed(t, nats.Options{})
	address, o := c.Invitation()
	connect := func(address string, o nats.Options) error {
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		got, err := nats.Connect(ctx, address, quick(o))
		if err == nil {
			got.Close()
		}
		return err
	}
	require.ErrorContains(t, connect("http://x", o), "must begin with embed://")
	require.ErrorContains(t, connect("nats://127.0.0.1:1", o), "no server answers")
	require.ErrorContains(t, connect(address, nats.Options{Seed: seed(t)}), "refuses these credentials")
	require.ErrorContains(t, connect(address, nats.Options{Seed: "SUXX"}), "not the seed of an nkey")
	require.ErrorContains(t, connect(address, nats.Options{Creds: filepath.Join(t.TempDir(), "none")}), "no such file")
	require.ErrorContains(t, connect("tls"+address[4:], o), "the server has no TLS")
	require.ErrorContains(t, connect("embed://127.0.0.1:"+address[len("nats://127.0.0.1:"):], nats.Options{}), "port")
	require.ErrorContains(t, connect("embed://nowhere", nats.Options{}), "port")
	file := filepath.Join(t.TempDir(), "file")
	require.NoError(t, os.WriteFile(file, nil, 0o600))
	require.Error(t, connect("embed://127.0.0.1:0", nats.Options{Embed: nats.Embed{Dir: file}}))

	_, err := c.Worker()
	require.ErrorContains(t, err, "whose tasks to run")
	wc := join(t, address, nats.Options{Seed: o.Seed, Trust: []string{"UXX"}})
	_, err = wc.Worker()
	require.ErrorContains(t, err, "not the public nkey")
}

func TestServerErrors(t *testing.T) {
	t.Parallel()
	bare := plainServer(t, &server.Options{})
	c := join(t, bare.ClientURL(), nats.Options{Patience: 2 * time.Second, Trust: []string{embed(t, nats.Options{}).PublicKey()}})
	_, err := c.Dispatcher(t.Context())
	require.ErrorContains(t, err, "no JetStream")
	w, err := c.Worker()
	require.NoError(t, err)
	require.ErrorContains(t, w.Work(t.Context(), cluster.WorkerConfig{ABI: "v1"}, echo), "no JetStream")
	require.ErrorContains(t, w.Work(t.Context(), cluster.WorkerConfig{ABI: "v 1"}, echo), "ABI")

	odd := plainServer(t, &server.Options{JetStream: true, StoreDir: t.TempDir()})
	_, err = plain(t, func(o *gonats.Options) error { o.Url = odd.ClientURL(); return nil }).
		CreateStream(t.Context(), jetstream.StreamConfig{Name: "TG_TASKS", Subjects: []string{"tg.t.>"}})
	require.NoError(t, err)
	_, err = join(t, odd.ClientURL(), nats.Options{}).Dispatcher(t.Context())
	require.ErrorContains(t, err, "stream TG_TASKS of this cluster has another shape")
	require.ErrorContains(t, err, "retention")

	small := embed(t, nats.Options{Embed: nats.Embed{MaxDisk: 2 << 20}})
	d := dispatcher(t, small)
	worker(t, small, cluster.WorkerConfig{}, echo)
	tk := task(1)
	tk.Data = make([]byte, 8<<20)
	_, err = d.Do(t.Context(), tk, nil)
	require.ErrorContains(t, err, "disk or memory is full")

	gone := embed(t, nats.Options{})
	gd, err := nats.Connect(t.Context(), gone.URL(), nats.Options{Seed: gone.Seed(), Patience: 2 * time.Second})
	require.NoError(t, err)
	t.Cleanup(gd.Close)
	dd := dispatcher(t, gd)
	worker(t, gone, cluster.WorkerConfig{}, napper)
	_, err = dd.Do(t.Context(), task(1), nil)
	require.NoError(t, err)
	gone.Close()
	_, err = dd.Do(t.Context(), task(2), nil)
	require.ErrorContains(t, err, "no connection to the cluster for")
}

// TLS 1.3, and nothing below.
func TestTLS(t *testing.T) {
	t.Parallel()
	cert, ca := certificate(t)
	c := embed(t, nats.Options{Embed: nats.Embed{TLS: &tls.Config{Certificates: []tls.Certificate{cert}}}})
	d := dispatcher(t, c)
	address, o := c.Invitation()
	_, err := nats.Connect(t.Context(), "tls"+address[4:], quick(o))
	require.ErrorContains(t, err, "certificate")
	o.CAPEM = ca
	work(t, join(t, "tls"+address[4:], o), cluster.WorkerConfig{}, echo)
	_, err = d.Do(t.Context(), task(1), nil)
	require.NoError(t, err)
	_, err = gonats.Connect(address, gonats.Secure(&tls.Config{MaxVersion: tls.VersionTLS12, InsecureSkipVerify: true}))
	require.Error(t, err)
	require.False(t, errors.Is(err, syscall.ECONNREFUSED))
}
