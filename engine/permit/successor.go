package permit

import (
	"errors"
	"io/fs"
	"os"
)

// A Successor is a second file beside a file, which takes its name in one step. It is
// for who keeps a file for long and has to hold it locked, as a database does; for
// others WriteFrom is enough. One goroutine at a time may use it.
type Successor struct {
	name       string // of the file, as the script wrote it
	dir        tree
	base, temp string
}

// Successor opens the folder that holds a file, which need not exist. A grant to write
// the file is enough. The caller closes it; it stays usable after Close of the Grants.
func (g *Grants) Successor(name string) (*Successor, error) {
	s := &Successor{name: name}
	err := g.file(access{kind: "write", op: "open", name: name}, func(at spot) (err error) {
		if at.slash() {
			return g.notFile(at)
		}
		s.dir, s.base, err = g.reach(at, true)
		s.temp = "." + s.base + ".tmp"
		return err
	})
	if err != nil {
		return nil, err
	}
	return s, nil
}

// Create makes the second file, new and empty, with this mode whatever the umask. One
// that is there, since somebody was killed, is removed before.
func (s *Successor) Create(perm fs.FileMode) (*os.File, error) {
	if err := s.Remove(); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	f, err := s.dir.OpenFile(s.temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return nil, s.failed(err)
	}
	if err := f.Chmod(perm); err != nil {
		return nil, errors.Join(s.failed(err), f.Close(), s.Remove())
	}
	return f, nil
}

// Rename gives the second file the name of the first, which it replaces.
func (s *Successor) Rename() error { return s.failed(s.dir.Rename(s.temp, s.base)) }

// Remove removes the second file.
func (s *Successor) Remove() error { return s.failed(s.dir.Remove(s.temp)) }

// Sync writes the names in the folder to the disk.
func (s *Successor) Sync() error {
	f, err := s.dir.OpenFile(".", os.O_RDONLY, 0)
	if err != nil {
		return s.failed(err)
	}
	return errors.Join(s.failed(f.Sync()), f.Close())
}

// Close closes the folder.
func (s *Successor) Close() error { return s.dir.Close() }

func (s *Successor) failed(err error) error { return failed("write", s.name, err) }
