package permit

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// Everything, as an entry of a list, grants all of that kind: the flag without
// names. A folder of that name is written "./*".
const Everything = "*"

// A Set says what is granted. The zero value grants nothing. Its fields mirror
// the command-line flags, and errors speak of them. It is plain data: Open does
// not keep the slices.
type Set struct {
	All     bool     // -A: all of the below, /proc, /sys, /dev, devices and FIFOs too; DenyNet still holds
	Read    []string // --allow-read: files and folders with all in them
	Write   []string // --allow-write: the same; implies Read there
	Net     []string // --allow-net: HOST, *.HOST, IP or CIDR, each with :PORT or for every port
	DenyNet []string // --deny-net: IP or CIDR; wins always
	Run     []string // --allow-run: programs, by name or by path; Everything amounts to All
	Env     []string // --allow-env: NAME or PREFIX*

	// Audit, if not nil, is told of every grant and refusal, on the goroutine that
	// asked, many at once: it must be safe for concurrent use and return soon.
	Audit func(Decision)
}

// A Decision is one grant that was used or one refusal.
type Decision struct {
	Kind    string // read write net run env
	What    string // as the script wrote it; a host with its port, or host:port (address)
	Granted bool
	Flag    string // that allowed it, or that would; "" if none would
}

// Grants are a Set that has been checked and opened. Close them when no script
// uses them any more.
type Grants struct {
	all   bool
	audit func(Decision)

	cwd         string // absolute, without symbolic links, as it was at Open
	read, write []*pathGrant
	escapes     error // what os.Root says of a name that leads out
	special     special

	net  netRules
	run  runRules
	envs []string // NAME or PREFIX*
}

// Open checks every entry of a Set and opens what it names: folders are opened,
// programs are looked up in $PATH. Its error holds every bad entry, each with
// its flag. It reads the file system, and blocks as long as that does.
func Open(s Set) (*Grants, error) {
	cwd, err := os.Getwd()
	if err == nil {
		cwd, err = filepath.EvalSymlinks(cwd)
	}
	if err != nil && (s.All || len(s.Read)+len(s.Write) > 0) { // else every path is refused
		return nil, fmt.Errorf("current folder: %w", err)
	}
	g := &Grants{all: s.All, audit: s.Audit, cwd: cwd, special: newSpecial()}
	var problems []error
	add := func(flag string, entries []string, parse func(flag, entry string) error) {
		for _, entry := range entries {
			err := errors.New("the entry is empty")
			if entry != "" {
				err = parse(flag+"="+entry, entry)
			}
			if err != nil {
				problems = append(problems, fmt.Errorf("%s=%s: %w", flag, show(entry), err))
			}
		}
	}
	add("--allow-write", s.Write, g.addWrite)
	add("--allow-read", s.Read, g.addRead)
	add("--allow-net", s.Net, g.net.addAllow)
	add("--deny-net", s.DenyNet, g.net.addDeny)
	add("--allow-run", s.Run, g.addRun)
	add("--allow-env", s.Env, g.addEnv)
	if len(problems) > 0 {
		return nil, errors.Join(append(problems, g.Close())...)
	}
	return g, nil
}

// Close closes the granted folders. It may be called more than once. Calls that
// are on their way end as usual; later ones fail with fs.ErrClosed, those for
// what is not granted as before.
func (g *Grants) Close() error {
	var errs []error
	for _, p := range g.read { // holds those of write too
		errs = append(errs, p.close())
	}
	return errors.Join(errs...)
}

// grant tells the audit of a grant that was used.
func (g *Grants) grant(kind, what, flag string) {
	if g.audit == nil {
		return
	}
	flag = strings.TrimSuffix(flag, "="+Everything)
	if g.all {
		flag = "-A"
	}
	g.audit(Decision{Kind: kind, What: what, Granted: true, Flag: flag})
}

// deny tells the audit of a refusal, and returns it.
func (g *Grants) deny(d *Denied) error {
	if g.audit != nil {
		g.audit(Decision{Kind: d.Power, What: d.What, Flag: d.Flag})
	}
	return d
}
