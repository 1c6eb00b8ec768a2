//go:build unix

package permit_test

import (
	"errors"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func TestWaysOut(t *testing.T) {
	dir := box(t)
	link(t, "../out", "in/rel")
	link(t, dir+"/out", "in/abs")
	link(t, "../out/secret", "in/file")
	link(t, "l2", "in/l1")
	link(t, "sub/l3", "in/l2")
	link(t, "../../out", "in/sub/l3")
	link(t, "..", "in/up")
	link(t, "../in/../out", "in/detour")
	link(t, dir+"/in/../out", "in/absdetour")
	link(t, "/", "in/root")
	link(t, "../out/made", "in/dangling")
	g := open(t, permit.Set{Write: []string{"in"}})
	for _, name := range []string{
		"in/rel/secret", "in/abs/secret", "in/file", "in/l1/secret", "in/up/out/secret", "in/detour/secret", "in/absdetour/secret",
		"in/root" + dir + "/out/secret", "in/dangling", "in/sub/../../out/secret", "in/rel/../out/secret", dir + "/in/../out/secret",
		"in/sub/l3/../out/secret", "out/secret", "in/../out/secret", "in//..//out/secret", "./in/./../out/./secret", "in/../../" + filepath.Base(dir) + "/out/secret",
	} {
		for what, err := range everyUse(g, name) {
			if (what == "exclusive" || what == "mkdir") && errors.Is(err, fs.ErrExist) {
				continue // the link itself is there, and inside
			}
			denied(t, err)
		}
	}
	d := denied(t, g.WriteFile("in/abs/secret", nil, 0o644))
	require.Contains(t, d.Error(), "write in/abs/secret: permission denied: a symbolic link leads out")
	require.Contains(t, d.Hint(), "an absolute link must name the folder as the flag does")
	require.Equal(t, "secret", text(t, "out/secret"))
	require.NoFileExists(t, "out/made")

	link(t, "loop", "in/loop")
	_, err := g.Stat("in/loop")
	plain(t, err, syscall.ELOOP)
	plain(t, g.WriteFile("in/loop", nil, 0o644), syscall.ELOOP)
}

func TestOddNames(t *testing.T) {
	box(t)
	for _, set := range []permit.Set{{Write: []string{"in"}}, {All: true}} {
		g := open(t, set)
		for name, want := range map[string]error{
			"": fs.ErrNotExist, "in/a.txt\x00": syscall.EINVAL, "in/" + strings.Repeat("x", 256): syscall.ENAMETOOLONG,
			"in/" + strings.Repeat("x/", 3000): syscall.ENAMETOOLONG, "in/ a.txt": fs.ErrNotExist, "in/a.txt ": fs.ErrNotExist, "in/a.txt.": fs.ErrNotExist,
		} {
			_, err := g.ReadFile(name)
			plain(t, err, want)
		}
		deep := "in" + strings.Repeat("/sub/..", 100) + "/a.txt"
		_, err := g.ReadFile(deep)
		require.NoError(t, err)
		for _, name := range []string{"in/ü", "in/u\u0308", "in/\xff\xfe", "in/日本 語", "in/-x", "in/a\nb", "in/*", "in/...", "in/..x", `in/a\b`} {
			require.NoError(t, g.WriteFile(name, []byte(name), 0o644))
			data, err := g.ReadFile(name)
			require.NoError(t, err)
			require.Equal(t, name, string(data))
			require.NoError(t, g.Remove(name))
		}
	}
	g := open(t, permit.Set{Read: []string{"in"}})
	if _, err := os.Stat("IN"); err != nil { // letters count here
		_, err := g.Stat("IN/a.txt")
		denied(t, err)
	}
	for _, name := range []string{"inn", "in2/a.txt", "in./a.txt", "in /a.txt"} {
		_, err := g.Stat(name)
		denied(t, err)
	}
}

func TestOnlyFilesAndFolders(t *testing.T) {
	box(t)
	require.NoError(t, syscall.Mkfifo("in/fifo", 0o600))
	l, err := net.Listen("unix", "in/socket")
	require.NoError(t, err)
	defer l.Close()
	link(t, "fifo", "in/link")
	names := map[string]string{"in/fifo": "FIFO", "in/link": "FIFO", "in/socket": "socket"}
	if os.Geteuid() == 0 && syscall.Mknod("in/null", syscall.S_IFCHR|0o666, 1<<8|3) == nil {
		names["in/null"] = "device"
	}
	g := open(t, permit.Set{Write: []string{"in"}})
	for name, kind := range names {
		soon(t, func() {
			for what, err := range everyUse(g, name) {
				switch what {
				case "stat":
					require.NoError(t, err)
				case "exclusive", "mkdir", "mkdirall":
					plain(t, err, fs.ErrExist)
				default:
					d := denied(t, err)
					require.Contains(t, d.Reason, kind)
					require.Equal(t, "allow it with -A", d.Hint())
				}
			}
			_, err := g.ReadFile(name + "/x")
			plain(t, err, syscall.ENOTDIR)
			plain(t, g.WriteFile(name+"/x", nil, 0o644), syscall.ENOTDIR)
		})
	}
	require.NoError(t, g.Remove("in/fifo"), "it may be removed unopened")

	all := open(t, permit.Set{All: true})
	require.NoError(t, syscall.Mkfifo("in/fifo", 0o600))
	soon(t, func() {
		_, err := all.ReadFile("in/fifo")
		require.NoError(t, err)
		plain(t, all.WriteFile("in/fifo", nil, 0o644), syscall.ENXIO)
	})
	if names["in/null"] != "" {
		require.NoError(t, all.WriteFile("in/null", []byte("x"), 0o644))
		info, err := os.Stat("in/null")
		require.NoError(t, err)
		require.NotZero(t, info.Mode()&fs.ModeDevice, "it was written to, not replaced")
	}
}

func TestHardLinkIsAFile(t *testing.T) {
	box(t)
	require.NoError(t, os.Link("out/secret", "in/hard"))
	g := open(t, permit.Set{Write: []string{"in"}})
	data, err := g.ReadFile("in/hard")
	require.NoError(t, err, "cannot be helped, see the package documentation")
	require.Equal(t, "secret", string(data))
	require.NoError(t, g.WriteFile("in/hard", []byte("new"), 0o644))
	require.Equal(t, "secret", text(t, "out/secret"), "but writing takes the name only")
}

func TestGrantedFolderIsReplaced(t *testing.T) {
	dir := box(t)
	g := open(t, permit.Set{Write: []string{"in"}})
	require.NoError(t, os.Rename("in", "was"))
	link(t, "out", "in")
	_, err := g.ReadFile("in/secret")
	plain(t, err, fs.ErrNotExist)
	data, err := g.ReadFile("in/a.txt")
	require.NoError(t, err, "it is still the folder that was granted")
	require.Equal(t, "a", string(data))
	require.NoError(t, os.RemoveAll("was"))
	require.NoError(t, os.Remove("in"))
	require.NoError(t, os.Mkdir(dir+"/in", 0o755))
	put(t, "in/a.txt", "other")
	for what, err := range everyUse(g, "in/a.txt") {
		plain(t, err, fs.ErrNotExist)
		require.Error(t, err, what)
	}
}

// TestSwap has somebody put a link out, a FIFO and a file in turn where the
// script works. Nothing may leave the grant, and nothing may block.
func TestSwap(t *testing.T) {
	dir := box(t)
	require.NoError(t, syscall.Mkfifo("out/fifo", 0o600))
	require.NoError(t, os.MkdirAll("in/d", 0o755))
	folder := open(t, permit.Set{Write: []string{"in"}})
	name := open(t, permit.Set{Write: []string{"in/x"}})
	stop, done := make(chan struct{}), make(chan struct{}) // Closed by the test; by the swapper when it has ended.
	go func() {
		defer close(done)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
			}
			_ = os.RemoveAll(dir + "/in/d")
			_ = os.Remove(dir + "/in/x")
			switch i % 5 {
			case 0:
				_ = os.Symlink("../out", dir+"/in/d")
				_ = os.Symlink("../out/secret", dir+"/in/x")
			case 1:
				_ = os.Mkdir(dir+"/in/d", 0o755)
				_ = os.WriteFile(dir+"/in/x", []byte("fine"), 0o644)
			case 2:
				_ = syscall.Mkfifo(dir+"/in/d", 0o600)
				_ = syscall.Mkfifo(dir+"/in/x", 0o600)
			case 3:
				_ = os.Symlink("sub", dir+"/in/d")
				_ = os.Symlink("sub/b.txt", dir+"/in/x")
			case 4:
				_ = os.Symlink(dir+"/out", dir+"/in/d")
				_ = os.Symlink(dir+"/out/made", dir+"/in/x")
			}
		}
	}()
	defer func() { close(stop); <-done }()
	soon(t, func() {
		for i := range 300 {
			for _, g := range []*permit.Grants{folder, name} {
				data, err := g.ReadFile("in/x")
				if err == nil && string(data) == "secret" || g == name && string(data) == "b" {
					t.Errorf("read %q", data)
				}
				everyUse(g, "in/x")
			}
			everyUse(folder, fmt.Sprintf("in/d/n%d", i))
			everyUse(folder, "in/d/secret")
			_ = folder.Rename("in/d/secret", "in/got")
			_ = folder.Remove("in/d/secret")
			_ = folder.RemoveAll("in/d")
			_ = folder.MkdirAll("in/d/m/n", 0o755)
		}
	})
	entries, err := os.ReadDir(dir + "/out")
	require.NoError(t, err)
	require.Len(t, entries, 2)
	require.Equal(t, "secret", text(t, dir+"/out/secret"))
}

