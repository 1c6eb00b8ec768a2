//go:build unix

package joblog_test

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/stretchr/testify/require"
)

// TestKill: a process that is killed while it appends, at any moment, loses no line
// that it has reported, and leaves none that cannot be read.
func TestKill(t *testing.T) {
	rounds := 10
	if testing.Short() {
		rounds = 3
	}
	name := t.TempDir() + "/x.jsonl"
	reported := make([]int, rounds) // lines, by run
	total := 0
	for run := range rounds {
		reported[run] = killed(t, name, fmt.Sprint("run", run))
		total += reported[run]
		l := reopened(t, name)
		find(t, l, run, reported[run])
		require.LessOrEqual(t, len(l.Known()), total+run+1, "of each run one line more at most: it was not reported yet")
		require.NoError(t, l.Close())
	}
	l := reopened(t, name)
	for run, n := range reported {
		find(t, l, run, n)
	}
	require.NoError(t, l.Close())
	t.Log("lines reported:", reported)
}

func reopened(t *testing.T, name string) *joblog.Log {
	t.Helper()
	f, err := os.OpenFile(name, flags, 0)
	require.NoError(t, err)
	l, err := joblog.Open(f, name, joblog.Run{Script: "parent.star", Started: time.Now()}, repr)
	require.NoError(t, err)
	return l
}

// find checks that the first n lines of a run are there, whole.
func find(t *testing.T, l *joblog.Log, run, n int) {
	t.Helper()
	var keys joblog.Keys
	for i := range n {
		e, ok := l.Lookup(keys.Next(fmt.Sprint("run", run), "task", fmt.Sprint(i)))
		if !ok || !e.Held {
			t.Fatalf("line %d of run %d is not there", i, run)
		}
		if i%100 == 0 || i == n-1 {
			v, err := e.Value()
			require.NoError(t, err)
			require.Equal(t, fmt.Sprint(i), v.String())
		}
	}
}

// killed runs a child, kills it after a while, and returns how many lines it has reported.
func killed(t *testing.T, name, group string) int {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^$")
	cmd.Env = append(os.Environ(), writer+"="+name, writer+"_RUN="+group)
	var problems strings.Builder
	cmd.Stderr = &problems
	out, err := cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	after, n := 1+rand.IntN(1+rand.IntN(1+rand.IntN(1+rand.IntN(19_900)))), 0 // many early, some late
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		i, err := strconv.Atoi(lines.Text())
		if err != nil || i != n {
			break // the last one may be torn, too
		}
		if n++; n == after {
			time.Sleep(time.Duration(rand.IntN(300)) * time.Microsecond)
			require.NoError(t, cmd.Process.Kill())
		}
	}
	_ = cmd.Process.Kill()
	_ = cmd.Wait()
	require.Empty(t, problems.String())
	require.GreaterOrEqual(t, n, after)
	return n
}
