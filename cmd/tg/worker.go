package main

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/cmd/tg/internal/clusterkey"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
)

// workerFlags are the flags of tg worker.
type workerFlags struct {
	cluster    clusterFlags
	invitation string
	trust      []string
	slots      workers
	queue      string
	name       string
	quiet      bool
	color      string
	limits     engine.Limits
	allow      permit.Set
	env        envList
}

func newWorker(s streams) *cobra.Command {
	f := workerFlags{slots: workers(runtime.GOMAXPROCS(0)), env: envList{}}
	cmd := &cobra.Command{
		Use:   "worker --cluster URL",
		Short: "Run tasks for scripts on other machines",
		Long: `Take tasks of scripts that "tg exec --cluster URL" runs, until a signal comes; what
runs then is given back, and starts again elsewhere.

Tasks may do what the flags of the worker allow; a script brings no grants along.
What they print is printed where the script runs, what they log is logged here. A
server that is not there yet, or not any more, is waited for.

Who is let in, and whose tasks are run, is known by the first of
  --invitation FILE        a line that "tg cluster invite" has printed; - is standard input
  ` + invitationEnv + `    the line itself
  --cluster-key FILE       the cluster's keys, as they are on the script's machine
  the file that --cluster-key means if it is not given.
For an external cluster with users of its own, --creds FILE says who the worker is, and
--trust PUBKEY whose tasks it runs: the public nkey of the scripts' user.

Exit status: 1 the cluster cannot be joined; 2 usage; 129, 130 and 143 hung up,
interrupted and terminated. A second signal ends the worker at once.`,
		Example: `  tg worker --cluster nats://127.0.0.1:4222
  tg worker --cluster nats://build.example.org:4222 --invitation invitation.txt
  tg worker --cluster nats://127.0.0.1:4222 --slots 4 --queue gpu --allow-read=/data`,
		Args: cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := f.check(cmd.Flags()); err != nil {
				return fmt.Errorf("%w; see tg worker --help", err)
			}
			return status(runWorker(cmd.Context(), s, f))
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	flags := cmd.Flags()
	f.cluster.add(cmd, "take tasks from the cluster at `URL`: nats://HOST:PORT or tls://HOST:PORT", "nats://", "tls://")
	flags.StringVar(&f.invitation, "invitation", "", "join with the invitation in `FILE`, or - for standard input")
	flags.StringSliceVar(&f.trust, "trust", nil, "run the tasks of the coordinators with these public keys: `PUBKEY,…`")
	flags.Var(&f.slots, "slots", "run at most `N` tasks at once (default: the number of CPUs)")
	flags.Lookup("slots").DefValue = ""
	flags.StringVar(&f.queue, "queue", "default", "take tasks of this queue: `NAME`")
	flags.StringVar(&f.name, "name", "", "be called `NAME` (default: the host's name and the number of the process)")
	flags.BoolVarP(&f.quiet, "quiet", "q", false, "say nothing but errors")
	addColor(cmd, &f.color)
	addLimits(flags, &f.limits)
	addGrants(flags, &f.allow)
	addEnv(flags, f.env)
	return cmd
}

func (f *workerFlags) check(flags *pflag.FlagSet) error {
	if err := f.cluster.check(flags); err != nil {
		return err
	}
	switch {
	case f.cluster.url == "":
		return errors.New("a worker needs to know the cluster: --cluster URL")
	case f.cluster.address.embedded():
		return errors.New("embed:// is for tg exec, whose server the worker joins: --cluster nats://HOST:PORT")
	case flags.Changed("invitation") && f.invitation == "":
		return errors.New("--invitation needs the name of a file")
	case flags.Changed("invitation") && flags.Changed("cluster-key"):
		return errors.New("--invitation and --cluster-key say the same: give one")
	}
	if err := engine.CheckQueue(f.queue); err != nil {
		return fmt.Errorf("--queue %w", err)
	}
	for _, key := range f.trust {
		if !clusterkey.IsPublic(key) {
			return errors.New("--trust: the keys are public nkeys of users: U and 55 more letters and digits") // perhaps it is a secret one
		}
	}
	if f.name == "" {
		host, _ := os.Hostname() // for people only
		f.name = fmt.Sprintf("%s-%d", strings.TrimSpace(host), os.Getpid())
	}
	return nil
}
