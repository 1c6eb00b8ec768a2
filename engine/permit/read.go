package permit

import (
	"cmp"
	"errors"
	"io"
	"io/fs"
	"os"
	"slices"
)

// Open opens a file or a folder for reading. It does not wait for the other end
// of a FIFO, under All neither. The caller closes the file; it stays usable after
// Close of the Grants.
func (g *Grants) Open(name string) (*os.File, error) {
	return g.OpenFile(name, os.O_RDONLY, 0)
}

// ReadFile returns the contents of a file, whole and of any size.
func (g *Grants) ReadFile(name string) ([]byte, error) {
	f, err := g.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(f)
	if err != nil {
		return nil, failed("read", name, err)
	}
	return data, nil
}

// ReadDir returns the entries of a folder, sorted by name, links as links.
func (g *Grants) ReadDir(name string) ([]fs.DirEntry, error) {
	f, err := g.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	entries, err := f.ReadDir(-1)
	if err != nil {
		return nil, failed("read", name, err)
	}
	slices.SortFunc(entries, func(a, b fs.DirEntry) int { return cmp.Compare(a.Name(), b.Name()) })
	return entries, nil
}

// Stat describes what a name leads to. FIFOs, sockets and devices are described
// too: only opening them is refused.
func (g *Grants) Stat(name string) (info fs.FileInfo, err error) {
	err = g.file(access{kind: "read", op: "stat", name: name}, func(s spot) error {
		info, err = g.stat(s)
		return err
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

// Lstat is Stat, but describes a link in the place of the last element itself.
func (g *Grants) Lstat(name string) (info fs.FileInfo, err error) {
	err = g.file(access{kind: "read", op: "lstat", name: name}, func(s spot) error {
		info, err = g.statAt(s, false)
		return err
	})
	if err != nil {
		return nil, err
	}
	return info, nil
}

// stat looks directly first; where another file system is mounted, it looks again
// from the folder that holds the file, which can be checked.
func (g *Grants) stat(s spot) (fs.FileInfo, error) {
	info, err := s.look()
	switch {
	case s.g == nil:
		return info, err
	case err != nil && errors.Is(err, g.escapes):
		return g.statAt(s, true)
	case err != nil:
		return nil, err
	}
	if root, err := s.in.Lstat("."); err != nil || !sameDevice(root, info) {
		return g.statAt(s, true)
	}
	return info, nil
}

func (g *Grants) statAt(s spot, follow bool) (fs.FileInfo, error) {
	dir, base, err := g.reach(s, follow)
	if err != nil {
		return nil, err
	}
	defer dir.Close()
	info, err := dir.Lstat(base)
	if err == nil && !g.all && g.special.holds(info) {
		err = errKern
	}
	return info, err
}

// look is Stat in a spot; a link in the place of a granted name is refused.
func (s spot) look() (fs.FileInfo, error) {
	if !s.pin {
		return s.in.Stat(s.rel)
	}
	info, err := s.in.Lstat(s.rel)
	if err == nil && info.Mode()&fs.ModeSymlink != 0 {
		return nil, errLink
	}
	return info, err
}

// openRead opens a spot for reading. What is no file or folder is not even opened
// unless it is swapped in between, and then closed unread.
func (g *Grants) openRead(s spot, flag int) (*os.File, error) {
	if s.g == nil {
		return s.in.OpenFile(s.rel, flag|quiet, 0)
	}
	for range attempts {
		before, err := s.look()
		if err != nil && errors.Is(err, g.escapes) {
			if s.rel, err = g.resolve(s, true); err == nil {
				before, err = s.look()
			}
		}
		if err == nil {
			err = checkKind(before)
		}
		if err != nil {
			return nil, err
		}
		f, err := s.in.OpenFile(s.rel, flag|quiet, 0)
		if err != nil {
			return nil, err
		}
		info, err := g.vet(f)
		switch {
		case err != nil:
			f.Close()
			return nil, err
		case s.pin && !os.SameFile(before, info): // swapped for a link, or just replaced
			f.Close()
			continue
		}
		return f, nil
	}
	return nil, errBusy
}
