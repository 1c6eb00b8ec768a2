package permit

import (
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
)

// WriteFile makes data the contents of a file, as WriteFrom does.
func (g *Grants) WriteFile(name string, data []byte, perm fs.FileMode) error {
	return g.put(name, perm, func(w io.Writer) error {
		_, err := w.Write(data)
		return failed("write", name, err)
	})
}

// WriteFrom makes what r returns the contents of a file, and returns how many
// bytes it read. Whoever reads the file meanwhile, and also after a crash, has
// the old contents or the new, never a part; if r or the disk fails, the old ones
// stay, and what r said is returned as it is. Of several writers at once the last
// one to end wins. It blocks as long as r and the disk do; to stop it, let r fail.
//
// The new contents go to a temporary file in the same folder, which needs the
// right to create files there, are synced and take the name. So the other names
// of a hard link keep the old contents. A file that exists must be open to
// writing; it keeps its mode and, as far as the process may, its owner. A new one
// has perm, less the umask. A link is followed. Under All, what is no regular
// file is written to as it is.
func (g *Grants) WriteFrom(name string, r io.Reader, perm fs.FileMode) (n int64, err error) {
	err = g.put(name, perm, func(w io.Writer) error {
		src := &source{r: r}
		n, err = io.Copy(w, src)
		if src.err == nil && err != nil {
			err = failed("write", name, err)
		}
		return err
	})
	return n, err
}

// A source remembers that it was the reader that failed.
type source struct {
	r   io.Reader
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// put has fill, which is called at most once, write the new contents. Its error
// is returned as it is.
func (g *Grants) put(name string, perm fs.FileMode, fill func(io.Writer) error) error {
	var late error // of fill, after which no other grant is tried
	err := g.file(access{kind: "write", op: "write", name: name}, func(s spot) error {
		if s.slash() {
			return g.notFile(s)
		}
		dir, base, err := g.reach(s, true)
		if err != nil {
			return err
		}
		defer dir.Close()
		return g.replace(dir, base, perm, func(w io.Writer) error {
			late = fill(w)
			return late
		})
	})
	if late != nil {
		return late
	}
	return err
}

func (g *Grants) replace(dir tree, base string, perm fs.FileMode, fill func(io.Writer) error) error {
	var was fs.FileInfo
	old, err := g.openAt(dir, base, os.O_WRONLY, 0)
	for n := 1; err == errAgain && n < attempts; n++ { // another writer was faster
		old, err = g.openAt(dir, base, os.O_WRONLY, 0)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err == errAgain:
		return errBusy
	case err != nil:
		return err
	default:
		defer old.Close()
		if was, err = old.Stat(); err != nil {
			return err
		}
		if !was.Mode().IsRegular() { // only under All
			return fill(old)
		}
		perm = was.Mode().Perm()
	}
	temp := ".tg-" + rand.Text() + ".tmp" // not longer for a long name
	f, err := dir.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, perm)
	if err != nil {
		return err
	}
	err = fill(f)
	if err == nil && was != nil {
		keepOwner(f, was)
		err = f.Chmod(perm)
	}
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = dir.Rename(temp, base)
	}
	if err != nil {
		_ = dir.Remove(temp)
	}
	return err
}
