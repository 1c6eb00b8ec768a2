package vault

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"github.com/starlark-tg/tg/builtins/internal/filelock"
	"github.com/starlark-tg/tg/engine"
)

// errBusy says that another vault writes the file.
var errBusy = errors.New("another vault writes it, in this program or in another one")

// lock makes f this vault's until it is closed. Without locks there is no writing: two
// programs could do it at once, and nobody would know.
func lock(ctx context.Context, f file) error {
	switch err := filelock.Lock(ctx, f); {
	case errors.Is(err, filelock.ErrBusy):
		return errBusy
	case errors.Is(err, filelock.ErrNone):
		return errors.New(`vaults can write files on Unix systems only, where a lock goes with its process; mode="r" works everywhere`)
	default:
		return err
	}
}

// largest is how many bytes a vault's file may have.
const largest = 1 << 30

// open opens the vault's file, takes its values, and has it closed when the script
// ends. Nothing of the file is changed before all of it is known to be good.
func (v *vault) open(t *engine.Thread, d disk) error {
	k := &keeper{vault: v, disk: d}
	err := k.open(t)
	if err != nil || v.mode == "r" {
		k.close()
	}
	switch {
	case denied(err):
		return err
	case err != nil:
		return fmt.Errorf("%s: file %s: %w", v.title, v.file, err)
	case v.mode != "r":
		v.keeper = k
		t.Run().AtEnd(func() error { k.close(); return nil })
	}
	return nil
}

func (k *keeper) open(t *engine.Thread) error {
	v := k.vault
	if v.mode != "r" {
		if err := k.disk.Hold(); err != nil {
			return err
		}
	}
	info, err := k.disk.Lstat()
	switch {
	case errors.Is(err, fs.ErrNotExist) && v.mode != "r":
	case err != nil:
		return err
	case info.Mode()&fs.ModeSymlink != 0:
		return errors.New("it is a symbolic link: give the name of the file that it leads to")
	case !info.Mode().IsRegular():
		return errors.New("it is not a file")
	}
	if v.mode == "r" {
		f, err := k.disk.Open(os.O_RDONLY)
		if err != nil {
			return err
		}
		k.held = f
		_, err = k.read(t, false)
		return err
	}
	if err := k.hold(t.Context()); err != nil {
		return err
	}
	empty, err := k.read(t, v.mode == "w")
	if err != nil {
		return err
	}
	if empty || v.mode == "w" {
		return k.save(k.text(nil))
	}
	return k.probe()
}

// hold opens and locks the file, one that has the name now.
func (k *keeper) hold(ctx context.Context) error {
	for range 100 {
		f, err := k.disk.Open(os.O_RDWR | os.O_CREATE)
		if err != nil {
			return err
		}
		k.held = f
		if err := lock(ctx, f); err != nil {
			return err
		}
		info, err := f.Stat()
		if err != nil {
			return err
		}
		if now, err := k.disk.Lstat(); err == nil && os.SameFile(now, info) {
			k.perm = info.Mode().Perm()
			return nil
		}
		f.Close() // another vault has replaced it, and let go of it, since it was opened
		k.held = nil
	}
	return errBusy
}

// probe sees whether files can be made beside the file at all.
func (k *keeper) probe() error {
	f, err := k.disk.Temp(k.perm)
	if err != nil {
		return err
	}
	return errors.Join(f.Close(), k.disk.Remove())
}

// read takes the values of the file. With anew it only sees that it may be begun anew.
func (k *keeper) read(t *engine.Thread, anew bool) (empty bool, err error) {
	v := k.vault
	info, err := k.held.Stat()
	switch {
	case err != nil:
		return false, err
	case !info.Mode().IsRegular():
		return false, errors.New("it is not a file")
	case anew:
		return true, nil
	case info.Size() > largest:
		return false, fmt.Errorf("it has more than %d bytes", largest)
	}
	data, err := io.ReadAll(k.held)
	if err != nil || blank(data) {
		return true, err
	}
	if v.mode == "" {
		return false, fmt.Errorf("it is not empty: say mode=%s", modes)
	}
	lines, err := parse(data, v.ring)
	if err != nil {
		return false, err
	}
	return false, v.load(t, lines)
}

// load takes in what was read, if it is as the keys want it.
func (v *vault) load(t *engine.Thread, lines []line) error {
	in := &insert{vault: v, who: v.file}
	for _, l := range lines {
		err := v.fits(t, l.key, l.value)
		if err == nil {
			err = v.validate(t, l.key, l.value)
		}
		if err != nil {
			if passes(err) {
				return err
			}
			return fmt.Errorf("line %d: %w", l.number, err)
		}
		in.items = append(in.items, l.item)
	}
	in.publish(t)
	for i := range in.items {
		if v.mode == "r" {
			break
		}
		text, err := encode(&in.items[i])
		if err != nil {
			return fmt.Errorf("line %d: %w", lines[i].number, err)
		}
		in.items[i].text = text
	}
	v.mu.Lock()
	defer v.mu.Unlock()
	in.storeLocked()
	return nil
}
