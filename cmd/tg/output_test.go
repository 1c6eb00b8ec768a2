package main

import (
	"errors"
	"io/fs"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"
)

// A narrow writer fails when it has been given room bytes.
type narrow struct {
	room int
	err  error
}

func (n *narrow) Write(b []byte) (int, error) {
	if n.room -= len(b); n.room < 0 {
		return 0, n.err
	}
	return len(b), nil
}

func TestOutput(t *testing.T) {
	o := &output{w: &narrow{3, &fs.PathError{Op: "write", Path: "/dev/stdout", Err: syscall.ENOSPC}}}
	var told []error
	o.onLost(func(err error) { told = append(told, err) })
	_, err := o.Write([]byte("one"))
	require.NoError(t, err)
	require.NoError(t, o.failure())
	for range 3 {
		_, err = o.Write([]byte("two"))
		require.ErrorIs(t, err, syscall.ENOSPC)
	}
	require.Len(t, told, 1, "told once")
	require.EqualError(t, o.failure(), "cannot write to standard output: no space left on device")
}

func TestOutputError(t *testing.T) {
	require.Equal(t, 1, outputError{syscall.ENOSPC}.status())
	require.False(t, outputError{}.quiet())
	gone := outputError{&fs.PathError{Op: "write", Path: "|1", Err: syscall.EPIPE}}
	require.True(t, gone.quiet())
	require.Equal(t, 141, gone.status())
}

func TestOutputHammer(t *testing.T) {
	o := &output{w: &narrow{1000, errors.New("full")}}
	told := 0 // guarded by o: it calls while it is locked
	o.onLost(func(error) { told++ })
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 500 {
				_, _ = o.Write([]byte("x"))
				_ = o.failure()
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, told)
	require.Error(t, o.failure())
}
