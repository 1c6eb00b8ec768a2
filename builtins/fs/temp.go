package fs

import (
	"crypto/rand"
	"errors"
	"os"
	"path/filepath"

	"go.starlark.net/starlark"
)

// def tempdir(dir: str | None = None) -> str
//
// tempdir makes a new folder that only this user can read, and returns its path. It is
// removed with all that is in it when the task ends, or the script if no task has made it.
// It lies in dir, or in the system's folder for such, and needs a permission to write
// there.
func tempdir(c *call) (starlark.Value, error) {
	var dir string
	if err := c.unpack("dir??", &dir); err != nil {
		return nil, err
	}
	if dir == "" {
		dir = os.TempDir()
	}
	path := filepath.Join(dir, "tg-"+rand.Text()[:12])
	if err := c.grants.Mkdir(path, 0o700); err != nil {
		return nil, err
	}
	grants := c.grants
	c.t.AtLast(func() error { // deferred calls may still want it
		if err := grants.RemoveAll(path); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
		return nil
	})
	return starlark.String(path), nil
}
