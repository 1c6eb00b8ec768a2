//go:build !unix

package subprocess

import (
	"fmt"
	"os"
	"syscall"
)

// ownGroup: there are no process groups; only the program itself is killed.
func ownGroup() *syscall.SysProcAttr { return nil }

func kill(p *os.Process) { _ = p.Kill() }

func signalOf(*os.ProcessState) int { return 0 }

func signalName(n int) string { return fmt.Sprintf("signal %d", n) }
