package permit

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// kernelTypes are the file systems that show or steer the kernel. Those of /dev
// say that they are tmpfs: they are known by their device and by their path.
func kernelType(t int64) bool {
	switch uint32(t) {
	case unix.PROC_SUPER_MAGIC, unix.SYSFS_MAGIC, unix.DEVPTS_SUPER_MAGIC, unix.CGROUP_SUPER_MAGIC, unix.CGROUP2_SUPER_MAGIC,
		0x64626720 /* debugfs */, unix.TRACEFS_MAGIC, unix.SECURITYFS_MAGIC, unix.BPF_FS_MAGIC, unix.NSFS_MAGIC, unix.EFIVARFS_MAGIC,
		unix.SELINUX_MAGIC, unix.SMACK_MAGIC, unix.PSTOREFS_MAGIC, unix.BINFMTFS_MAGIC,
		unix.BINDERFS_SUPER_MAGIC, unix.RDTGROUP_SUPER_MAGIC, 0x62656570 /* configfs */, 0x65735543 /* fusectl */, 0x19800202 /* mqueue */ :
		return true
	}
	return false
}

// kernelFile says whether an open file is part of the kernel's file systems, by
// the type of its file system and by the path at which the kernel has it now.
// Without a /proc the second is not known and counts as no.
func kernelFile(fd uintptr) bool {
	var st unix.Statfs_t
	if err := unix.Fstatfs(int(fd), &st); err == nil && kernelType(int64(st.Type)) {
		return true
	}
	path, err := os.Readlink("/proc/self/fd/" + strconv.Itoa(int(fd)))
	return err == nil && specialName(path)
}
