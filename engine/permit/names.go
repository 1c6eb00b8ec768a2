package permit

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
)

// maxName is the longest name in bytes that is looked at: PATH_MAX of Linux.
// os.Root walks a name element by element and would take any length.
const maxName = 4096

// checkName refuses what no file can be called, before any grant is looked at.
func checkName(name string) error {
	switch {
	case name == "":
		return syscall.ENOENT
	case len(name) > maxName:
		return syscall.ENAMETOOLONG
	case strings.IndexByte(name, 0) >= 0:
		return syscall.EINVAL
	}
	return nil
}

// absolute puts the current folder of Open before a relative name. It keeps "..",
// which only the file system can tell the meaning of: in link/.. it is the parent
// of what the link leads to.
func (g *Grants) absolute(name string) string {
	if filepath.IsAbs(name) {
		return name
	}
	return g.cwd + string(filepath.Separator) + name
}

// elements splits a name, without empty ones and ".". folder says that it ends in
// a slash or ".", so that only a folder will do.
func elements(name string) (els []string, folder bool) {
	for _, el := range strings.FieldsFunc(name, func(r rune) bool { return r < 128 && os.IsPathSeparator(uint8(r)) }) {
		if folder = el == "."; !folder {
			els = append(els, el)
		}
	}
	return els, folder || name != "" && os.IsPathSeparator(name[len(name)-1])
}

// inside returns what is left of els below the granted folder, or false if that
// is not where the name lies, by its text. What is left never climbs out of the
// folder, by its text.
func inside(folder, els []string) (rest []string, ok bool) {
	start := -1
	if len(folder) == 0 {
		start = 0
	}
	var at []string
	for i, el := range els {
		if el != ".." {
			at = append(at, el)
		} else if len(at) > 0 {
			at = at[:len(at)-1]
		}
		switch within := len(at) >= len(folder) && slices.Equal(at[:len(folder)], folder); {
		case !within:
			start = -1
		case start < 0:
			start = i + 1
		}
	}
	if start < 0 {
		return nil, false
	}
	return els[start:], true
}

// join is the opposite of elements.
func join(els []string, folder bool) string {
	if len(els) == 0 {
		return "."
	}
	name := strings.Join(els, string(filepath.Separator))
	if folder {
		name += string(filepath.Separator)
	}
	return name
}

// split returns the folder that holds the last element of a name, and that
// element; "." if the name has none of its own, as in "/" or "a/..".
func split(name string) (dir, base string) {
	sep := string(filepath.Separator)
	short := strings.TrimRight(name, sep)
	i := strings.LastIndex(short, sep)
	base = short[i+1:]
	if base == "" || base == "." || base == ".." {
		return name, "."
	}
	switch {
	case i < 0:
		return ".", base
	case i == 0:
		return sep, base
	}
	return short[:i], base
}

// inner returns the operating system's own error, without the name that os.Root
// or package os put around it.
func inner(err error) error {
	for {
		switch e := err.(type) {
		case *fs.PathError:
			err = e.Err
		case *os.LinkError:
			err = e.Err
		case *os.SyscallError:
			err = e.Err
		default:
			return err
		}
	}
}

// failed gives an ordinary error the name that the script wrote.
func failed(op, name string, err error) error {
	if err == nil {
		return nil
	}
	return &fs.PathError{Op: op, Path: show(name), Err: inner(err)}
}
