// Bench measures tg side by side with what else could do the same work, and
// prints medians and ratios. Absolute times depend on the machine; ratios taken
// in one run do less so.
//
//	go run ./scripts/bench [-quick] [-n RUNS] [-json FILE] [-compare FILE] [ROW...]
//
// A row is a twin pair or more: NAME.star for tg, NAME.py for CPython. Each twin
// prints the seconds of its measured part, so that the start of a process does
// not count, and behind them its answer, if it has one, which must be the same for
// all. They run in turn: tg, its peers, tg again.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"slices"
	"strings"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Args[1:], os.Stdout); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintln(os.Stderr, "bench:", err)
		}
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	quick := flags.Bool("quick", false, "small sizes, each once: shows that the rows run, not how fast")
	runs := flags.Int("n", 5, "run each twin `N` times")
	file := flags.String("json", "", "write the numbers to `FILE` too")
	alone := flags.Int("bare", 0, "do nothing but the bare go.starlark.net side's part, with `N` tasks: of KERNEL WORKERS SIZE, or no-ops")
	old := flags.String("compare", "", "say how the ratios stand to those that -json wrote to `FILE`")
	script := flags.String("line", "", "do nothing but the bare go.starlark.net side's part of the row start: run `CODE`")
	server := flags.Bool("serve", false, "do nothing but the server of the row http, until standard input ends")
	requests := flags.Int("gets", 0, "do nothing but plain Go's part of the row http: `N` requests to an address")
	messages := flags.Int("queue", 0, "do nothing but the bare JetStream queue's part of the row cluster: `N` tasks, alone or turns")
	puller := flags.String("pull", "", "do nothing but a worker of that, of the server at `URL`")
	if err := flags.Parse(args); err != nil {
		return err
	}
	switch {
	case *script != "":
		return oneLine(out, *script)
	case *server:
		return serve(os.Stdin, out)
	case *requests > 0:
		return gets(out, *requests, flags.Arg(0))
	case *messages > 0:
		return runQueue(out, *messages, flags.Arg(0))
	case *puller != "":
		return pull(*puller)
	case *alone > 0:
		return bare(out, *alone, flags.Args())
	}
	chosen, err := choose(rows, flags.Args())
	if err != nil {
		return err
	}
	if *runs < 1 {
		return errors.New("-n must be at least 1")
	}
	if *quick {
		*runs = 1
	}
	var before *report
	if *old != "" {
		if before, err = readReport(*old); err != nil {
			return err
		}
	}
	b, err := newBench(ctx, *quick, *runs)
	if err != nil {
		return err
	}
	defer b.close()
	report, err := b.report(chosen)
	if err != nil {
		return err
	}
	return report.give(out, before, *file)
}

// report measures rows.
func (b *bench) report(chosen []row) (*report, error) {
	r := b.newReport()
	for _, one := range chosen {
		lines, err := b.measure(one)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", one.name, err)
		}
		r.Lines = append(r.Lines, lines...)
	}
	r.Lines = append(r.Lines, means(r.Lines)...)
	return r, nil
}

// give prints what was measured, compares it and writes it to a file, if there is anything
// to compare it with, and a file.
func (r *report) give(out io.Writer, before *report, file string) error {
	if err := r.print(out); err != nil {
		return err
	}
	if before != nil {
		if err := r.compareTo(out, before); err != nil {
			return err
		}
	}
	if file == "" {
		return nil
	}
	return r.write(file)
}

// choose returns the rows of the given names, all without names.
func choose(rows []row, names []string) ([]row, error) {
	if len(names) == 0 {
		return rows, nil
	}
	var chosen []row
	known := ""
	for _, r := range rows {
		if slices.Contains(names, r.name) {
			chosen = append(chosen, r)
		}
		if !strings.HasSuffix(known, " "+r.name) {
			known += " " + r.name
		}
	}
	for _, name := range names {
		if !slices.ContainsFunc(rows, func(r row) bool { return r.name == name }) {
			return nil, fmt.Errorf("there is no row %q; there are%s", name, known)
		}
	}
	return chosen, nil
}
