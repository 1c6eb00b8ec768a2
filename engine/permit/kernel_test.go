//go:build linux

package permit_test

import (
	"errors"
	"os"
	"runtime"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

func TestKernelNeedsAll(t *testing.T) {
	dir := box(t)
	up := strings.Repeat("../", 30)
	for name, to := range map[string]string{
		"proc": "/proc", "relproc": up + "proc", "root": "/proc/self/root", "fd": "/dev/fd", "stdin": "/dev/stdin", "zero": up + "dev/zero",
		"shm": up + "dev/shm", "sys": "/sys", "cwd": "/proc/self/cwd", "chain": "relproc/self",
	} {
		link(t, to, "in/"+name)
	}
	for _, grant := range []string{"/", permit.Everything} {
		g := open(t, permit.Set{Read: []string{grant}})
		for _, name := range []string{
			"/proc/self/maps", "/proc/self/environ", "/dev/stdin", "/dev/null", "/dev/fd/0", "/sys/kernel/mm", "//proc//self/maps", "/./proc/../proc/version",
			"/proc/self/root/tmp", "in/proc/version", "in/relproc/version", "in/relproc/self/environ", "in/fd/0", "in/stdin", "in/zero",
			"in/shm/x", "in/sys/kernel/mm", "in/chain/maps", "in/chain/root/tmp", "in/chain/cwd/in/a.txt", "in/proc", "in/shm", "in/relproc/self/fd/0", dir + "/../../../../../../proc/version",
		} {
			if strings.HasPrefix(name, "in/shm") {
				if _, err := os.Stat("/dev/shm"); err != nil {
					continue
				}
			}
			soon(t, func() {
				_, err := g.Open(name)
				d := denied(t, err)
				require.Contains(t, d.Hint(), "-A", name)
				_, err = g.Stat(name)
				denied(t, err)
				_, err = g.ReadDir(name)
				denied(t, err)
			})
		}
		w := open(t, permit.Set{Write: []string{grant}}) // nothing of the machine is written to, should this fail
		for _, name := range []string{"/dev/shm/tg-test", "in/shm/tg-test", "/proc/tg-test", "in/relproc/tg-test", "/sys/tg-test", "in/sys/tg-test"} {
			for what, err := range everyUse(w, name) {
				require.Error(t, err, "%s %s", what, name)
			}
		}
		_, err := g.Stat(dir + "/in/a.txt")
		require.NoError(t, err)
	}
	require.NoFileExists(t, "/dev/shm/tg-test")
	all := open(t, permit.Set{All: true})
	for _, name := range []string{"/proc/self/maps", "in/relproc/version", "in/root" + dir + "/in/a.txt", "in/cwd/in/a.txt"} {
		data, err := all.ReadFile(name)
		require.NoError(t, err)
		require.NotEmpty(t, data)
	}
}

func TestAbsoluteLinksUnderTheRoot(t *testing.T) {
	dir := box(t)
	link(t, dir+"/out/secret", "in/abs")
	g := open(t, permit.Set{Write: []string{"/"}})
	data, err := g.ReadFile("in/abs")
	require.NoError(t, err)
	require.Equal(t, "secret", string(data))
	require.NoError(t, g.WriteFile("in/abs", []byte("new"), 0o644))
	require.Equal(t, "new", text(t, "out/secret"))
}

// TestBindMounts mounts the kernel's folders where the script may read, in a
// mount namespace of this one thread, which ends with the test.
func TestBindMounts(t *testing.T) {
	dir := box(t)
	for _, name := range []string{"proc", "sys", "dev", "out", "own"} {
		require.NoError(t, os.Mkdir("in/"+name, 0o755))
	}
	ended := make(chan struct{}) // Closed when the thread has done its work.
	go func() {
		defer close(ended)
		runtime.LockOSThread() // never unlocked: the thread ends with its namespace
		if err := syscall.Unshare(syscall.CLONE_NEWNS); err != nil {
			t.Logf("skipped: %v", err)
			return
		}
		if err := syscall.Mount("", "/", "", syscall.MS_REC|syscall.MS_PRIVATE, ""); err != nil {
			t.Logf("skipped: %v", err)
			return
		}
		for name, from := range map[string]string{"proc": "/proc", "sys": "/sys", "dev": "/dev", "out": dir + "/out"} {
			if err := syscall.Mount(from, dir+"/in/"+name, "", syscall.MS_BIND, ""); err != nil {
				t.Errorf("mount %s: %v", name, err)
			}
		}
		if err := syscall.Mount("proc", dir+"/in/own", "proc", 0, ""); err != nil {
			t.Errorf("mount proc: %v", err)
		}
		checkMounts(t, dir)
	}()
	<-ended
}

// checkMounts uses no FailNow: it is not on the goroutine of the test.
func checkMounts(t *testing.T, dir string) {
	for _, grant := range []string{"in", "/"} {
		g, err := permit.Open(permit.Set{Write: []string{grant}})
		if err != nil {
			t.Error(err)
			return
		}
		for _, name := range []string{"in/proc", "in/proc/version", "in/own", "in/own/version", "in/own/self/root" + dir + "/in/a.txt", "in/proc/self/root" + dir + "/in/a.txt", "in/sys/kernel", "in/dev", "in/dev/null", "in/dev/shm"} {
			_, err := g.Open(name)
			if d := (*permit.Denied)(nil); !errors.As(err, &d) {
				t.Errorf("%s of %s: %v", name, grant, err)
			}
			if _, err := g.ReadDir(name); err == nil {
				t.Errorf("listed %s of %s", name, grant)
			}
		}
		for _, name := range []string{"in/proc/tg-test", "in/own/tg-test", "in/dev/tg-test", "in/sys/tg-test", "in/own/self/cwd/in/new", "in/own/self/root" + dir + "/in/new"} {
			for what, err := range everyUse(g, name) {
				if err == nil {
					t.Errorf("%s %s of %s is allowed", what, name, grant)
					_ = os.Remove(name)
				}
			}
		}
		if d := (*permit.Denied)(nil); !errors.As(g.RemoveAll("in/own"), &d) { // the kernel would refuse it too
			t.Error("RemoveAll walks into /proc")
		}
		if data, err := g.ReadFile("in/out/secret"); err != nil || string(data) != "secret" {
			t.Errorf("an ordinary mount: %s, %v", data, err)
		}
		for _, name := range []string{"in/proc", "in/dev", "in/own"} {
			if g, err := permit.Open(permit.Set{Read: []string{name}}); err == nil {
				t.Errorf("%s can be granted", name)
				g.Close()
			}
		}
		g.Close()
	}
}