// TestHammer has readers that must see whole contents while writers replace them.
func TestHammer(t *testing.T) {
	box(t)
	var told sync.Map
	g := open(t, permit.Set{Write: []string{"in", "in/late"}, Audit: func(d permit.Decision) { told.Store(d, true) }})
	long := strings.Repeat("y", 100_000)
	require.NoError(t, g.WriteFile("in/f", []byte("x"), 0o644))
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			own := fmt.Sprintf("in/late/%d", i)
			for range 20 {
				_ = g.WriteFile("in/f", []byte([]string{"x", long}[i%2]), 0o644)
				data, err := g.ReadFile("in/f")
				if err != nil || string(data) != "x" && string(data) != long {
					t.Errorf("%d bytes, %v", len(data), err)
				}
				if err := g.MkdirAll(own+"/deep", 0o755); err != nil {
					t.Error(err)
				}
				if err := g.RemoveAll(own); err != nil {
					t.Error(err)
				}
				if g.WriteFile("out/x", nil, 0o644) == nil || g.Env("HOME") == nil {
					t.Error("allowed")
				}
			}
		})
	}
	all.Wait()
	for _, d := range []permit.Decision{
		{Kind: "write", What: "in/f", Granted: true, Flag: "--allow-write=in"},
		{Kind: "read", What: "in/f", Granted: true, Flag: "--allow-write=in"},
		{Kind: "write", What: "out/x", Flag: "--allow-write=out/x"},
		{Kind: "env", What: "HOME", Flag: "--allow-env=HOME"},
	} {
		_, ok := told.Load(d)
		require.True(t, ok, "%v", d)
	}
}
