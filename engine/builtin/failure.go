package builtin

import "time"

// A Failure is how something in the world failed, as module functions return it. It has
// the kind that scripts see; see [StatusError] for failures with a number.
type Failure struct {
	What   string // its kind: connection, timeout, …
	Msg    string
	Advice string // "" or what to do about it
	Cause  error  // or nil
}

func (f *Failure) Error() string { return f.Msg }

// Kind returns the kind.
func (f *Failure) Kind() string { return f.What }

// Hint returns the advice.
func (f *Failure) Hint() string { return f.Advice }

// Unwrap returns the cause.
func (f *Failure) Unwrap() error { return f.Cause }

// A StatusError is a failure that came with a number: an exit status, or that of an answer
// over HTTP.
type StatusError struct {
	Failure
	Code  int
	After time.Duration // when the other side wants to be asked again; 0: it said nothing
}

// ErrorCode returns the number.
func (e *StatusError) ErrorCode() int { return e.Code }

// RetryAfter returns how long a retry should wait at least.
func (e *StatusError) RetryAfter() time.Duration { return e.After }
