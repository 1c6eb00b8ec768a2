// Command tg runs Starlark scripts whose functions run in parallel.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"
	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
)

func main() {
	os.Exit(run(context.Background(), os.Args[1:], standard()))
}

// streams are the three standard ones.
type streams struct {
	in  io.Reader
	out *output
	err io.Writer
}

func standard() streams { return streams{os.Stdin, &output{w: os.Stdout}, os.Stderr} }

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
	var lost outputError
	switch {
	case errors.As(err, &status):
		return int(status)
	case errors.As(s.out.failure(), &lost): // what was to be written is the point of most commands
		if !lost.quiet() {
			draw.Report(s.err, draw.NewPaint("auto", s.err), lost)
		}
		return lost.status()
	case err == nil:
		return 0
	}
	fmt.Fprintf(s.err, "tg: %s\n", draw.Clean(err.Error()))
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
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return fmt.Errorf("%w; see %s --help", err, cmd.CommandPath())
	})
	root.AddCommand(newExec(s), newWorker(s), newCluster(s), newTest(s), newCheck(s), newREPL(s), newFmt(s), newDoc(s), newStubs(s), newVersion(s))
	return root
}
