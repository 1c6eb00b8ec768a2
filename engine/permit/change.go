package permit

import (
	"errors"
	"io/fs"
	"os"
	"syscall"
)

// Mkdir makes a folder. One that exists is an error, fs.ErrExist.
func (g *Grants) Mkdir(name string, perm fs.FileMode) error {
	return g.file(access{kind: "write", op: "mkdir", name: name}, func(s spot) error { return g.mkdir(s, perm) })
}

// MkdirAll makes a folder and those that hold it, as far as they are missing and
// lie in the grant.
func (g *Grants) MkdirAll(name string, perm fs.FileMode) error {
	return g.file(access{kind: "write", op: "mkdir", name: name, mk: perm}, func(s spot) error {
		if is, _ := g.isDir(s); is {
			return nil
		}
		for i := range len(s.rel) + 1 {
			if i < len(s.rel) && (i == 0 || !os.IsPathSeparator(s.rel[i]) || os.IsPathSeparator(s.rel[i-1])) {
				continue // not the end of an element
			}
			part := s
			part.rel = s.rel[:i]
			is, err := g.isDir(part)
			if errors.Is(err, fs.ErrNotExist) {
				if err = g.mkdir(part, perm); errors.Is(err, fs.ErrExist) {
					is, err = g.isDir(part) // by somebody else
				} else {
					is = true
				}
			}
			switch {
			case err != nil:
				return err
			case !is:
				return syscall.EEXIST
			}
		}
		return nil
	})
}

func (g *Grants) isDir(s spot) (bool, error) {
	info, err := g.stat(s)
	return err == nil && info.IsDir(), err
}

func (g *Grants) mkdir(s spot, perm fs.FileMode) error {
	dir, base, err := g.reach(s, false)
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Mkdir(base, perm)
}

// Remove removes a file, a link or an empty folder, but not the granted folder
// itself.
func (g *Grants) Remove(name string) error {
	return g.file(access{kind: "write", op: "remove", name: name}, func(s spot) error {
		dir, base, err := g.reachOther(s)
		if err != nil {
			return err
		}
		defer dir.Close()
		return dir.Remove(base)
	})
}

// RemoveAll removes a name and, if it is a folder, all below it, links as links.
// What does not exist is fine. It stops at the first error, with a part removed.
func (g *Grants) RemoveAll(name string) error {
	return g.file(access{kind: "write", op: "remove", name: name}, func(s spot) error {
		dir, base, err := g.reachOther(s)
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil {
			return err
		}
		defer dir.Close()
		return g.removeTree(dir, base)
	})
}

func (g *Grants) removeTree(dir tree, base string) error {
	err := dir.Remove(base)
	if err == nil || errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	before, failed := dir.Lstat(base)
	if failed != nil || !before.IsDir() {
		return err
	}
	sub, failed := openDir(dir, base)
	if failed != nil {
		return failed
	}
	defer sub.Close()
	if after, err := sub.Lstat("."); err != nil || !os.SameFile(before, after) {
		return errBusy // perhaps a link to another folder by now
	}
	if err := g.vetFolder(sub); err != nil {
		return err
	}
	f, failed := sub.OpenFile(".", os.O_RDONLY, 0)
	if failed != nil {
		return failed
	}
	names, failed := f.Readdirnames(-1)
	f.Close()
	if failed != nil {
		return failed
	}
	for _, name := range names {
		if err := g.removeTree(sub, name); err != nil {
			return err
		}
	}
	return dir.Remove(base)
}

// Rename gives a file or folder another name, in one step; it replaces a file of
// that name. The two may lie in different grants. Between file systems it fails,
// as rename does.
func (g *Grants) Rename(old, name string) error {
	err := g.file(access{kind: "write", op: "rename", name: old}, func(from spot) error {
		a, base, err := g.reachOther(from)
		if err != nil {
			return err
		}
		defer a.Close()
		return g.file(access{kind: "write", op: "rename", name: name}, func(to spot) error {
			b, newBase, err := g.reachOther(to)
			if err != nil {
				return err
			}
			defer b.Close()
			return renameBetween(a, base, b, newBase)
		})
	})
	var plain *fs.PathError
	if errors.As(err, &plain) {
		return &os.LinkError{Op: "rename", Old: show(old), New: show(name), Err: plain.Err}
	}
	return err
}

// reachOther is reach for what changes the name itself, which the granted folder
// has elsewhere.
func (g *Grants) reachOther(s spot) (tree, string, error) {
	dir, base, err := g.reach(s, false)
	if err != nil || base != "." {
		return dir, base, err
	}
	dir.Close()
	if s.g == nil {
		return nil, "", syscall.EINVAL // as rmdir and rename of "." and ".." have it
	}
	return nil, "", errSelf
}
