// Package universe holds the functions that every script has beyond Starlark's
// own: sum, round, divmod, pow and format. They do what Python's namesakes do;
// where Starlark itself differs from Python (bools are no numbers, there are no
// complex numbers), they say so in an error.
//
// Nothing here keeps state, so everything may be used from many goroutines.
package universe

import "go.starlark.net/starlark"

// LocalCancel is the key of the thread local that holds the thread's
// [Canceller]. A thread without one is never cancelled in mid-function.
const LocalCancel = "tg.cancel"

// Canceller tells a long-running built-in whether its thread was cancelled.
// It exists because a [starlark.Thread] can be told to cancel but not asked.
type Canceller interface {
	// Cancelled returns nil while the thread may go on, then the reason to
	// stop. It does not block.
	Cancelled() error
}

// Functions returns fresh built-ins: sum, round, divmod, pow, format.
func Functions() starlark.StringDict {
	return starlark.StringDict{
		"sum":    starlark.NewBuiltin("sum", sum),
		"round":  starlark.NewBuiltin("round", round),
		"divmod": starlark.NewBuiltin("divmod", divmod),
		"pow":    starlark.NewBuiltin("pow", pow),
		"format": starlark.NewBuiltin("format", format),
	}
}

// Str is str(v): a string as it is, bytes as text with U+FFFD for what is not
// UTF-8, and everything else as Starlark prints it.
func Str(v starlark.Value) string {
	switch v := v.(type) {
	case starlark.String:
		return string(v)
	case starlark.Bytes:
		return string([]rune(string(v)))
	}
	return v.String()
}

// cancelled returns why the thread was cancelled, or nil if it was not.
func cancelled(thread *starlark.Thread) error {
	if c, ok := thread.Local(LocalCancel).(Canceller); ok && c != nil {
		return c.Cancelled()
	}
	return nil
}
