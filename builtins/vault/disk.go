package vault

import (
	"io"
	"io/fs"
	"os"

	"github.com/starlark-tg/tg/engine/permit"
)

// A disk is what a vault asks of the operating system for its file. The file is never
// written to: another one is, and then takes its name.
type disk interface {
	Hold() error                         // comes first, unless the file is only read
	Lstat() (fs.FileInfo, error)         // of the file
	Open(flag int) (file, error)         // the file
	Temp(perm fs.FileMode) (file, error) // the other one, new and empty; one that is there is removed
	Rename() error                       // the other one takes the name of the file
	Remove() error                       // the other one
	Sync() error                         // the names in the folder
	Close() error                        // comes last
}

// A file is an open one. An *os.File is one.
type file interface {
	io.ReadWriteCloser
	Stat() (fs.FileInfo, error)
	Sync() error
	Fd() uintptr
}

// A granted is a disk of which the script may touch what it has been granted.
type granted struct {
	grants            *permit.Grants
	name              string
	*permit.Successor // nil until Hold
}

func newDisk(g *permit.Grants, name string) disk { return &granted{grants: g, name: name} }

func (d *granted) Hold() (err error) {
	d.Successor, err = d.grants.Successor(d.name)
	return err
}

func (d *granted) Lstat() (fs.FileInfo, error) { return d.grants.Lstat(d.name) }

func (d *granted) Open(flag int) (file, error) { return opened(d.grants.OpenFile(d.name, flag, 0o644)) }

func (d *granted) Temp(perm fs.FileMode) (file, error) { return opened(d.Create(perm)) }

func (d *granted) Close() error {
	if d.Successor == nil {
		return nil
	}
	return d.Successor.Close()
}

// opened keeps a nil *os.File from being a file that is not nil.
func opened(f *os.File, err error) (file, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}
