package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster"
	"github.com/starlark-tg/tg/engine/cluster/nats"
)

func newCluster(s streams) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cluster",
		Short: "See who works in a cluster, and invite others",
		Long: `A script runs on many machines: "tg exec --cluster URL" runs it, "tg worker --cluster URL"
takes its tasks. With embed://HOST:PORT the server between them is in tg itself. If HOST
is an address of this machine only, such as 127.0.0.1, so are the workers; otherwise
what goes over the network is encrypted.

Who may send tasks and who may take them is known by a file of keys, which is made when
it is needed first: tg/cluster.json in the user's configuration folder, or the one that
--cluster-key names. Whoever can read it can make all workers run what they are allowed
to. Workers of the same user on the same machine find it; those of other machines get an
invitation, with which they can take tasks and not send any:

  here:   tg cluster invite > invitation.txt
          tg exec --cluster embed://0.0.0.0:4222 sync.star
  there:  tg worker --cluster nats://HOST:4222 --invitation invitation.txt`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newClusterStatus(s), newClusterInvite(s))
	return cmd
}

func newClusterInvite(s streams) *cobra.Command {
	var c clusterFlags
	var color string
	cmd := &cobra.Command{
		Use:   "invite",
		Short: "Print an invitation for workers on other machines",
		Long: `Print an invitation for workers on other machines: a line for tg worker's --invitation,
or for the variable ` + invitationEnv + `. It is secret: who has it can take tasks,
and see what they do. The cluster's keys are made if there are none.`,
		Example: `  tg cluster invite > invitation.txt
  ` + invitationEnv + `="$(tg cluster invite)" tg worker --cluster nats://127.0.0.1:4222`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if cmd.Flags().Changed("cluster-key") && c.key == "" {
				return errors.New("--cluster-key needs the name of a file; see tg cluster invite --help")
			}
			i, err := invitation(&c)
			if err != nil {
				draw.Report(s.err, draw.NewPaint(color, s.err), err)
				return status(exitError)
			}
			_, _ = fmt.Fprintln(s.out, i) // run sees what the output has lost
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.addKey(cmd.Flags())
	addColor(cmd, &color)
	return cmd
}

func invitation(c *clusterFlags) (i clusterkey.Invitation, err error) {
	path, err := c.keyFile()
	if err != nil {
		return i, err
	}
	pair, err := clusterkey.Open(path)
	if err != nil {
		return i, err
	}
	return pair.Invitation()
}

// statusTime is how long the servers may take to say how things are.
const statusTime = 15 * time.Second

func newClusterStatus(s streams) *cobra.Command {
	var c clusterFlags
	var color string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "status --cluster URL",
		Short: "Show workers, queues and runs",
		Long: `Show the workers of a cluster with the tasks that they run, the queues with the tasks
that wait for a worker, and the runs of scripts.

Exit status: 1 the cluster cannot be reached; 2 usage.`,
		Example: `  tg cluster status --cluster nats://127.0.0.1:4222
  tg cluster status --cluster nats://127.0.0.1:4222 --json`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			err := c.check(cmd.Flags())
			switch {
			case err != nil:
			case c.url == "":
				err = errors.New("which cluster is meant? --cluster URL")
			case c.address.embedded():
				err = errors.New("embed:// is for tg exec; its server is asked by --cluster nats://HOST:PORT")
			}
			if err != nil {
				return fmt.Errorf("%w; see tg cluster status --help", err)
			}
			st, err := clusterStatus(cmd.Context(), &c)
			switch {
			case err != nil:
				draw.Report(s.err, draw.NewPaint(color, s.err), err)
				return status(exitError)
			case asJSON:
				printStatusJSON(s.out, st)
			default:
				printStatus(s.out, draw.NewPaint(color, s.out.w), st, time.Now())
			}
			return nil // run sees what the output has lost
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	c.add(cmd, "ask the cluster at `URL`: nats://HOST:PORT or tls://HOST:PORT", "nats://", "tls://")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON document")
	addColor(cmd, &color)
	return cmd
}

// clusterStatus asks as a coordinator does. Keys are not made for that: no cluster would
// know them.
func clusterStatus(ctx context.Context, c *clusterFlags) (st cluster.Status, err error) {
	o, err := c.coordinator(func(path string) (clusterkey.Pair, error) {
		pair, err := clusterkey.Load(path)
		if errors.Is(err, fs.ErrNotExist) && c.key == "" {
			return pair, nil
		}
		return pair, err
	})
	if err != nil {
		return st, err
	}
	o.Name = "tg cluster status"
	ctx, cancel := context.WithTimeoutCause(ctx, statusTime, fmt.Errorf("cluster %s: there is no answer within %v", c.address, statusTime))
	defer cancel()
	conn, err := nats.Connect(ctx, c.url, o)
	if err != nil {
		err = c.failure(ctx, err)
		if keyless := o.Seed == "" && o.Creds == ""; keyless && strings.Contains(err.Error(), "refuses") {
			return st, &engine.Error{Msg: err.Error(), Hint: "the cluster's keys are not here: ask on the script's machine, or name them: --cluster-key FILE"}
		}
		return st, err
	}
	defer conn.Close()
	if st, err = conn.Status(ctx); err != nil {
		return st, c.failure(ctx, err)
	}
	return st, nil
}
