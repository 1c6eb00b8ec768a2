// Command tg runs Starlark scripts whose functions run in parallel.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"

	"github.com/spf13/cobra"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], streams{os.Stdin, os.Stdout, os.Stderr}))
}

// streams are the three standard ones.
type streams struct {
	in       io.Reader
	out, err io.Writer
}

// Exit statuses of the program, besides those that scripts choose.
const (
	exitError   = 1
	exitUsage   = 2
	exitTimeout = 124
)

// run runs the command line and returns the exit status.
func run(ctx context.Context, args []string, s streams) int {
	root := newRoot(s)
	root.SetArgs(withExec(root, args))
	err := root.ExecuteContext(ctx)
	var status statusError
	switch {
	case err == nil:
		return 0
	case errors.As(err, &status):
		return int(status)
	}
	fmt.Fprintf(s.err, "tg: %v\n", err)
	return exitUsage
}

// A statusError is how a command ends that has said itself what was wrong.
type statusError int

func (e statusError) Error() string { return fmt.Sprintf("exit status %d", int(e)) }

func newRoot(s streams) *cobra.Command {
	root := &cobra.Command{
		Use:   "tg [exec] FILE [ARGS...]",
		Short: "Run Starlark scripts whose functions run in parallel",
		Long: `tg runs Starlark scripts. Functions marked with @group.register run each in a
thread of its own and hand back a list of results.

"tg FILE" is short for "tg exec FILE"; a FILE named like a command needs "./".`,
		SilenceErrors: true,
		SilenceUsage:  true,
		Args:          cobra.NoArgs,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(s.in)
	root.SetOut(s.out)
	root.SetErr(s.err)
	root.AddCommand(newExec(s), newCheck(s), newVersion(s))
	return root
}

// withExec puts "exec" in front of arguments that begin with no command.
func withExec(root *cobra.Command, args []string) []string {
	if len(args) == 0 {
		return args
	}
	known := []string{"-h", "--help", "help", "completion", cobra.ShellCompRequestCmd, cobra.ShellCompNoDescRequestCmd}
	for _, c := range root.Commands() {
		known = append(known, c.Name())
	}
	if slices.Contains(known, args[0]) {
		return args
	}
	return append([]string{"exec"}, args...)
}
