//go:build unix

// Promises shows with real processes what a cluster of workers promises: it starts tg
// exec and tg worker, harms them while tasks run, and looks at what the script has printed:
// nothing is lost, each task has one result, each change of a counter and a vault is made
// once, the exit status is right.
//
//	go run ./scripts/promises [-tasks 30000] [-only NAME,…] [-tg FILE] [-seed N] [-v]
//
// Each promise is kept or broken in a cluster of its own. The exit status is 1 if one was
// broken; then what the programs have printed last is shown.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/signal"
	"strings"
	"syscall"
)

func main() {
	if role := os.Getenv(roleEnv); role != "" {
		os.Exit(play(role))
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "promises:", err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("promises", flag.ContinueOnError)
	tasks := flags.Int("tasks", 30000, "have about `N` tasks in each")
	only := flags.String("only", "", "`NAME,…` only: "+names())
	tg := flags.String("tg", "", "the `FILE` of the program tg; by default it is built")
	seed := flags.Uint64("seed", rand.Uint64(), "choose the moments of harm by `N`")
	verbose := flags.Bool("v", false, "say what happens")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *tasks < 100 {
		return errors.New("it takes at least 100 tasks, and nothing but flags")
	}
	chosen, err := choose(*only)
	if err != nil {
		return err
	}
	l, err := newLab(ctx, *tg)
	if err != nil {
		return err
	}
	defer l.close()
	l.tasks, l.seed, l.out, l.verbose = *tasks, *seed, out, *verbose
	fmt.Fprintf(out, "seed %d, %d tasks\n", *seed, *tasks)
	broken := l.examine(ctx, chosen)
	report(out, chosen)
	switch {
	case ctx.Err() != nil:
		return errors.New("interrupted")
	case len(broken) > 0:
		return fmt.Errorf("broken: %s; again: go run ./scripts/promises -tasks %d -seed %d -only %s",
			strings.Join(broken, ", "), *tasks, *seed, strings.Join(broken, ","))
	}
	return nil
}
