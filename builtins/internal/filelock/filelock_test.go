package filelock

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestLock(t *testing.T) {
	name := filepath.Join(t.TempDir(), "file")
	open := func() *os.File {
		f, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE, 0o600)
		require.NoError(t, err)
		t.Cleanup(func() { f.Close() })
		return f
	}
	first, second := open(), open()
	lock := func(f *os.File) error { return Lock(context.Background(), f) }
	if err := lock(first); errors.Is(err, ErrNone) {
		t.Skip("this system has no such locks")
	} else {
		require.NoError(t, err)
	}
	require.NoError(t, lock(first), "again")
	require.ErrorIs(t, lock(second), ErrBusy)
	time.AfterFunc(50*time.Millisecond, func() { first.Close() })
	require.NoError(t, lock(second), "its owner was about to go")

	ended, end := context.WithCancel(context.Background())
	end()
	require.ErrorIs(t, Lock(ended, open()), ErrBusy)
}
