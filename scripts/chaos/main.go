//go:build unix

// Chaos breaks things at random while tg works: it sends signals, kills programs that
// scripts have started, takes away the standard streams and the room on the disk, has
// built-ins panic and contexts end, and then looks at what tg has promised to keep.
//
//	go run ./scripts/chaos [-time 5m] [-seed N] [-only KIND] [-rounds N] [-full DIR]
//
// Each round has a seed of its own, which a finding is printed with. The moments at which
// things happen are chosen by it, but what a moment meets is the machine's affair: a finding
// may take some rounds to come again. The exit status is 1 if there was one.
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
	"slices"
	"strings"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "chaos:", err)
		}
		os.Exit(1)
	}
}

// most is how many findings are enough.
const most = 20

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("chaos", flag.ContinueOnError)
	length := flags.Duration("time", 5*time.Minute, "begin rounds for so `long`")
	rounds := flags.Int("rounds", 0, "begin at most `N` rounds; 0: any number")
	seed := flags.Uint64("seed", rand.Uint64(), "choose by `N`")
	only := flags.String("only", "", "rounds of this `KIND` only: "+names())
	full := flags.String("full", os.Getenv("VAULT_TEST_FULL"), "a `folder` on a disk of less than 8 MiB, which is filled")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if !slices.ContainsFunc(kinds(), func(k *kind) bool { return *only == "" || *only == k.name }) {
		return fmt.Errorf("there is no kind %q; there are %s", *only, names())
	}
	fmt.Fprintln(out, "seed", *seed)
	c, err := newChaos(ctx, *full)
	if err != nil {
		return err
	}
	defer c.close()
	chosen := c.choose(*only)
	if len(chosen) == 0 {
		c.report(out)
		return errors.New("nothing can run here")
	}
	findings := c.rounds(ctx, out, chosen, *seed, *rounds, time.Now().Add(*length))
	c.report(out)
	if findings > 0 {
		return fmt.Errorf("%d findings, of seed %d", findings, *seed)
	}
	return nil
}

// rounds runs rounds of the kinds in turn, at most so many, 0 being any number, until the end,
// and returns how many findings there were.
func (c *chaos) rounds(ctx context.Context, out io.Writer, kinds []*kind, seed uint64, n int, end time.Time) (findings int) {
	for i := 0; (n == 0 || i < n) && findings < most && ctx.Err() == nil && time.Now().Before(end); i++ {
		k, seed := kinds[i%len(kinds)], seed+uint64(i)
		k.rounds++
		err := c.round(ctx, k, seed)
		if err == nil || ctx.Err() != nil {
			continue
		}
		k.findings++
		findings++
		fmt.Fprintf(out, "%s: %s\n  again: go run ./scripts/chaos -only %s -seed %d -rounds 1\n",
			k.name, strings.ReplaceAll(err.Error(), "\n", "\n    "), k.name, seed)
	}
	return findings
}
