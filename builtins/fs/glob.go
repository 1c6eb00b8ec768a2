package fs

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
	"github.com/starlark-tg/tg/engine/permit"
	"go.starlark.net/starlark"
)

// def glob(pattern: str) -> list[str]
//
// glob returns the paths that match, sorted: "*" is any part of a name, "?" one character,
// "[a-z]" one of some, "{a,b}" one of several, "**" any number of folders. Names that begin
// with a dot match as others do. It does not follow links to folders for "**", and leaves
// out what cannot be read on the way.
func glob(c *call) (starlark.Value, error) {
	var pattern string
	if err := c.unpack("pattern", &pattern); err != nil {
		return nil, err
	}
	if pattern == "" || !doublestar.ValidatePattern(pattern) {
		return nil, fmt.Errorf("glob: %q is not a pattern: a bracket is not closed, or it is empty", pattern)
	}
	base, rest := doublestar.SplitPattern(pattern)
	if _, err := c.grants.Stat(base); err != nil {
		if absent(err) {
			return starlark.NewList(nil), nil
		}
		return nil, err
	}
	var found []string
	err := doublestar.GlobWalk(&folder{c, base}, rest, func(name string, _ fs.DirEntry) error {
		found = append(found, joined(base, name, pattern))
		return c.t.Cancelled()
	}, doublestar.WithNoFollow())
	if stop := c.t.Cancelled(); stop != nil {
		return nil, stop
	}
	if err != nil {
		return nil, fmt.Errorf("glob %s: %w", pattern, err)
	}
	slices.Sort(found)
	list := make([]starlark.Value, 0, len(found))
	for _, name := range slices.Compact(found) {
		list = append(list, starlark.String(name))
	}
	return starlark.NewList(list), nil
}

// joined returns the path of what was found below base, written as the pattern was.
func joined(base, name, pattern string) string {
	if base == "." && !(len(pattern) > 1 && pattern[:2] == "./") {
		return name
	}
	return path.Join(base, name)
}

// A folder is a granted one as package doublestar walks it.
type folder struct {
	c    *call
	base string
}

var (
	_ fs.StatFS    = (*folder)(nil)
	_ fs.ReadDirFS = (*folder)(nil)
)

func (f *folder) at(name string) string { return path.Join(f.base, name) }

func (f *folder) Open(name string) (fs.File, error) {
	if err := f.c.t.Cancelled(); err != nil {
		return nil, err
	}
	return f.c.grants.Open(f.at(name))
}

func (f *folder) Stat(name string) (fs.FileInfo, error) {
	if err := f.c.t.Cancelled(); err != nil {
		return nil, err
	}
	info, err := f.c.grants.Stat(f.at(name))
	if errors.As(err, new(*permit.Denied)) {
		err = fs.ErrNotExist // a link that leads out: there is nothing there for the script
	}
	return info, err
}

func (f *folder) ReadDir(name string) ([]fs.DirEntry, error) {
	if err := f.c.t.Cancelled(); err != nil {
		return nil, err
	}
	return f.c.grants.ReadDir(f.at(name))
}
