package permit

import (
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
)

// special knows what only All grants: the folders in which the kernel shows
// itself. It is immutable.
type special struct {
	on      bool
	devices []uint64 // of the file systems mounted there, if they are their own
}

var specialFolders = [...]string{"/proc", "/sys", "/dev"}

func newSpecial() special {
	sp := special{on: runtime.GOOS != "windows"}
	root, err := os.Stat("/")
	if err != nil {
		return sp
	}
	own, _ := deviceOf(root)
	for _, name := range specialFolders {
		if info, err := os.Stat(name); err == nil {
			if dev, ok := deviceOf(info); ok && dev != own {
				sp.devices = append(sp.devices, dev)
			}
		}
	}
	return sp
}

// names says whether an absolute name lies there, by its text.
func (sp special) names(name string) bool {
	return sp.on && specialName(filepath.Clean(name))
}

func specialName(path string) bool {
	for _, folder := range specialFolders {
		if rest, ok := strings.CutPrefix(path, folder); ok && (rest == "" || rest[0] == '/') {
			return true
		}
	}
	return false
}

// holds says whether a file is there, by its device.
func (sp special) holds(info fs.FileInfo) bool {
	dev, ok := deviceOf(info)
	if !ok {
		return false
	}
	for _, d := range sp.devices {
		if d == dev {
			return true
		}
	}
	return false
}

// sameDevice says whether two files are on one file system, as far as is known.
func sameDevice(a, b fs.FileInfo) bool {
	x, _ := deviceOf(a)
	y, _ := deviceOf(b)
	return x == y
}

// vet refuses an open file that is not a regular file or a folder, or that is the
// kernel's. What is checked is the open file: nobody can swap it any more.
func (g *Grants) vet(f *os.File) (fs.FileInfo, error) {
	info, err := f.Stat()
	if err != nil || g.all {
		return info, err
	}
	if err := checkKind(info); err != nil {
		return nil, err
	}
	kernel, err := inKernel(f)
	if err == nil && (kernel || g.special.holds(info)) {
		err = errKern
	}
	return info, err
}

// vetFolder is vet for an open folder.
func (g *Grants) vetFolder(t tree) error {
	if g.all {
		return nil
	}
	f, err := t.OpenFile(".", os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	_, err = g.vet(f)
	return err
}

func checkKind(info fs.FileInfo) error {
	if m := info.Mode(); !m.IsRegular() && !m.IsDir() {
		return errKind(kindOf(m))
	}
	return nil
}

func kindOf(m fs.FileMode) string {
	switch {
	case m&fs.ModeNamedPipe != 0:
		return "FIFO"
	case m&fs.ModeSocket != 0:
		return "socket"
	case m&fs.ModeDevice != 0:
		return "device"
	case m&fs.ModeSymlink != 0:
		return "symbolic link"
	}
	return "special file"
}

// orNotDir is for a Stat that should have found a folder.
func orNotDir(err error) error {
	if err == nil {
		return syscall.ENOTDIR
	}
	return err
}
