package permit

import (
	"bytes"
	"crypto/rand"
	"errors"
	"io"
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

// WriteFile is WriteFrom of data.
func (g *Grants) WriteFile(name string, data []byte, perm fs.FileMode) error {
	_, err := g.WriteFrom(name, bytes.NewReader(data), perm)
	return err
}

// WriteFrom makes what r returns the contents of a file, and returns how many
// bytes that is. Whoever reads the file meanwhile, and also after a crash, has
// the old contents or the new, never a part; if r or the disk fails, the old ones
// stay. Of several writers at once the last one to end wins. It blocks as long as
// r and the disk do; to stop it, let r fail.
//
// The new contents go to a temporary file in the same folder, which needs the
// right to create files there, are synced and take the name. So the other names
// of a hard link keep the old contents. A file that exists must be open to
// writing; it keeps its mode and, as far as the process may, its owner. A new one
// has perm, less the umask. A link is followed. Under All, what is no regular
// file is written to as it is.
func (g *Grants) WriteFrom(name string, r io.Reader, perm fs.FileMode) (n int64, err error) {
	err = g.file(access{kind: "write", op: "write", name: name}, func(s spot) error {
		dir, base, err := g.reach(s, true)
		if err != nil {
			return err
		}
		defer dir.Close()
		n, err = g.replace(dir, base, r, perm)
		return err
	})
	return n, err
}

func (g *Grants) replace(dir tree, base string, r io.Reader, perm fs.FileMode) (int64, error) {
	old, err := g.openAt(dir, base, os.O_WRONLY, 0)
	var was fs.FileInfo
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err == errAgain:
		return 0, errBusy
	case err != nil:
		return 0, err
	default:
		defer old.Close()
		if was, err = old.Stat(); err != nil {
			return 0, err
		}
		if !was.Mode().IsRegular() { // only under All
			return io.Copy(old, r)
		}
		perm = was.Mode().Perm()
	}
	temp := ".tg-" + rand.Text() + ".tmp"
	f, err := dir.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return 0, err
	}
	n, err := fill(f, r, was)
	if err == nil {
		err = dir.Rename(temp, base)
	}
	if err != nil {
		_ = dir.Remove(temp)
		return 0, err
	}
	return n, nil
}

// fill writes, syncs and closes a new file, with the owner and mode of an old one.
func fill(f *os.File, r io.Reader, was fs.FileInfo) (n int64, err error) {
	defer func() { err = errors.Join(err, f.Close()) }()
	if n, err = io.Copy(f, r); err != nil {
		return n, err
	}
	if was != nil {
		keepOwner(f, was)
		if err = f.Chmod(was.Mode().Perm()); err != nil {
			return n, err
		}
	}
	return n, f.Sync()
}
