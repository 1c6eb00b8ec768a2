package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
	"github.com/starlark-tg/tg/engine/cluster/remote"
)

// execCluster are the flags of tg exec that send tasks elsewhere.
type execCluster struct {
	clusterFlags
	dir string
}

func (c *execCluster) add(cmd *cobra.Command) {
	c.clusterFlags.add(cmd, "run tasks on the workers at `URL`: embed://HOST:PORT starts a server here, nats:// and tls:// join one", "embed://", "nats://", "tls://")
	cmd.Flags().StringVar(&c.dir, "cluster-dir", "", "keep what the server of embed:// stores in `DIR` (default: a temporary one)")
}

func (c *execCluster) check(flags *pflag.FlagSet) error {
	if err := c.clusterFlags.check(flags); err != nil {
		return err
	}
	if flags.Changed("cluster-dir") && !c.address.embedded() {
		return errors.New("--cluster-dir needs --cluster embed://HOST:PORT")
	}
	if serial := flags.Lookup("serial"); c.url != "" && serial != nil && serial.Changed {
		return errors.New("--serial runs one task at a time, here: not with --cluster")
	}
	return nil
}

// leaveTime is how long it may take to remove what a run has left with the servers. Of a
// run that was stopped it is less than slack: else the process would be ended.
func leaveTime(ctx context.Context) time.Duration {
	if ctx.Err() != nil {
		return slack * 9 / 10
	}
	return 5 * time.Second
}

// elsewhere makes calls by what it is given before the script begins.
type elsewhere struct{ engine.Remote }

// clustered reports whether tasks are to run on a cluster. A dry run needs none.
func (j *job) clustered() bool { return j.cluster.url != "" && !j.dryRun }

// join sends tasks to a cluster until leave is called.
func (j *job) join(ctx context.Context, there *elsewhere) (leave func(), err error) {
	c := &j.cluster
	o, err := c.coordinator(clusterkey.Open)
	if err != nil {
		return nil, err
	}
	o.Name, o.Embed.Dir = "tg exec", c.dir
	conn, err := nats.Connect(ctx, c.url, o)
	if err != nil {
		return nil, c.failure(ctx, err)
	}
	d, err := conn.Dispatcher(ctx)
	if err != nil {
		conn.Close()
		return nil, c.failure(ctx, err)
	}
	caller := remote.NewCaller(d)
	there.Remote = caller
	if c.address.embedded() && !j.quiet {
		j.note(invite(conn.URL(), c.key))
	}
	return func() {
		caller.Close()
		j.leave(ctx, d)
		conn.Close()
	}, nil
}

// invite says how workers of this machine join.
func invite(url, keyFile string) string {
	text := fmt.Sprintf("cluster at %s; workers join with: tg worker --cluster %s", url, url)
	if keyFile != "" {
		text += " --cluster-key " + shown(keyFile)
	}
	return text
}

// leave ends the run for the cluster. Servers that cannot be told find out.
func (j *job) leave(stopped context.Context, d cluster.Dispatcher) {
	ctx, cancel := context.WithTimeout(context.WithoutCancel(stopped), leaveTime(stopped))
	defer cancel()
	if err := d.Close(ctx); err != nil && !j.quiet && stopped.Err() == nil {
		j.note(fmt.Sprintf("cluster %s: what this run has left there is removed by the next one: %v", j.cluster.address, err))
	}
}
