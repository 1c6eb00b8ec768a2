package permit

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

const openFlags = os.O_RDONLY | os.O_WRONLY | os.O_RDWR | os.O_APPEND | os.O_CREATE | os.O_EXCL | os.O_SYNC | os.O_TRUNC

// OpenFile is os.OpenFile with the flags of package os. Any flag but O_RDONLY and
// O_SYNC makes it an access to write. It does not wait for the other end of a
// FIFO, and truncates only after the file has been checked. Writes are not atomic:
// see WriteFile. The caller closes the file.
func (g *Grants) OpenFile(name string, flag int, perm fs.FileMode) (f *os.File, err error) {
	a := access{kind: "read", op: "open", name: name}
	open := func(s spot) error {
		f, err = g.openRead(s, flag)
		return err
	}
	if flag&^(os.O_RDONLY|os.O_SYNC) != 0 {
		a.kind = "write"
		open = func(s spot) error {
			f, err = g.openWrite(s, flag, perm)
			return err
		}
	}
	if flag&^openFlags != 0 {
		return nil, failed(a.op, name, syscall.EINVAL)
	}
	if err := g.file(a, open); err != nil {
		return nil, err
	}
	return f, nil
}

func (g *Grants) openWrite(s spot, flag int, perm fs.FileMode) (*os.File, error) {
	const exclusive = os.O_CREATE | os.O_EXCL
	if s.slash() {
		return nil, g.notFile(s)
	}
	for range attempts {
		dir, base, err := g.reach(s, flag&exclusive != exclusive)
		if err != nil {
			return nil, err
		}
		f, err := g.openAt(dir, base, flag, perm)
		dir.Close()
		if err != errAgain {
			return f, err
		}
	}
	return nil, errBusy
}

// errAgain says that the file was swapped while it was looked at.
var errAgain = errors.New("swapped")

// openAt opens a file of a folder that reach has found. Creating is always
// exclusive: only so a link that was put there meanwhile is not followed.
func (g *Grants) openAt(dir tree, base string, flag int, perm fs.FileMode) (*os.File, error) {
	const how = os.O_CREATE | os.O_EXCL | os.O_TRUNC
	old, err := dir.Lstat(base)
	switch {
	case errors.Is(err, fs.ErrNotExist) && flag&os.O_CREATE != 0:
		f, err := dir.OpenFile(base, flag&^os.O_TRUNC|os.O_EXCL|quiet, perm)
		if errors.Is(err, fs.ErrExist) && flag&os.O_EXCL == 0 {
			err = errAgain
		}
		return f, err
	case err != nil:
		return nil, err
	case flag&os.O_CREATE != 0 && flag&os.O_EXCL != 0:
		return nil, syscall.EEXIST
	case !g.all && old.Mode()&fs.ModeSymlink != 0:
		return nil, errAgain
	case !g.all:
		if err := checkKind(old); err != nil {
			return nil, err
		}
	}
	f, err := dir.OpenFile(base, flag&^how|quiet, 0)
	if errors.Is(err, fs.ErrNotExist) && flag&os.O_CREATE != 0 {
		err = errAgain
	}
	if err != nil {
		return nil, err
	}
	info, err := g.vet(f)
	if err == nil && !g.all && !os.SameFile(old, info) {
		err = errAgain
	}
	if err == nil && flag&os.O_TRUNC != 0 && info.Mode().IsRegular() {
		err = f.Truncate(0)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// slash says that a name ends in a slash, so that it can only be a folder's.
func (s spot) slash() bool { return os.IsPathSeparator(s.rel[len(s.rel)-1]) }

// notFile is what is wrong with writing to such a name.
func (g *Grants) notFile(s spot) error {
	dir, _, err := g.reach(s, true)
	if err != nil {
		return err
	}
	dir.Close()
	return syscall.EISDIR
}
