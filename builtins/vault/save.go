package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
)

// save makes text the contents of the file, on the disk, before it returns. Whoever
// reads the file, whenever, finds the old contents or the new ones.
//
//	what fails           | the file has
//	---------------------+--------------------------------------------------------------
//	writing, its sync,   | the old contents
//	or the renaming      |
//	the folder's sync    | the old contents again: they are written back. If that fails as
//	                     | well, nobody knows, and nothing can be inserted any more
func (k *keeper) save(text []byte) error {
	if k.broken != nil {
		return k.broken
	}
	if err := k.replace(text); err != nil {
		return err
	}
	err := k.disk.Sync()
	if err == nil {
		return nil
	}
	if again := k.replace(k.text(nil)); again != nil {
		k.broken = fmt.Errorf("it may hold what was not inserted: a write failed half-way, and so did taking it back: %w", errors.Join(err, again))
		return k.broken
	}
	_ = k.disk.Sync() // failed before, too; the name leads to the old contents, if anything
	return fmt.Errorf("sync of the folder: %w", err)
}

// replace puts a file with this text, synced and locked, in the place of the file.
func (k *keeper) replace(text []byte) error {
	f, err := k.disk.Temp(k.perm)
	if err != nil {
		return err
	}
	if err = k.fill(f, text); err == nil {
		err = k.disk.Rename()
	}
	if err != nil {
		return errors.Join(err, f.Close(), k.disk.Remove())
	}
	k.held.Close() // not before: the file is this vault's all the time
	k.held = f
	return nil
}

func (k *keeper) fill(f file, text []byte) error {
	n, err := f.Write(text)
	if err == nil && n < len(text) {
		err = io.ErrShortWrite
	}
	if err == nil {
		err = f.Sync()
	}
	if err == nil {
		err = lock(context.Background(), f) // it is new: nobody else has it
	}
	return err
}
