//go:build !unix

package permit

import (
	"errors"
	"io/fs"
	"os"
)

const quiet = 0

// stampOf returns the stamp of a file.
func stampOf(name string) (stamp, error) {
	info, err := os.Stat(name)
	if err != nil {
		return stamp{}, err
	}
	return stamp{size: info.Size(), changed: [2]int64{info.ModTime().Unix(), int64(info.ModTime().Nanosecond())}}, nil
}

func deviceOf(fs.FileInfo) (uint64, bool) { return 0, false }
func keepOwner(*os.File, fs.FileInfo)     {}
func inKernel(*os.File) (bool, error)     { return false, nil }

// renameBetween needs the names of the folders' places here, which only All has.
func renameBetween(from tree, old string, to tree, name string) error {
	if from, ok := from.(world); ok {
		return os.Rename(from.at(old), to.(world).at(name))
	}
	return errors.ErrUnsupported
}
