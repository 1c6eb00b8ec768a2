package permit

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"syscall"
)

const (
	attempts = 100 // at what somebody else changes meanwhile
	maxLinks = 40  // followed for one name, as in Linux
	maxSteps = 512 // elements looked at for one name; each costs a walk from the root
)

// Reasons for a refusal that only show while a name is walked; refusal makes a
// Denied of them.
var (
	errLink = errors.New("a symbolic link leads out of what is granted")
	errSelf = errors.New("the granted folder itself can only be changed where the folder that holds it is granted")
	errKern = errors.New("/proc, /sys and /dev are not part of any other grant")
	errBusy = errors.New("it keeps being replaced")
)

// errKind refuses what is neither a regular file nor a folder.
type errKind string

func (e errKind) Error() string {
	return "it is a " + string(e) + ", not a regular file or a folder"
}

// A spot is a name in an open folder: what is left of a script's name when a
// grant for it has been found.
type spot struct {
	in  tree
	rel string
	pin bool       // a grant of this one name: a link in its place is not followed
	g   *pathGrant // nil under All
}

// reach opens the folder that holds the last element of a spot, so that what is
// done to the element is done there and nowhere else, whatever becomes of the
// path. With follow, a link in its place is followed first; one that comes there
// later is the caller's care. base is "." for the opened folder itself.
func (g *Grants) reach(s spot, follow bool) (dir tree, base string, err error) {
	rel := s.rel
	if s.g == nil {
		rel, err = resolveWorld(rel, follow)
	} else {
		rel, err = g.resolve(s, follow)
	}
	if err != nil {
		return nil, "", err
	}
	at, base := split(rel)
	if dir, err = openDir(s.in, at); err != nil {
		return nil, "", err
	}
	if err = g.vetFolder(dir); err != nil {
		dir.Close()
		return nil, "", err
	}
	return dir, base, nil
}

// resolve returns the name of a spot without links and "..", the last element
// followed if follow is set or only a folder will do. The last element need not
// exist. Absolute links are fine if they lead into the same grant by one of its
// names. The answer holds for this moment only; os.Root makes it safe to use.
func (g *Grants) resolve(s spot, follow bool) (string, error) {
	todo, folder := elements(s.rel)
	var done []string
	links := 0
	for steps := 0; len(todo) > 0; steps++ {
		el := todo[0]
		todo = todo[1:]
		if steps > maxSteps {
			return "", syscall.ENAMETOOLONG
		}
		if el == ".." {
			if len(done) == 0 && len(s.g.paths[0]) > 0 {
				return "", errLink
			}
			done = done[:max(0, len(done)-1)]
			continue
		}
		done = append(done, el)
		last := len(todo) == 0
		if last && !follow && !folder {
			break
		}
		info, err := s.in.Lstat(join(done, false))
		switch {
		case last && errors.Is(err, fs.ErrNotExist):
		case err != nil:
			return "", err
		case info.Mode()&fs.ModeSymlink == 0:
			if (!last || folder) && !info.IsDir() {
				return "", syscall.ENOTDIR
			}
		case s.pin:
			return "", errLink
		default:
			if links++; links > maxLinks {
				return "", syscall.ELOOP
			}
			next, dir, err := g.link(s, done)
			if err != nil {
				return "", err
			}
			folder = folder || last && dir
			done, todo = done[:len(done)-1], append(next.els, todo...)
			if next.abs {
				done = nil
			}
		}
		if g.special.names(s.g.prefix() + join(done, false)) {
			return "", errKern
		}
	}
	return join(done, folder), nil
}

type target struct {
	els []string
	abs bool // from the granted folder, not from that of the link
}

// link reads a link of a spot's folder. What the links of a /proc that is mounted
// somewhere else say is no name in this file system.
func (g *Grants) link(s spot, name []string) (to target, folder bool, err error) {
	text, err := s.in.Readlink(join(name, false))
	if err != nil {
		return to, false, err
	}
	to.els, folder = elements(text)
	if to.abs = filepath.IsAbs(text); !to.abs {
		return to, folder, nil
	}
	rest, ok := s.g.within(to.els)
	if !ok {
		return to, false, errLink
	}
	to.els = rest
	dir, err := openDir(s.in, join(name[:len(name)-1], false))
	if err != nil {
		return to, false, err
	}
	defer dir.Close()
	return to, folder, g.vetFolder(dir)
}

// prefix is the name of the granted folder if it is the root of the file system;
// below any other one no name is special.
func (p *pathGrant) prefix() string {
	if len(p.paths[0]) == 0 {
		return string(filepath.Separator)
	}
	return ""
}

// resolveWorld follows links in the place of the last element of an absolute name.
func resolveWorld(name string, follow bool) (string, error) {
	world := world("")
	_, folder := elements(name)
	if _, err := world.Stat(name); folder && err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", err // no folder
	}
	if short := strings.TrimRight(name, string(filepath.Separator)); short != "" {
		name = short
	}
	follow = follow || folder
	for range maxLinks {
		info, err := world.Lstat(name)
		if err != nil || !follow || info.Mode()&fs.ModeSymlink == 0 {
			return name, nil // what is wrong will show when the name is used
		}
		if info, err = world.Stat(name); err == nil && checkKind(info) != nil {
			return name, nil // a device, say: the text of links in /proc is not what they lead to
		}
		text, err := world.Readlink(name)
		if err != nil {
			return "", err
		}
		if !filepath.IsAbs(text) {
			dir, _ := split(name)
			text = dir + string(filepath.Separator) + text
		}
		name = text
	}
	return "", syscall.ELOOP
}
