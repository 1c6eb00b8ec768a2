package group

import (
	"errors"
	"fmt"
	"strconv"
	"time"
)

// ErrRefused is the error of an attempt whose value Worker.Again did not accept.
var ErrRefused = errors.New("the value was refused by if_result")

// A Kind classifies why work was stopped from outside.
type Kind string

const (
	KindTimeout   Kind = "timeout"   // one attempt took longer than its timeout
	KindDeadline  Kind = "deadline"  // the run took longer than its deadline
	KindCancelled Kind = "cancelled" // somebody asked for it
	KindSkipped   Kind = "skipped"   // it never began
)

// A Stop is the error of a task that was ended from outside.
type Stop struct {
	Kind   Kind
	Reason string // a whole message
	Cause  error  // what stopped it, if that is an error of its own
	At     error  // what the attempt returned when it was stopped: it may say where it was
	Root   string // which task's end it follows from, and how that ended; "": none
}

func (s *Stop) Error() string { return s.Reason }

// Unwrap returns what stopped the work, if that is an error of its own.
func (s *Stop) Unwrap() error { return s.Cause }

// Seconds writes d as scripts do: 0.5s, 2s, 90s.
func Seconds(d time.Duration) string {
	return strconv.FormatFloat(d.Seconds(), 'f', -1, 64) + "s"
}

// TimeoutStop is what stops an attempt whose time, d, is over.
func TimeoutStop(d time.Duration) *Stop {
	return &Stop{Kind: KindTimeout, Reason: "timed out after " + Seconds(d)}
}

func deadlineStop(d time.Duration) *Stop {
	return &Stop{Kind: KindDeadline, Reason: fmt.Sprintf("deadline of %s passed", Seconds(d))}
}

func failuresStop(max string) *Stop {
	return &Stop{Kind: KindCancelled, Reason: "max_failures=" + max + " was reached"}
}

// stoppedAt is the outcome of an attempt that was stopped and then returned at.
func stoppedAt(cause, at error) (Status, error) {
	status, stop := outcome(cause, true)
	stop.At = at
	return status, stop
}

// outcome says how a cause ends a task: its status and its error.
// begun is false for a task that never had an attempt.
func outcome(cause error, begun bool) (Status, *Stop) {
	stop, ok := cause.(*Stop)
	if !ok {
		stop = &Stop{Kind: KindCancelled, Reason: cause.Error(), Cause: cause}
	}
	switch {
	case stop.Kind == KindTimeout || stop.Kind == KindDeadline:
		own := *stop
		return TimedOut, &own
	case begun:
		return Cancelled, &Stop{Kind: KindCancelled, Reason: "cancelled: " + stop.Reason, Cause: cause}
	default:
		return Skipped, &Stop{Kind: KindSkipped, Reason: "skipped: " + stop.Reason, Cause: cause, Root: stop.Root}
	}
}

// inherited is the cause with which the children of a stopped task are stopped:
// a deadline is theirs as well, a timeout is their parent's own.
func inherited(cause error) error {
	if IsTimeout(cause) {
		return &Stop{Kind: KindCancelled, Reason: "the task that started it " + cause.Error(), Cause: cause}
	}
	return cause
}

// IsTimeout reports whether an error is that an attempt took longer than its timeout.
func IsTimeout(cause error) bool {
	stop, ok := cause.(*Stop)
	return ok && stop.Kind == KindTimeout
}
