package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// testSuffix is how the names of files end that folders are searched for.
const testSuffix = "_test.star"

// findTests returns the files that paths name, and the test files in the folders
// that they name and in those below, each once, in the order of paths and of names.
// The error names the first path that cannot be read.
func findTests(paths []string) ([]source, error) {
	var list []source
	seen := map[string]bool{}
	add := func(name string) {
		name = filepath.Clean(name)
		if !seen[name] {
			seen[name] = true
			list = append(list, testSource(name))
		}
	}
	for _, name := range paths {
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			err = walkTests(name, add)
		} else if err == nil {
			add(name)
		}
		if err != nil {
			return nil, unreadable(name, err)
		}
	}
	return list, nil
}

// unreadable says which file or folder cannot be read.
func unreadable(name string, err error) error {
	var pe *fs.PathError
	if errors.As(err, &pe) && pe.Path != "" {
		name = filepath.Clean(pe.Path)
	}
	return fmt.Errorf("cannot read %s: %s", shown(name), reason(err))
}

// testSource is fileSource, but shows the name that the file was found by.
func testSource(name string) source {
	path := name
	if path == "-" {
		path = "./-" // a file, not standard input
	}
	src := fileSource(path, nil)
	src.name = filepath.ToSlash(name)
	return src
}

// walkTests calls add with each test file in a folder and in those below it.
func walkTests(folder string, add func(name string)) error {
	root := folder + string(filepath.Separator) // which follows a link
	return filepath.WalkDir(root, func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != root && strings.HasPrefix(d.Name(), "."):
			return fs.SkipDir
		case d.Type().IsRegular() && strings.HasSuffix(d.Name(), testSuffix):
			add(name)
		}
		return nil
	})
}
