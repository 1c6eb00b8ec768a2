package permit_test

import (
	"errors"
	"io"
	"io/fs"
	"os"
	"strings"
	"syscall"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func TestNothingIsGranted(t *testing.T) {
	dir := box(t)
	g := open(t, permit.Set{})
	for _, name := range []string{"in/a.txt", "in", "nowhere", ".", "/", "..", dir + "/in/a.txt", "in/a.txt/", "//", "*"} {
		for what, err := range everyUse(g, name) {
			require.NotEmpty(t, denied(t, err).Flag, "%s %s", what, name)
		}
	}
	d := denied(t, g.WriteFile("x.txt", nil, 0o644))
	require.Equal(t, "write x.txt: permission denied", d.Error())
	require.Equal(t, "allow it with --allow-write=x.txt", d.Hint())
	_, err := g.Stat("my file's")
	require.Equal(t, `allow it with --allow-read='my file'\''s'`, denied(t, err).Hint())
	_, err = g.Stat("*")
	require.Equal(t, `allow it with --allow-read='./*'`, denied(t, err).Hint())
	_, err = g.Stat("a\x1b[31m\nb")
	require.Equal(t, `read "a\x1b[31m\nb": permission denied`, err.Error())
	denied(t, g.Remove("in/a.txt"))
	denied(t, g.RemoveAll("in"))
	denied(t, g.Rename("in", "x"))
	_, err = g.Lstat("in")
	denied(t, err)
}

func TestNamesOfOneFile(t *testing.T) {
	dir := box(t)
	link(t, "sub", "in/link")
	link(t, dir+"/in/sub", "in/abs")
	for _, grant := range []string{"in", "./in/", dir + "/in", "out/../in", ".", permit.Everything, "/"} {
		g := open(t, permit.Set{Read: []string{grant}})
		for _, name := range []string{
			"in/sub/b.txt", "./in//sub/./b.txt", dir + "/in/sub/b.txt", "in/sub/../sub/b.txt", "in/../in/sub/b.txt",
			"in/link/b.txt", "in/link/../sub/b.txt", "in/abs/b.txt", "in/abs/../abs/b.txt", "//" + dir + "/in/sub/b.txt", "/.." + dir + "/in/sub/b.txt",
		} {
			data, err := g.ReadFile(name)
			require.NoError(t, err, "%s of %s", name, grant)
			require.Equal(t, "b", string(data))
			info, err := g.Stat(name)
			require.NoError(t, err)
			require.True(t, info.Mode().IsRegular())
			_, err = g.Lstat(name)
			require.NoError(t, err)
		}
		denied(t, g.WriteFile("in/a.txt", nil, 0o644))
	}
}

func TestOrdinaryErrorsStay(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in"}})
	_, err := g.ReadFile("in/none")
	plain(t, err, fs.ErrNotExist)
	require.Equal(t, "open in/none: no such file or directory", err.Error())
	_, err = g.ReadFile("in/sub")
	plain(t, err, syscall.EISDIR)
	_, err = g.ReadDir("in/a.txt")
	plain(t, err, syscall.ENOTDIR)
	for _, name := range []string{"in/a.txt/", "in/a.txt/x", "in/a.txt/../a.txt"} {
		for what, err := range everyUse(g, name) {
			if what != "mkdirall" || !errors.Is(err, fs.ErrExist) {
				plain(t, err, syscall.ENOTDIR)
			}
		}
	}
	plain(t, g.WriteFile("in/sub", nil, 0o644), syscall.EISDIR)
	plain(t, g.WriteFile("in/new/", nil, 0o644), syscall.EISDIR)
	plain(t, g.WriteFile("in/none/x", nil, 0o644), fs.ErrNotExist)
	plain(t, g.Mkdir("in/sub", 0o755), fs.ErrExist)
	plain(t, g.MkdirAll("in/a.txt", 0o755), fs.ErrExist)
	plain(t, g.Remove("in/sub"), syscall.ENOTEMPTY)
	plain(t, g.Rename("in/none", "in/x"), fs.ErrNotExist)
	_, err = g.OpenFile("in/a.txt", os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	plain(t, err, fs.ErrExist)
	_, err = g.OpenFile("in/a.txt", os.O_RDONLY|0x10000000, 0)
	plain(t, err, syscall.EINVAL)
	require.Equal(t, "a", text(t, "in/a.txt"))

	if os.Geteuid() != 0 { // root may do it all
		require.NoError(t, os.Chmod("in/a.txt", 0))
		_, err = g.ReadFile("in/a.txt")
		plain(t, err, fs.ErrPermission)
		plain(t, g.WriteFile("in/a.txt", nil, 0o644), fs.ErrPermission)
	}
}

func TestWriteFile(t *testing.T) {
	dir := box(t)
	link(t, "sub/b.txt", "in/l")
	link(t, dir+"/in/sub/made", "in/dangling")
	g := open(t, permit.Set{Write: []string{"in"}})
	require.NoError(t, os.Chmod("in/a.txt", 0o600))
	for _, name := range []string{"in/a.txt", "in/new", "in/l", "in/dangling", "in/" + strings.Repeat("n", 255)} {
		require.NoError(t, g.WriteFile(name, []byte(name), 0o644))
		require.Equal(t, name, text(t, name))
	}
	require.Equal(t, "in/l", text(t, "in/sub/b.txt"), "a link is followed")
	require.Equal(t, "in/dangling", text(t, "in/sub/made"))
	info, err := os.Stat("in/a.txt")
	require.NoError(t, err)
	require.Equal(t, fs.FileMode(0o600), info.Mode(), "the mode stays")

	boom := errors.New("boom")
	_, err = g.WriteFrom("in/a.txt", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(boom)), 0o644)
	require.Equal(t, boom, err)
	_, err = g.WriteFrom("in/none", iotest.ErrReader(fs.ErrNotExist), 0o644)
	require.Equal(t, fs.ErrNotExist, err)
	require.Equal(t, "in/a.txt", text(t, "in/a.txt"))
	n, err := g.WriteFrom("in/a.txt", strings.NewReader("12345"), 0o644)
	require.NoError(t, err)
	require.EqualValues(t, 5, n)

	entries, err := g.ReadDir("in")
	require.NoError(t, err)
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	require.Equal(t, []string{"a.txt", "dangling", "l", "new", strings.Repeat("n", 255), "sub"}, names, "sorted, and no temporary file is left")
}

func TestOpenFile(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in"}})
	for _, flag := range []int{os.O_WRONLY | os.O_APPEND | os.O_CREATE, os.O_WRONLY | os.O_APPEND, os.O_RDWR | os.O_CREATE | os.O_TRUNC} {
		f, err := g.OpenFile("in/log", flag|os.O_CREATE, 0o644)
		require.NoError(t, err)
		_, err = f.WriteString("line\n")
		require.NoError(t, err)
		require.NoError(t, f.Close())
	}
	require.Equal(t, "line\n", text(t, "in/log"), "the last one truncated")
}

func TestFoldersAndRemoval(t *testing.T) {
	dir := box(t)
	g := open(t, permit.Set{Write: []string{"in"}})
	require.NoError(t, g.MkdirAll("in/x/y//z/", 0o755))
	require.NoError(t, g.MkdirAll("in", 0o755))
	require.NoError(t, g.Mkdir("in/x/m/", 0o755))
	require.NoError(t, g.WriteFile("in/x/y/f", nil, 0o644))
	link(t, dir+"/out", "in/x/y/away")
	require.NoError(t, g.Rename("in/x", "in/w"))
	require.NoError(t, g.RemoveAll("in/w"))
	require.NoError(t, g.RemoveAll("in/w"))
	require.NoDirExists(t, "in/w")
	require.Equal(t, "secret", text(t, "out/secret"), "links are removed as links")

	d := denied(t, g.RemoveAll("in"))
	require.Equal(t, "--allow-write="+dir, d.Flag)
	denied(t, g.Remove("in/sub/.."))
	denied(t, g.Rename("in", "in/y"))
	denied(t, g.Rename("in/a.txt", "out/a.txt"))
	require.FileExists(t, "in/a.txt")

	all := open(t, permit.Set{All: true})
	require.Error(t, all.RemoveAll("in/."))
	require.Error(t, all.RemoveAll("in/sub/.."))
	require.Error(t, all.Remove("in/a.txt/"))
	require.FileExists(t, "in/a.txt")
	require.NoError(t, all.RemoveAll("in"))
}

func TestRenameAcrossGrants(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in", "out", "one.txt"}})
	require.NoError(t, g.Rename("in/a.txt", "out/moved"))
	require.NoError(t, g.Rename("out/moved", "one.txt"))
	require.NoError(t, g.Rename("in/sub", "out/sub"))
	require.Equal(t, "a", text(t, "one.txt"))
	require.Equal(t, "b", text(t, "out/sub/b.txt"))
	denied(t, g.Rename("one.txt", "two.txt"))
	_, err := g.Stat("in/none")
	plain(t, err, fs.ErrNotExist)
	err = g.Rename("in/none", "out/x")
	require.Equal(t, "rename in/none out/x: no such file or directory", err.Error())
}

func TestAnyGrantIsEnough(t *testing.T) {
	dir := box(t)
	link(t, "../out", "in/away")
	for _, read := range [][]string{{"in", "in/away"}, {"in/away", "in"}, {"in/sub", "in/away", "."}} {
		g := open(t, permit.Set{Read: read})
		data, err := g.ReadFile("in/away/secret")
		require.NoError(t, err, "%v", read)
		require.Equal(t, "secret", string(data))
	}
	g := open(t, permit.Set{Read: []string{"in/sub", "in"}})
	require.NoError(t, os.RemoveAll("in/sub"))
	require.NoError(t, os.Mkdir("in/sub", 0o755))
	put(t, "in/sub/b.txt", "new")
	data, err := g.ReadFile(dir + "/in/sub/b.txt")
	require.NoError(t, err)
	require.Equal(t, "new", string(data), "the other grant still finds it")
}

func TestCloseAndCurrentFolder(t *testing.T) {
	box(t)
	g := open(t, permit.Set{Write: []string{"in", "new"}})
	f, err := g.Open("in/a.txt")
	require.NoError(t, err)
	t.Chdir("out")
	_, err = g.ReadFile("in/a.txt")
	require.NoError(t, err, "names are those of the folder at Open")
	_, err = g.ReadFile("a.txt")
	denied(t, err)
	_, err = g.ReadFile("../in/a.txt")
	denied(t, err)
	require.NoError(t, g.Close())
	require.NoError(t, g.Close())
	_, err = io.ReadAll(f)
	require.NoError(t, err)
	require.NoError(t, f.Close())
	for _, name := range []string{"in/a.txt", "new"} {
		for what, err := range everyUse(g, name) {
			require.ErrorIs(t, err, fs.ErrClosed, what)
		}
	}
}

func TestAll(t *testing.T) {
	dir := box(t)
	link(t, "../out", "in/rel")
	link(t, dir+"/out/secret", "in/abs")
	link(t, "abs", "in/two")
	link(t, "../out/made", "in/dangling")
	link(t, "loop", "in/loop")
	var told []permit.Decision
	g := open(t, permit.Set{All: true, Audit: func(d permit.Decision) { told = append(told, d) }})
	require.NoError(t, g.MkdirAll("in/rel/x/../y/z/", 0o755))
	require.Equal(t, permit.Decision{Kind: "write", What: "in/rel/x/../y/z/", Granted: true, Flag: "-A"}, told[0])
	require.NoError(t, g.Mkdir("in/rel/m", 0o755))
	require.DirExists(t, "out/y/z")
	for _, name := range []string{"in/two", "in/abs", "in/dangling", "in/rel/new", "in/rel/../out/up"} {
		require.NoError(t, g.WriteFile(name, []byte(name), 0o644))
		require.Equal(t, name, text(t, name))
		info, err := g.Lstat(name)
		require.NoError(t, err)
		require.Equal(t, name != "in/rel/new" && name != "in/rel/../out/up", info.Mode()&fs.ModeSymlink != 0, "%s: a link stays", name)
	}
	require.Equal(t, "in/dangling", text(t, "out/made"))
	require.Equal(t, "in/rel/../out/up", text(t, "out/up"))
	plain(t, g.WriteFile("in/loop", nil, 0o644), syscall.ELOOP)
	plain(t, g.WriteFile("in/a.txt/x", nil, 0o644), syscall.ENOTDIR)
	plain(t, g.Mkdir("in/none/x", 0o755), fs.ErrNotExist)
	require.NoError(t, g.Rename("in/a.txt", "out/a.txt"))
	require.NoError(t, g.RemoveAll("in/rel/"))
	require.NoDirExists(t, "out", "the slash makes it the folder that the link leads to")
}
