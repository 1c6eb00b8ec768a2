//go:build unix

package permit_test

import (
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func TestGrantOfOneName(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in/a.txt", "new", "in/sub/later/"}})
	require.NoError(t, g.WriteFile("in/a.txt", []byte("1"), 0o644))
	require.NoError(t, g.WriteFile("in/sub/../a.txt", []byte("2"), 0o644))
	for _, name := range []string{"in/b.txt", "in", "in/sub", "in/a.txt.bak", "in/A.TXT", "newer", ".", "in/a.txt.", "in/a.txt/../sub/b.txt"} {
		_, err := g.Stat(name)
		denied(t, err)
		denied(t, g.WriteFile(name, nil, 0o644))
	}
	_, err := g.ReadFile("new/x")
	plain(t, err, fs.ErrNotExist)
	for range 2 { // a folder of that name, and another one later
		require.NoError(t, g.MkdirAll("new/deep/er", 0o755))
		require.NoError(t, g.WriteFile("new/x", []byte("x"), 0o644))
		data, err := g.ReadFile("new/deep/../x")
		require.NoError(t, err)
		require.Equal(t, "x", string(data))
		_, err = g.Stat("new/..")
		denied(t, err)
		require.NoError(t, g.RemoveAll("new"))
	}
	require.NoError(t, g.Mkdir("in/sub/later", 0o755))
	require.NoError(t, g.WriteFile("new", []byte("a file"), 0o644))
	require.NoError(t, g.Remove("new"))
	link(t, "in", "new")
	for what, err := range everyUse(g, "new/sub/b.txt") {
		require.Equal(t, "a symbolic link leads out of what is granted", denied(t, err).Reason, what)
	}
	require.NoError(t, g.Remove("new"))
	require.NoError(t, os.Remove("in/a.txt"))
	link(t, "sub/b.txt", "in/a.txt")
	for what, err := range everyUse(g, "in/a.txt") {
		if what != "exclusive" && what != "mkdir" {
			denied(t, err)
		}
	}
	require.Equal(t, "b", text(t, "in/sub/b.txt"))
}

func TestEntriesOfPaths(t *testing.T) {
	dir := box(t)
	link(t, "nowhere", "dangling")
	require.NoError(t, syscall.Mkfifo("fifo", 0o600))
	for entry, want := range map[string]string{
		"": "--allow-read=\"\": the entry is empty", "a\x00b": `--allow-read="a\x00b": invalid argument`,
		"none/x": "--allow-read=none/x: neither it nor the folder it would be in exists", "~/x": `tg does not expand "~"`,
		"dangling": "a symbolic link that leads nowhere", "in/a.txt/x": "not a directory", "fifo": "it is a FIFO",
		"/proc": "need -A", "/dev/null": "need -A", "/sys/kernel": "need -A", "/tmp/../dev": "need -A", strings.Repeat("x", 5000): "too long",
	} {
		soon(t, func() {
			_, err := permit.Open(permit.Set{Read: []string{entry}})
			require.ErrorContains(t, err, want)
		})
	}
	_, err := permit.Open(permit.Set{Read: []string{"in", "none/x"}, Write: []string{""}, Net: []string{"a b"}, Run: []string{"no-such-program"}, Env: []string{"A=B"}})
	require.Len(t, strings.Split(err.Error(), "\n"), 5, "every problem")

	link(t, dir+"/in", "alias")
	g := open(t, permit.Set{Read: []string{"alias"}})
	for _, name := range []string{"alias/a.txt", "in/a.txt", dir + "/alias/a.txt"} {
		_, err := g.ReadFile(name)
		require.NoError(t, err)
	}
}
