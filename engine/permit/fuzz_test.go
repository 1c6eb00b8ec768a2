package permit

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// names are what the names of files and the targets of links are put together from.
var names = []string{"r", "w", "out", "r/a", "r/in", "w/in", "out/in", "a", "in", "b", ".", "..", "../..", "/", "//", "r2", "", "é", "in/x"}

// maze is a folder with granted folders r and w, with r2 and out beside them, and with links.
type maze struct {
	top  string
	next func() int // of the fuzzer's bytes; 0 after their end
}

// path makes a name of up to four pieces, relative or absolute.
func (m maze) path() string {
	var b strings.Builder
	if m.next()%2 == 0 {
		b.WriteString(m.top + "/")
	}
	for range m.next()%4 + 1 {
		b.WriteString(names[m.next()%len(names)] + "/")
	}
	name := b.String()
	if m.next()%4 > 0 {
		name = strings.TrimRight(name, "/")
	}
	return name
}

// make makes files whose contents say where they are, and links anywhere to anywhere.
func (m maze) make(t *testing.T) {
	for _, dir := range []string{"r", "w", "r2", "out"} {
		require.NoError(t, os.Mkdir(filepath.Join(m.top, dir), 0o700))
		require.NoError(t, os.WriteFile(filepath.Join(m.top, dir, "in"), []byte(dir), 0o600))
	}
	for _, dir := range []string{"", "r2", "out"} { // nothing else is ever called so
		require.NoError(t, os.WriteFile(filepath.Join(m.top, dir, "beside"), nil, 0o600))
	}
	for range m.next() % 6 {
		from := filepath.Join(m.top, []string{"r", "w", "out"}[m.next()%3], names[7+m.next()%3])
		_ = os.Symlink(m.path(), from)
	}
}

// state is what the folders that no grant covers have in them.
func (m maze) state(t *testing.T) (list []string) {
	for _, dir := range []string{"r", "r2", "out"} {
		require.NoError(t, filepath.WalkDir(filepath.Join(m.top, dir), func(path string, d fs.DirEntry, err error) error {
			if err == nil && d.Type().IsRegular() {
				var data []byte
				data, err = os.ReadFile(path)
				path += ": " + string(data)
			}
			list = append(list, path)
			return err
		}))
	}
	return list
}

// FuzzFiles names files in every way through links that lead anywhere. What is read lies in
// a granted folder, and nothing changes but in the one that may be written.
func FuzzFiles(f *testing.F) {
	f.Add([]byte{3, 0, 0, 0, 1, 2, 1, 1, 1, 0, 8, 1, 0, 1, 0, 8, 1, 2})
	f.Add([]byte{5, 1, 1, 1, 1, 3, 11, 2, 1, 9, 9, 9, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14})
	f.Fuzz(func(t *testing.T, input []byte) {
		top, err := filepath.EvalSymlinks(t.TempDir())
		require.NoError(t, err)
		m := maze{top, func() (n int) {
			if len(input) > 0 {
				n, input = int(input[0]), input[1:]
			}
			return n
		}}
		m.make(t)
		t.Chdir(m.top)
		g, err := Open(Set{Read: []string{"r"}, Write: []string{"w"}})
		require.NoError(t, err)
		defer g.Close()
		before := m.state(t)
		for len(input) > 0 {
			name := m.path()
			if data, err := g.ReadFile(name); err == nil {
				was := strings.ReplaceAll(string(data), "new", "") // what change writes, over or after what was there
				require.Contains(t, []string{"r", "w", ""}, was, "read through %q", name)
			}
			if list, err := g.ReadDir(name); err == nil {
				for _, e := range list {
					require.NotEqual(t, "beside", e.Name(), "listed through %q", name)
				}
			}
			m.change(g, name)
		}
		require.Equal(t, before, m.state(t))
	})
}

// change tries to change something; what comes of it does not matter.
func (m maze) change(g *Grants, name string) {
	switch m.next() % 7 {
	case 0:
		_ = g.WriteFile(name, []byte("new"), 0o600)
	case 1:
		if f, err := g.OpenFile(name, os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600); err == nil {
			_, _ = f.WriteString("new")
			f.Close()
		}
	case 2:
		_ = g.MkdirAll(name, 0o700)
	case 3:
		_ = g.Remove(name)
	case 4:
		_ = g.RemoveAll(name)
	case 5:
		_ = g.Rename(name, m.path())
	case 6:
		_, _ = g.Stat(name)
	}
}
