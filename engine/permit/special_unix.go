//go:build unix

package permit

import (
	"io/fs"
	"os"
	"syscall"

	"golang.org/x/sys/unix"
)

// quiet keeps an open from waiting for the other end of a FIFO, and a terminal
// from becoming that of the process.
const quiet = syscall.O_NONBLOCK | syscall.O_NOCTTY

// deviceOf returns the number of the file system a file is on.
func deviceOf(info fs.FileInfo) (uint64, bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return 0, false
	}
	return uint64(st.Dev), true
}

// stampOf returns the stamp of a file.
func stampOf(name string) (stamp, error) {
	var st unix.Stat_t
	if err := unix.Stat(name, &st); err != nil {
		return stamp{}, err
	}
	// The types of the fields differ from system to system.
	return stamp{uint64(st.Dev), uint64(st.Ino), int64(st.Size), [2]int64{int64(st.Ctim.Sec), int64(st.Ctim.Nsec)}}, nil
}

// keepOwner gives f the owner of what it replaces, as far as the process may.
func keepOwner(f *os.File, old fs.FileInfo) {
	info, err := f.Stat()
	if err != nil {
		return
	}
	was, ok1 := old.Sys().(*syscall.Stat_t)
	is, ok2 := info.Sys().(*syscall.Stat_t)
	if ok1 && ok2 && (was.Uid != is.Uid || was.Gid != is.Gid) {
		_ = f.Chown(int(was.Uid), int(was.Gid))
	}
}

// renameBetween renames between two open folders, which os.Root cannot.
func renameBetween(from tree, old string, to tree, name string) error {
	a, err := from.OpenFile(".", os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer a.Close()
	b, err := to.OpenFile(".", os.O_RDONLY, 0)
	if err != nil {
		return err
	}
	defer b.Close()
	return withFD(a, func(fa uintptr) error {
		return withFD(b, func(fb uintptr) error { return unix.Renameat(int(fa), old, int(fb), name) })
	})
}

// withFD calls f with the descriptor of a file. Unlike File.Fd it leaves alone
// whether the file blocks.
func withFD(file *os.File, f func(fd uintptr) error) error {
	conn, err := file.SyscallConn()
	if err != nil {
		return err
	}
	var failed error
	if err := conn.Control(func(fd uintptr) { failed = f(fd) }); err != nil {
		return err
	}
	return failed
}

// inKernel says whether an open file belongs to the kernel's file systems.
func inKernel(f *os.File) (bool, error) {
	var found bool
	err := withFD(f, func(fd uintptr) error {
		found = kernelFile(fd)
		return nil
	})
	return found, err
}
