package permit

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
)

// A pathGrant is one entry of Read or Write, opened. A folder is root, with name
// "". A file, or what did not exist at Open, is name in root.
type pathGrant struct {
	flag  string     // --allow-read=ENTRY
	paths [][]string // elements of the absolute names of what is granted: as written, and without links
	root  *os.Root
	name  string

	mu    sync.Mutex  // guards the rest, used only if name is a folder by now
	below *os.Root    // the folder
	info  fs.FileInfo // of it, to notice that it was replaced
}

func (g *Grants) addRead(flag, entry string) error {
	p, err := g.openGrant(flag, entry)
	if err == nil {
		g.read = append(g.read, p)
	}
	return err
}

func (g *Grants) addWrite(flag, entry string) error {
	p, err := g.openGrant(flag, entry)
	if err == nil {
		g.read, g.write = append(g.read, p), append(g.write, p)
	}
	return err
}

func (g *Grants) openGrant(flag, entry string) (*pathGrant, error) {
	name := filepath.Clean(g.absolute(entry))
	if entry == Everything {
		name = filepath.VolumeName(g.cwd) + string(filepath.Separator)
	}
	if err := checkName(entry); err != nil {
		return nil, err
	}
	if g.special.names(name) {
		return nil, errors.New("/proc, /sys and /dev need -A")
	}
	p := &pathGrant{flag: flag}
	real, err := p.place(name)
	if err != nil {
		if strings.HasPrefix(entry, "~") {
			err = errors.New(err.Error() + ` (tg does not expand "~")`)
		}
		return nil, err
	}
	p.add(name)
	p.add(filepath.Join(real, p.name))
	// The separator makes this fail, and not wait, on what is no folder.
	if p.root, err = os.OpenRoot(strings.TrimRight(real, string(filepath.Separator)) + string(filepath.Separator)); err != nil {
		return nil, inner(err)
	}
	if err := g.vetFolder(p.root); err != nil {
		p.close()
		return nil, errors.New("a file system of the kernel needs -A")
	}
	_, err = p.root.Lstat("..")
	g.escapes = inner(err)
	return p, nil
}

// place finds the folder to open, without links, and sets the name in it.
func (p *pathGrant) place(name string) (folder string, err error) {
	info, err := os.Stat(name)
	switch {
	case err == nil && info.IsDir():
	case err == nil && info.Mode().IsRegular():
		if name, err = filepath.EvalSymlinks(name); err != nil {
			return "", inner(err)
		}
		name, p.name = filepath.Split(name)
	case err == nil:
		return "", errors.New("it is a " + kindOf(info.Mode()) + ": only files and folders can be granted")
	case !errors.Is(err, fs.ErrNotExist):
		return "", inner(err)
	default:
		if _, err := os.Lstat(name); err == nil {
			return "", errors.New("it is a symbolic link that leads nowhere")
		}
		name, p.name = filepath.Split(name)
	}
	if folder, err = filepath.EvalSymlinks(name); err != nil {
		return "", errors.New("neither it nor the folder it would be in exists")
	}
	return folder, nil
}

func (p *pathGrant) add(name string) {
	els, _ := elements(name)
	p.paths = append(p.paths, els)
}

// within returns what is left of an absolute name below what is granted.
func (p *pathGrant) within(els []string) ([]string, bool) {
	for _, path := range p.paths {
		if rest, ok := inside(path, els); ok {
			return rest, true
		}
	}
	return nil, false
}

// spot turns what within has left into a name in an open folder. With mk, a
// granted name that does not exist becomes a folder of that mode if rest is below.
func (p *pathGrant) spot(rest []string, folder bool, mk fs.FileMode) (spot, error) {
	if p.name == "" {
		return spot{in: p.root, rel: join(rest, folder), g: p}, nil
	}
	if len(rest) == 0 {
		return spot{in: p.root, rel: join([]string{p.name}, folder), g: p, pin: true}, nil
	}
	if mk != 0 {
		if err := p.root.Mkdir(p.name, mk); err != nil && !errors.Is(err, fs.ErrExist) {
			return spot{}, err
		}
	}
	below, err := p.folder()
	return spot{in: below, rel: join(rest, folder), g: p}, err
}

// folder opens what is granted by name and has become a folder, once: again only
// after it was replaced. A link is not followed.
func (p *pathGrant) folder() (*os.Root, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for range attempts {
		info, err := p.root.Lstat(p.name)
		switch {
		case err != nil:
			return nil, err
		case p.below != nil && os.SameFile(info, p.info):
			return p.below, nil
		case info.Mode()&fs.ModeSymlink != 0:
			return nil, errLink
		}
		dir, err := openDir(p.root, p.name)
		if err != nil {
			return nil, err
		}
		// The old one is left to its finalizer: another goroutine may be using it.
		below := dir.(*os.Root)
		if p.info, err = below.Stat("."); err == nil && os.SameFile(info, p.info) {
			p.below = below
			return below, nil
		}
		below.Close()
	}
	return nil, errBusy
}

func (p *pathGrant) close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	var err error
	if p.below != nil {
		err = p.below.Close()
	}
	if p.root != nil {
		err = errors.Join(err, p.root.Close())
	}
	return err
}
