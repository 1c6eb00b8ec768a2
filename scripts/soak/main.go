// Soak runs a mixed script again and again in this process, ends it in every way there
// is, and says whether anything grows that should not.
//
//	go run ./scripts/soak [-time 10m] [-lanes N] [-seed N]
//
// A lap is some rounds at once, each of which is the script run in one way. Between laps
// nothing runs; then heap, memory, goroutines, descriptors, processes and temporary files
// are counted. What laps leave none of is compared with the base line, memory with what it
// was a third of the time before. The exit status is 1 if something grew, or if a run was
// wrong or did not end.
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
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "soak:", err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("soak", flag.ContinueOnError)
	w := &watch{out: out, patience: 2 * time.Second}
	flags.DurationVar(&w.time, "time", 10*time.Minute, "run for so `long`")
	flags.DurationVar(&w.every, "every", 30*time.Second, "print a line every so `often`")
	flags.IntVar(&w.warm, "warm", 20, "run `N` laps before the base line")
	lanes := flags.Int("lanes", 3, "run `N` rounds at once")
	seed := flags.Uint64("seed", rand.Uint64(), "choose rounds by `N`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	fmt.Fprintln(out, "seed", *seed)
	s, err := newSoak(ctx, *lanes, *seed)
	if err != nil {
		return err
	}
	defer s.close()
	w.dir, w.mark = s.dir, s.mark
	err = w.run(ctx, s.lap)
	fmt.Fprint(out, s.counts())
	return err
}
