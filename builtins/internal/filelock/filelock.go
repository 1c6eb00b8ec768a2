// Package filelock keeps others from writing a file that is being written. The lock belongs
// to the open file: it goes when that is closed, or its process ends however that comes.
package filelock

import (
	"context"
	"errors"
	"time"
)

// ErrBusy says that the file is locked already, by this program or by another one.
var ErrBusy = errors.New("it is locked")

// ErrNone says that the system has no such locks.
var ErrNone = errors.New("this system has no locks that go with their process")

// A File is an open one. An *os.File is one.
type File interface{ Fd() uintptr }

// settling is how long a file may be locked by nobody. A program that is being started has a
// copy of the lock until it runs: of a writer that was killed meanwhile one lives on so long,
// which may be 100 ms on a busy machine.
const settling = 500 * time.Millisecond

// Lock locks f. The error is ErrBusy if somebody else has the file locked for half a second,
// or until ctx ends; or it is ErrNone, or the system's.
func Lock(ctx context.Context, f File) error {
	end := time.Now().Add(settling)
	for {
		err := try(f)
		if err != ErrBusy || ctx.Err() != nil || time.Now().After(end) {
			return err
		}
		time.Sleep(5 * time.Millisecond)
	}
}
