package fs

import (
	"errors"
	"io/fs"
	"syscall"

	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// def exists(path: str) -> bool
//
// exists reports whether there is something of this name. What may not be read is an
// error, not False.
func exists(c *call) (starlark.Value, error) {
	return c.is(func(fs.FileInfo) bool { return true })
}

// def is_file(path: str) -> bool
//
// is_file reports whether there is a file of this name.
func isFile(c *call) (starlark.Value, error) {
	return c.is(func(info fs.FileInfo) bool { return info.Mode().IsRegular() })
}

// def is_dir(path: str) -> bool
//
// is_dir reports whether there is a folder of this name.
func isDir(c *call) (starlark.Value, error) {
	return c.is(fs.FileInfo.IsDir)
}

func (c *call) is(what func(fs.FileInfo) bool) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	info, err := c.grants.Stat(path)
	switch {
	case absent(err):
		return starlark.False, nil
	case err != nil:
		return nil, err
	}
	return starlark.Bool(what(info)), nil
}

// absent reports whether an error says that there is nothing of this name.
func absent(err error) bool {
	return errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ENOTDIR)
}

// def stat(path: str) -> Stat
//
// stat returns what is known of a file.
func stat(c *call) (starlark.Value, error) {
	var path string
	if err := c.unpack("path", &path); err != nil {
		return nil, err
	}
	info, err := c.grants.Stat(path)
	if err != nil {
		return nil, err
	}
	return &status{info}, nil
}

// A status is what stat returns. It is immutable.
type status struct{ info fs.FileInfo }

var _ starlark.HasAttrs = (*status)(nil)

// class Stat
//
// A Stat is what fs.stat returns.
//
//	size: int      in bytes
//	mtime: float   when it was changed, in seconds since the epoch
//	mode: int      the permission bits
//	is_file: bool  whether it is a file
//	is_dir: bool   whether it is a folder
var statusAttrs = builtin.Attrs[*status]{
	"size": func(s *status) (starlark.Value, error) { return starlark.MakeInt64(s.info.Size()), nil },
	"mtime": func(s *status) (starlark.Value, error) {
		return starlark.Float(float64(s.info.ModTime().UnixNano()) / 1e9), nil
	},
	"mode":    func(s *status) (starlark.Value, error) { return starlark.MakeInt(int(s.info.Mode().Perm())), nil },
	"is_file": func(s *status) (starlark.Value, error) { return starlark.Bool(s.info.Mode().IsRegular()), nil },
	"is_dir":  func(s *status) (starlark.Value, error) { return starlark.Bool(s.info.IsDir()), nil },
}

var statusGuesses = map[string]string{"st_size": "size", "st_mtime": "mtime", "st_mode": "mode", "modified": "mtime", "length": "size"}

func (s *status) Attr(name string) (starlark.Value, error) {
	return statusAttrs.Get(s, name, statusGuesses)
}
func (s *status) AttrNames() []string { return statusAttrs.Names() }

func (s *status) String() string        { return "<stat: " + s.info.Mode().String() + ">" }
func (s *status) Type() string          { return "stat" }
func (s *status) Freeze()               {} // immutable
func (s *status) Truth() starlark.Bool  { return true }
func (s *status) Hash() (uint32, error) { return 0, errors.New("unhashable type: stat") }

// def listdir(path: str = ".") -> list[str]
//
// listdir returns the names in a folder, sorted.
func listdir(c *call) (starlark.Value, error) {
	path := "."
	if err := c.unpack("path?", &path); err != nil {
		return nil, err
	}
	entries, err := c.grants.ReadDir(path)
	if err != nil {
		return nil, err
	}
	names := make([]starlark.Value, len(entries))
	for i, e := range entries {
		names[i] = starlark.String(e.Name())
	}
	return starlark.NewList(names), nil
}
