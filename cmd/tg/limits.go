package main

import (
	"fmt"
	"math"
	"os"
	"runtime/debug"
	"strconv"
	"strings"

	"github.com/spf13/pflag"
	"github.com/starlark-tg/tg/engine"
)

// addLimits adds the flags that mirror engine.Limits.
func addLimits(flags *pflag.FlagSet, l *engine.Limits) {
	flags.Uint64Var(&l.MaxSteps, "max-steps", 0, "stop a thread after `N` steps: rounds of loops and calls, about")
	flags.IntVar(&l.MaxDepth, "max-depth", 0, "allow `N` calls within calls (default 10000)")
	flags.IntVar(&l.MaxTasks, "max-tasks", 0, "allow `N` tasks that have not ended, over all groups")
	flags.Var((*size)(&l.MaxMemory), "max-memory", "stop the run when it uses more than `SIZE`, such as 512M or 2G (default 75% of the machine)")
	flags.Var((*size)(&l.MaxOutput), "max-output", "stop a task that prints when the run has printed `SIZE`")
	flags.Var((*intSize)(&l.MaxSource), "max-source", "refuse source files larger than `SIZE` (default 16M)")
}

// A size is a flag value: a number of bytes, or with K, M, G or T of 1024.
type size int64

func (s *size) String() string { return strconv.FormatInt(int64(*s), 10) }
func (s *size) Type() string   { return "size" }

func (s *size) Set(text string) error {
	number := strings.TrimSuffix(strings.TrimSuffix(strings.ToUpper(text), "B"), "I")
	factor := 1.0
	if i := strings.IndexByte("KMGT", last(number)); i >= 0 {
		factor = math.Pow(1024, float64(i+1))
		number = number[:len(number)-1]
	}
	f, err := strconv.ParseFloat(number, 64)
	if err != nil || !(f > 0) || f*factor >= math.MaxInt64 {
		return fmt.Errorf("%q is not a size such as 1000000, 512M or 2G", text)
	}
	*s = size(f * factor)
	return nil
}

func last(s string) byte {
	if s == "" {
		return 0
	}
	return s[len(s)-1]
}

type intSize int

func (s *intSize) String() string { return strconv.Itoa(int(*s)) }
func (s *intSize) Type() string   { return "size" }

func (s *intSize) Set(text string) error {
	var n size
	if err := n.Set(text); err != nil {
		return err
	}
	if int64(n) > math.MaxInt {
		n = math.MaxInt
	}
	*s = intSize(n)
	return nil
}

// setLimits sets the limits that the flags leave open, and has the
// garbage collector work by it: seldom while there is room, hard near the limit.
// What the user has set in the environment stays.
func setLimits(l *engine.Limits) {
	if l.MaxSource == 0 {
		l.MaxSource = maxSource
	}
	if l.MaxMemory == 0 {
		l.MaxMemory = memory() / 4 * 3
	}
	if l.MaxMemory == 0 {
		return // how much there is cannot be told
	}
	if os.Getenv("GOMEMLIMIT") == "" {
		debug.SetMemoryLimit(l.MaxMemory)
	}
	if os.Getenv("GOGC") == "" {
		collectSeldom(l.MaxMemory)
	}
}

// memory returns what the machine or the process's control group has, in bytes;
// 0 if it cannot be told.
func memory() int64 {
	total := int64(0)
	if text, err := os.ReadFile("/proc/meminfo"); err == nil {
		var kib int64
		if _, err := fmt.Sscanf(string(text), "MemTotal: %d kB", &kib); err == nil {
			total = kib << 10
		}
	}
	for _, path := range []string{"/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"} {
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		n, err := strconv.ParseInt(strings.TrimSpace(string(text)), 10, 64)
		if err == nil && n > 0 && (total == 0 || n < total) {
			total = n
		}
	}
	return total
}
