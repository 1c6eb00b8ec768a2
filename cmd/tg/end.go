package main

import (
	"context"
	"errors"
	"fmt"

	"github.com/starlark-tg/tg/cmd/tg/internal/draw"
	"github.com/starlark-tg/tg/engine"
)

// end says how the run ended, and returns how it did: what it printed may be lost
// although it ended well. When the reader of that has gone away nothing is said:
// it has seen enough.
func (j *job) end(err error) error {
	var exit *engine.ExitError
	var lost outputError
	failure, said := j.out.failure(), err
	if err == nil || errors.As(err, &exit) {
		said = failure
	}
	if failure != nil && (err == nil || exit != nil && exit.Code == 0) {
		err = failure
	}
	if errors.As(failure, &lost) && lost.quiet() {
		return err
	}
	if said != nil && !errors.Is(said, errChanged) {
		draw.Report(j.err, j.paint, said)
	}
	if late := j.sum.late(); len(late) > 0 {
		j.overdue(late)
	}
	if !j.quiet {
		j.sum.print(j.err, j.paint)
	}
	return err
}

// giveUp says what has not stopped, and returns the exit status.
func (j *job) giveUp(ctx context.Context, src source) int {
	late := j.sum.late()
	if !j.out.busy.Load() { // else it would wait for that
		j.settle()
	}
	switch {
	case j.out.busy.Load():
		fmt.Fprintf(j.err, "%s what the script prints is not read: a print did not return within the grace period of %s\n",
			j.paint.Red("error:"), &j.grace)
	case len(late) > 0:
		j.overdue(late)
	default:
		fmt.Fprintf(j.err, "%s a built-in function did not stop within the grace period of %s\n", j.paint.Red("error:"), &j.grace)
	}
	cause := context.Cause(ctx)
	_ = j.drawn(cause)
	if !j.quiet {
		j.sum.print(j.err, j.paint)
	}
	return j.document(src, exitStatus(ctx, cause), cause)
}

// overdue names tasks whose host calls have ignored a stop.
func (j *job) overdue(late []string) {
	fmt.Fprintf(j.err, "%s a built-in function did not stop within the grace period of %s in %s:\n",
		j.paint.Red("error:"), &j.grace, draw.Plural(len(late), "task"))
	for i, task := range late {
		if i == maxRowFailed {
			fmt.Fprintf(j.err, "    … and %d more\n", len(late)-i)
			return
		}
		fmt.Fprintf(j.err, "    %s\n", task)
	}
}

// exitStatus maps how a run ended to the exit status. A run that was stopped
// while the last deferred calls ran has ended well, but was stopped.
func exitStatus(ctx context.Context, err error) int {
	var exit *engine.ExitError
	if errors.As(err, &exit) {
		return exit.Code
	}
	var sig signalError
	var late timeoutError
	var lost outputError
	cause := context.Cause(ctx)
	switch {
	case errors.As(cause, &sig):
		return sig.status()
	case errors.As(cause, &late):
		return exitTimeout
	case errors.As(cause, &lost):
		return lost.status()
	case err != nil:
		return exitError
	}
	return 0
}

// A timeoutError is the cause of a run that took longer than --timeout.
type timeoutError duration

func (e timeoutError) Error() string {
	d := duration(e)
	return fmt.Sprintf("--timeout of %s passed", &d)
}
