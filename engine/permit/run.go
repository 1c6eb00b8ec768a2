package permit

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
)

// runRules are immutable after Open.
type runRules struct {
	any      bool
	programs []program
}

// A program is one entry of Run, with the path it had at Open.
type program struct {
	flag string
	name string // as written; a name with a slash is absolute and clean
	path string
	real string // without links
	was  stamp
}

// A stamp tells whether a file is what it was. A write, and a file in its place, change it.
type stamp struct {
	device, inode uint64
	size          int64
	changed       [2]int64 // seconds and nanoseconds; a script cannot set them back
}

func (g *Grants) addRun(flag, entry string) error {
	if entry == Everything {
		g.run.any = true
		return nil
	}
	path, err := g.lookPath(entry)
	if err != nil {
		return err
	}
	name := entry
	if hasSlash(entry) {
		name = path
	}
	p := program{flag: flag, name: name, path: path}
	if p.real, err = filepath.EvalSymlinks(path); err == nil {
		p.was, err = stampOf(p.real)
	}
	if err != nil {
		return inner(err)
	}
	g.run.programs = append(g.run.programs, p)
	return nil
}

// kept says whether a program is still the one that was granted, if those whom g is for may
// write where it is.
func (g *Grants) kept(p program) bool {
	writable := false
	for _, name := range []string{p.path, p.real} {
		els, _ := elements(name)
		for _, w := range g.write {
			_, ok := w.within(els)
			writable = writable || ok
		}
	}
	if !writable {
		return true
	}
	real, err := filepath.EvalSymlinks(p.path)
	if err != nil || real != p.real {
		return false
	}
	is, err := stampOf(real)
	return err == nil && is == p.was
}

// lookPath finds a program now. Like a shell it takes a name with a slash from
// the current folder and any other from $PATH, but never from a relative folder
// in it. A link stays a link: it is by their names that the programs of busybox
// know what to do, and a Python in a virtual environment where it is.
func (g *Grants) lookPath(name string) (string, error) {
	if err := checkName(name); err != nil {
		return "", err
	}
	if hasSlash(name) {
		name = filepath.Clean(g.absolute(name))
	}
	path, err := exec.LookPath(name)
	var short *exec.Error
	switch {
	case errors.Is(err, exec.ErrDot):
		return "", fmt.Errorf("it is found only through a relative folder in $PATH; write ./%s", name)
	case errors.As(err, &short):
		return "", inner(short.Err)
	}
	return path, err
}

func hasSlash(name string) bool {
	return strings.ContainsFunc(name, func(r rune) bool { return r < 128 && os.IsPathSeparator(uint8(r)) })
}

// Program returns the absolute path of a granted program: the one it had at Open,
// whatever became of $PATH. A name without a slash must be granted by that name,
// one with a slash by that path. Where everything is granted, the program is
// looked up now; that may block as the file system does, and one that is not
// there is an ordinary error.
//
// The path is pinned. Where a write grant covers it, so is the file: a program that
// was changed or replaced since Open is refused, or a write grant would be one of every
// program. A program does what it likes, for most that includes starting others.
func (g *Grants) Program(name string) (path string, err error) {
	if g.all || g.run.any {
		if path, err = g.lookPath(name); err != nil {
			return "", fmt.Errorf("run %s: %w", show(name), err)
		}
		g.grant("run", name, "--allow-run")
		return path, nil
	}
	key := name
	if hasSlash(name) {
		key = filepath.Clean(g.absolute(name))
	}
	for _, p := range g.run.programs {
		if p.name != key {
			continue
		}
		if !g.kept(p) {
			return "", g.deny(&Denied{Power: "run", What: name, Flag: "--allow-run", Reason: "the file has changed since the start, and may be written"})
		}
		g.grant("run", name, p.flag)
		return p.path, nil
	}
	wanted := name
	if name == Everything {
		wanted = "./" + name
	}
	return "", g.deny(&Denied{Power: "run", What: name, Flag: flagFor("--allow-run", wanted)})
}

// childNames are the variables of its own that every program is given.
var childNames = []string{
	"PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "LC_*", "TZ", "TERM", "TMPDIR",
	"SYSTEMROOT", "SYSTEMDRIVE", "COMSPEC", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "WINDIR", // Windows
}

// Environ returns the environment for a program, as NAME=VALUE, sorted: a few
// variables that programs need (PATH, HOME, LANG, TMPDIR and their like), those
// that are granted, and extra, which wins. LD_* and DYLD_*, which put code into
// any program, are left out wherever they come from, under All too. A name that
// cannot be one is an error.
func (g *Grants) Environ(extra map[string]string) ([]string, error) {
	vars := map[string]string{}
	for _, v := range os.Environ() {
		name, value, _ := strings.Cut(v, "=")
		if name != "" && (envListed(childNames, name) || g.all || envListed(g.envs, name)) {
			vars[envKey(name)] = name + "=" + value
		}
	}
	for name, value := range extra {
		if name == "" || strings.ContainsAny(name, "=\x00") || strings.Contains(value, "\x00") {
			return nil, fmt.Errorf("environment: %s cannot be set: a name is not empty and has no \"=\", and neither it nor the value has a NUL", show(name))
		}
		vars[envKey(name)] = name + "=" + value
	}
	var list []string
	for name, v := range vars {
		if !strings.HasPrefix(name, "LD_") && !strings.HasPrefix(name, "DYLD_") {
			list = append(list, v)
		}
	}
	slices.Sort(list)
	return list, nil
}

// envKey is a name as the operating system compares it.
func envKey(name string) string {
	if runtime.GOOS == "windows" {
		return strings.ToUpper(name)
	}
	return name
}
