package main

import (
	"context"
	"os"
	"os/signal"
	"syscall"
	"time"
)

// A signalError is the cause of a run that a signal stopped.
type signalError struct{ sig syscall.Signal }

func (e signalError) Error() string {
	switch e.sig {
	case syscall.SIGINT:
		return "interrupted"
	case syscall.SIGHUP:
		return "hung up"
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

// watchSignals returns a context that the first SIGINT, SIGTERM or SIGHUP ends; the
// second ends the process at once.
func watchSignals(ctx context.Context) (context.Context, *signalWatch) {
	s := &signalWatch{ch: make(chan os.Signal, 2), done: make(chan struct{})}
	ctx, s.cancel = context.WithCancelCause(ctx)
	signal.Notify(s.ch, stops()...)
	// Without this a write to a closed pipe kills the process before anything
	// deferred has run. Not signal.Ignore: processes that a script starts would
	// inherit that. Nobody reads the channel: the write fails, that says enough.
	signal.Notify(make(chan os.Signal, 1), syscall.SIGPIPE)
	return ctx, s
}

// stops are the signals that end a run. When a terminal goes away, SIGHUP has to: else
// nothing deferred would run, and programs would live on, in process groups of their own.
// Under nohup it is ignored, and stays so.
func stops() []os.Signal {
	list := []os.Signal{syscall.SIGINT, syscall.SIGTERM}
	if !signal.Ignored(syscall.SIGHUP) {
		list = append(list, syscall.SIGHUP)
	}
	return list
}

// watch ends the process where a run does not end by itself: at a signal after
// run was stopped, whatever stopped it, and when a host call has not returned
// within the grace period, with the exit status that giveUp returns.
func (s *signalWatch) watch(run context.Context, grace time.Duration, giveUp func() int) {
	select {
	case sig := <-s.ch:
		s.cancel(signalError{sig.(syscall.Signal)})
	case <-run.Done():
	case <-s.done:
		return
	}
	select {
	case sig := <-s.ch:
		os.Exit(signalError{sig.(syscall.Signal)}.status())
	case <-time.After(grace + slack):
		os.Exit(giveUp())
	case <-s.done:
	}
}

func (s *signalWatch) stop() {
	signal.Stop(s.ch)
	close(s.done)
	s.cancel(nil)
}
