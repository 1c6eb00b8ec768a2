package permit_test

import (
	"io/fs"
	"os"
	"testing"

	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// A grant of the file alone is enough, what a killed process left is removed, and nothing
// but the file is there afterwards.
func TestSuccessor(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in/a.txt"}})
	put(t, "in/.a.txt.tmp", "left behind by a killed process")
	s, err := g.Successor("in/a.txt")
	require.NoError(t, err)
	for _, content := range []string{"one", "two"} {
		f, err := s.Create(0o640)
		require.NoError(t, err)
		_, err = f.WriteString(content)
		require.NoError(t, err)
		require.NoError(t, f.Close())
		require.NotEqual(t, content, text(t, "in/a.txt"))
		require.NoError(t, s.Rename())
		require.NoError(t, s.Sync())
		require.Equal(t, content, text(t, "in/a.txt"))
	}
	info, err := os.Stat("in/a.txt")
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o640), info.Mode())
	require.NoFileExists(t, "in/.a.txt.tmp")
	require.ErrorIs(t, s.Remove(), fs.ErrNotExist)
	require.NoError(t, s.Close())
}

// It stays in the folder that it was opened in, and refuses what every other use does.
func TestSuccessorStaysInside(t *testing.T) {
	box(t)
	link(t, "../out", "in/rel")
	link(t, "../out/secret", "in/file")
	g := open(t, permit.Set{Write: []string{"in"}})
	for _, name := range []string{"out/secret", "in/rel/secret", "in/file", "in/../out/secret", "/proc/self/environ"} {
		_, err := g.Successor(name)
		denied(t, err)
	}
	_, err := g.Successor("in/none/x")
	plain(t, err, fs.ErrNotExist)
	_, err = g.Successor("in/sub/")
	require.Error(t, err)

	s, err := g.Successor("in/sub/b.txt")
	require.NoError(t, err)
	defer s.Close()
	require.NoError(t, os.Rename("in/sub", "in/moved"))
	link(t, "../out", "in/sub") // swapped while it is in use
	f, err := s.Create(0o600)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	require.NoError(t, s.Rename())
	require.Empty(t, text(t, "in/moved/b.txt"))
	require.NoFileExists(t, "out/b.txt")
}
