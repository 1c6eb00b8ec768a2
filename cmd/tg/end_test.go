package main

import (
	"errors"
	"strings"
	"syscall"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// TestEnd: what is said and what counts when what the script printed is lost.
func TestEnd(t *testing.T) {
	full, gone := outputError{syscall.ENOSPC}, outputError{syscall.EPIPE}
	failed := &engine.Error{Msg: "fail: x"}
	for _, test := range []struct {
		name  string
		err   error // of the run
		lost  error
		want  error
		wants string
	}{
		{"well", nil, nil, nil, ""},
		{"failed", failed, nil, failed, "error: fail: x\n"},
		{"exit", &engine.ExitError{Code: 3}, nil, &engine.ExitError{Code: 3}, ""},
		{"well, disk full", nil, full, full, "error: " + full.Error() + "\n"},
		{"failed, disk full", failed, full, failed, "error: fail: x\n"},
		{"exit(0), disk full", &engine.ExitError{}, full, full, "error: " + full.Error() + "\n"},
		{"exit(3), disk full", &engine.ExitError{Code: 3}, full, &engine.ExitError{Code: 3}, "error: " + full.Error() + "\n"},
		{"well, nobody reads", nil, gone, gone, ""},
		{"failed, nobody reads", failed, gone, failed, ""},
		{"exit(0), nobody reads", &engine.ExitError{}, gone, gone, ""},
		{"exit(3), nobody reads", &engine.ExitError{Code: 3}, gone, &engine.ExitError{Code: 3}, ""},
		{"another error", errors.New("no\x1b"), nil, errors.New("no\x1b"), "error: no\\x1b\n"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var said strings.Builder
			j := &job{streams: streams{out: &output{err: test.lost}, err: &said}, sum: newSummary()}
			require.Equal(t, test.want, j.end(test.err))
			require.Equal(t, test.wants, said.String())
		})
	}
}
