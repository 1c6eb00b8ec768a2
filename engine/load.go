package engine

import (
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/starlark-tg/tg/engine/dialect"
	"go.starlark.net/starlark"
)

// A loader finds the files of load statements: under the script's folder, each
// once a run.
type loader struct {
	folder  string             // of the script, as it stands in front of display names
	paths   map[string]string  // by display name: path below folder
	modules map[string]*module // by path below folder; a failed load is not kept
	chain   []string           // being loaded now, outermost first
}

type module struct {
	globals starlark.StringDict // nil while it is being loaded
}

// load resolves name against the file that loads it, runs that file on this
// thread unless it was loaded before, and freezes its globals.
func (t *Thread) load(name string) (starlark.StringDict, error) {
	l := &t.run.loads
	from := l.paths[t.star.CallFrame(0).Pos.Filename()]
	file, err := l.resolve(from, name)
	if err != nil {
		return nil, err
	}
	if m, ok := l.modules[file]; ok {
		if m.globals == nil {
			return nil, fmt.Errorf("files load each other in a circle: %s", strings.Join(append(l.chain, file), " → "))
		}
		return m.globals, nil
	}
	l.modules[file] = &module{}
	l.chain = append(l.chain, file)
	globals, err := t.loadFile(file)
	l.chain = l.chain[:len(l.chain)-1]
	if err != nil {
		delete(l.modules, file)
		return nil, err
	}
	l.modules[file].globals = globals
	return globals, nil
}

// resolve returns the path of a loaded file below the script's folder.
func (l *loader) resolve(from, name string) (string, error) {
	if name == "" || strings.HasPrefix(name, "/") || strings.ContainsAny(name, "\\\x00") {
		return "", fmt.Errorf("%q is not a path from this file's folder, such as \"lib/tools.star\"", name)
	}
	file := path.Join(path.Dir(from), name)
	if !fs.ValidPath(file) || file == "." {
		return "", errors.New("load cannot leave the script's folder")
	}
	return file, nil
}

func (t *Thread) loadFile(name string) (starlark.StringDict, error) {
	if t.run.fs == nil {
		return nil, errors.New("this script has no folder to load from")
	}
	src, err := readRegular(t.run.fs, name)
	if err != nil {
		return nil, err
	}
	l := &t.run.loads
	f, err := t.run.script.compile(l.folder+name, src)
	if err != nil {
		return nil, err
	}
	t.run.addFile(f)
	l.paths[f.Name] = name
	globals, err := t.init(f)
	if err != nil {
		return nil, err
	}
	for name, v := range globals {
		if dialect.Hidden(name) {
			delete(globals, name)
			continue
		}
		t.Publish(v)
	}
	return globals, nil
}

// readRegular reads a regular file: to open a FIFO would block for ever.
func readRegular(files fs.FS, name string) ([]byte, error) {
	info, err := fs.Stat(files, name)
	if err == nil && !info.Mode().IsRegular() {
		err = errors.New("not a regular file")
	}
	var src []byte
	if err == nil {
		src, err = fs.ReadFile(files, name)
	}
	if err != nil {
		var pe *fs.PathError
		if errors.As(err, &pe) {
			err = pe.Err
		}
		if errors.Is(err, fs.ErrNotExist) {
			err = errors.New("no such file")
		}
		return nil, err
	}
	return src, nil
}
