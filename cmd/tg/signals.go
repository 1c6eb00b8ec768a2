package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A signalError is the cause of a run that a signal stopped.
type signalError struct{ sig syscall.Signal }

func (e signalError) Error() string {
	if e.sig == syscall.SIGINT {
		return "interrupted"
	}
	return "terminated"
}

// status is the exit status that shells give to a process killed by the signal.
func (e signalError) status() int { return 128 + int(e.sig) }

type signalWatch struct {
	ch     chan os.Signal
	done   chan struct{} // closed by stop
	cancel context.CancelCauseFunc
}

// slack is how much longer than the grace period a stopped run may take before
// the process ends without it.
const slack = time.Second

// watchSignals returns a context that the first SIGINT or SIGTERM ends. The
// second ends the process at once; so does a host call that does not return
// within the grace period.
func watchSignals(ctx context.Context, grace time.Duration, w io.Writer) (context.Context, *signalWatch) {
	s := &signalWatch{ch: make(chan os.Signal, 2), done: make(chan struct{})}
	ctx, s.cancel = context.WithCancelCause(ctx)
	signal.Notify(s.ch, syscall.SIGINT, syscall.SIGTERM)
	go s.watch(grace, w)
	return ctx, s
}

func (s *signalWatch) watch(grace time.Duration, w io.Writer) {
	var first signalError
	select {
	case sig := <-s.ch:
		first.sig = sig.(syscall.Signal)
	case <-s.done:
		return
	}
	s.cancel(first)
	select {
	case sig := <-s.ch:
		os.Exit(signalError{sig.(syscall.Signal)}.status())
	case <-time.After(grace + slack):
		fmt.Fprintf(w, "tg: a built-in function did not stop within the grace period of %s\n", grace)
		os.Exit(first.status())
	case <-s.done:
	}
}

func (s *signalWatch) stop() {
	signal.Stop(s.ch)
	close(s.done)
	s.cancel(nil)
}
