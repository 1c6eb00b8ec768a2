//go:build unix && !linux

package permit

// kernelFile knows nothing here: the device numbers have to do.
func kernelFile(uintptr) bool { return false }
