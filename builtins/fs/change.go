package fs

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"go.starlark.net/starlark"
)

// newFolder is the mode of a folder that is made, less the umask.
const newFolder = 0o777

// def mkdir(path: str, parents: bool = False, exist_ok: bool = False) -> None
//
// mkdir makes a folder; with parents also those that it lies in. With exist_ok it is fine
// if the folder is there.
func mkdir(c *call) (starlark.Value, error) {
	var path string
	var parents, existOK bool
	if err := c.unpack("path", &path, "parents?", &parents, "exist_ok?", &existOK); err != nil {
		return nil, err
	}
	if parents && existOK {
		return starlark.None, c.grants.MkdirAll(path, newFolder)
	}
	if up := filepath.Dir(path); parents && up != path {
		if err := c.grants.MkdirAll(up, newFolder); err != nil {
			return nil, err
		}
	}
	err := c.grants.Mkdir(path, newFolder)
	if existOK && errors.Is(err, os.ErrExist) {
		if info, e := c.grants.Stat(path); e == nil && info.IsDir() {
			err = nil
		}
	}
	return starlark.None, err
}

// def remove(path: str, recursive: bool = False) -> None
//
// remove removes a file, a link or an empty folder; with recursive a folder with all that
// is in it, links as links. What is not there is an error.
func remove(c *call) (starlark.Value, error) {
	var path string
	var recursive bool
	if err := c.unpack("path", &path, "recursive?", &recursive); err != nil {
		return nil, err
	}
	if !recursive {
		return starlark.None, c.grants.Remove(path)
	}
	if _, err := c.grants.Lstat(path); err != nil {
		return nil, err
	}
	return starlark.None, c.grants.RemoveAll(path)
}

// def rename(src: str, dst: str) -> None
//
// rename gives a file or a folder another name, in one step. A file of that name is
// replaced.
func rename(c *call) (starlark.Value, error) {
	var src, dst string
	if err := c.unpack("src", &src, "dst", &dst); err != nil {
		return nil, err
	}
	return starlark.None, c.grants.Rename(src, dst)
}

// def copy(src: str, dst: str) -> int
//
// copy makes the contents of a file those of another one, in one step, and returns how
// many bytes that are. A new file gets the mode of src.
func copyFile(c *call) (starlark.Value, error) {
	var src, dst string
	if err := c.unpack("src", &src, "dst", &dst); err != nil {
		return nil, err
	}
	f, err := c.open(src)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if now, err := c.grants.Stat(dst); err == nil && os.SameFile(info, now) {
		return nil, fmt.Errorf("copy: %s and %s are the same file", src, dst)
	}
	n, err := c.grants.WriteFrom(dst, c.t.Reader(f), info.Mode().Perm())
	return starlark.MakeInt64(n), orStopped(c.t, err)
}
