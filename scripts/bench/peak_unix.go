//go:build unix

package main

import (
	"os"
	"runtime"
	"syscall"
)

// peak returns the most memory in bytes that an ended process had.
func peak(p *os.ProcessState) float64 {
	usage, ok := p.SysUsage().(*syscall.Rusage)
	if !ok {
		return 0
	}
	if runtime.GOOS == "darwin" {
		return float64(usage.Maxrss) // bytes there, KiB elsewhere
	}
	return float64(usage.Maxrss) * 1024
}
