package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
	"github.com/starlark-tg/tg/engine/cluster/remote"
)

// invitationEnv is the environment variable that may hold an invitation.
const invitationEnv = "TG_CLUSTER_INVITATION"

// A labour is one run of tg worker.
type labour struct {
	streams
	workerFlags
	paint draw.Paint
}

// runWorker works until a signal comes, and returns the exit status.
func runWorker(ctx context.Context, s streams, f workerFlags) int {
	l := &labour{streams: s, workerFlags: f, paint: draw.NewPaint(f.color, s.err)}
	setLimits(&l.limits)
	o, err := l.options()
	if err != nil {
		draw.Report(s.err, l.paint, err)
		return exitError
	}
	ctx, signals := watchSignals(ctx)
	defer signals.stop()
	// Deferred calls of tasks have the grace period, the servers a moment to hear of it.
	go signals.watch(ctx, engine.DefaultGrace+2*time.Second, func() int { return l.giveUp(ctx) })
	err = l.work(ctx, o)
	switch {
	case ctx.Err() != nil:
		l.say("%s: %v", draw.OneLine(l.name), context.Cause(ctx))
	case err != nil:
		draw.Report(s.err, l.paint, err)
	}
	return exitStatus(ctx, err)
}

// say tells the user how it goes.
func (l *labour) say(format string, args ...any) {
	if !l.quiet {
		fmt.Fprintf(l.err, "tg worker "+format+"\n", args...)
	}
}

func (l *labour) giveUp(ctx context.Context) int {
	fmt.Fprintf(l.err, "%s tasks, or the servers, did not end within %v\n", l.paint.Red("error:"), engine.DefaultGrace+2*time.Second+slack)
	return exitStatus(ctx, context.Cause(ctx))
}

// work joins the cluster and works until ctx ends.
func (l *labour) work(ctx context.Context, o nats.Options) error {
	eng, err := engine.New(engine.Options{
		Modules: builtins.Standard(), Allow: l.allow, Env: l.env, Limits: l.limits, MaxWorkers: int(l.slots),
		Log: slog.New(slog.NewTextHandler(l.err, nil)),
	})
	if err != nil {
		return err
	}
	defer eng.Close()
	conn, err := l.connect(ctx, o)
	if err != nil {
		return l.cluster.failure(ctx, err)
	}
	defer conn.Close()
	w, err := conn.Worker()
	if err != nil {
		return l.cluster.failure(ctx, err)
	}
	handler := remote.NewHandler(eng, w.Blob, l.name)
	defer handler.Close()
	l.say("%s: %s, queue %q, cluster %s", draw.OneLine(l.name), draw.Plural(int(l.slots), "slot"), l.queue, l.cluster.address)
	config := cluster.WorkerConfig{Name: l.name, Queue: l.queue, Slots: int(l.slots), ABI: remote.ABI(eng)}
	if err := w.Work(ctx, config, handler.Handle); err != nil {
		return l.cluster.failure(ctx, err)
	}
	return nil
}

// patience is how long a worker waits for a server before it says so.
const patience = time.Second

// connect waits for the server, and says once that it does.
func (l *labour) connect(ctx context.Context, o nats.Options) (*nats.Conn, error) {
	said := make(chan struct{})
	late := time.AfterFunc(patience, func() {
		defer close(said)
		if !l.quiet {
			fmt.Fprintf(l.err, "%s waiting for %s\n", l.paint.Blue("note:"), l.cluster.address)
		}
	})
	conn, err := nats.Connect(ctx, l.cluster.url, o)
	if !late.Stop() {
		<-said
	}
	return conn, err
}

// options returns how the worker connects.
func (l *labour) options() (nats.Options, error) {
	o := nats.Options{Name: "tg worker " + draw.OneLine(l.name), Creds: l.cluster.creds, Trust: l.trust, Wait: true}
	text := os.Getenv(invitationEnv)
	_ = os.Unsetenv(invitationEnv) // tasks are not to read it, nor programs that they run
	if o.Creds != "" && len(o.Trust) > 0 {
		l.cluster.secure(&o, "")
		return o, nil
	}
	i, err := l.invited(text, l.in)
	if err != nil {
		return o, err
	}
	if len(o.Trust) == 0 {
		o.Trust = []string{i.Trust}
	}
	if o.Creds != "" {
		i.CA = "" // an external cluster
	} else {
		o.Seed = i.Seed
	}
	l.cluster.secure(&o, i.CA)
	return o, nil
}

// invited returns the worker's invitation, or makes one of the cluster's keys. Those of this
// machine may not be there yet, if the worker is before the first script; of another one no
// coordinator would know keys that a worker makes.
func (l *labour) invited(text string, in io.Reader) (i clusterkey.Invitation, err error) {
	if l.invitation != "" {
		if i, err = clusterkey.ReadInvitation(l.invitation, in); err != nil {
			return i, fmt.Errorf("invitation: %w", err)
		}
		return i, nil
	}
	if text != "" {
		if i, err = clusterkey.ParseInvitation(text); err != nil {
			return i, fmt.Errorf("invitation: %s %w", invitationEnv, err)
		}
		return i, nil
	}
	path, err := l.cluster.keyFile()
	if err != nil {
		return i, err
	}
	load := clusterkey.Load
	if l.cluster.address.loopback && l.cluster.creds == "" && len(l.trust) == 0 {
		load = clusterkey.Open
	}
	pair, err := load(path)
	if errors.Is(err, fs.ErrNotExist) && len(l.trust) > 0 && l.cluster.key == "" {
		return i, nil // servers may know the worker by the URL, or let anybody in
	}
	if errors.Is(err, fs.ErrNotExist) {
		hint := `"tg cluster invite" on the script's machine makes the keys, and prints an invitation for
other machines: give it with --invitation FILE, or in ` + invitationEnv
		if l.cluster.creds != "" {
			hint = "say whose tasks are to be run: --trust PUBKEY, the public nkey of the scripts' user"
		}
		return i, &engine.Error{Msg: err.Error(), Hint: hint}
	}
	if err != nil {
		return i, err
	}
	return pair.Invitation()
}
