package permit

import (
	"io/fs"
	"os"
	"path/filepath"
)

// A tree is an open folder in which names are looked up: a granted one, a folder
// below it, or the whole world under All.
type tree interface {
	OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error)
	Stat(name string) (fs.FileInfo, error)
	Lstat(name string) (fs.FileInfo, error)
	Readlink(name string) (string, error)
	Mkdir(name string, perm fs.FileMode) error
	Remove(name string) error
	Rename(from, to string) error
	Close() error
}

var (
	_ tree = (*os.Root)(nil)
	_ tree = world("")
)

// world is what All grants: the file system as the operating system has it, from
// the named folder, "" for absolute names.
type world string

func (w world) at(name string) string {
	if w == "" {
		return name
	}
	return string(w) + string(filepath.Separator) + name // not Join: only the file system knows what ".." is
}

func (w world) OpenFile(name string, flag int, perm fs.FileMode) (*os.File, error) {
	return os.OpenFile(w.at(name), flag, perm)
}
func (w world) Stat(name string) (fs.FileInfo, error)     { return os.Stat(w.at(name)) }
func (w world) Lstat(name string) (fs.FileInfo, error)    { return os.Lstat(w.at(name)) }
func (w world) Readlink(name string) (string, error)      { return os.Readlink(w.at(name)) }
func (w world) Mkdir(name string, perm fs.FileMode) error { return os.Mkdir(w.at(name), perm) }
func (w world) Remove(name string) error                  { return os.Remove(w.at(name)) }
func (w world) Rename(from, to string) error              { return os.Rename(w.at(from), w.at(to)) }
func (w world) Close() error                              { return nil }

// openDir opens a folder below t. The "/." makes the operating system refuse what
// is no folder before it opens it: os.Root's OpenRoot alone would wait for
// somebody to write into a FIFO.
func openDir(t tree, dir string) (tree, error) {
	if root, ok := t.(*os.Root); ok {
		sub, err := root.OpenRoot(dir + string(filepath.Separator) + ".")
		if err != nil {
			return nil, err // not sub: a nil *os.Root in an interface is not nil
		}
		return sub, nil
	}
	if info, err := t.Stat(dir); err != nil || !info.IsDir() {
		return nil, orNotDir(err)
	}
	return world(t.(world).at(dir)), nil
}
