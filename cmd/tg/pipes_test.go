//go:build unix

package main

import (
	"os"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// These tests look at standard output as a pipe; they send signals, too.

// TestWholeLines: many tasks print long lines at once, and are interrupted.
func TestWholeLines(t *testing.T) {
	const script = `
def f(i):
    line = "<%s>" % (chr(ord("A") + i % 26) * 5000)
    for _ in range(ROUNDS):
        print(line)
threadgroup(max_workers=100).map(f, range(100))
`
	whole := func(t *testing.T, out string) int {
		lines := strings.Split(out, "\n")
		require.Empty(t, lines[len(lines)-1])
		for _, l := range lines[:len(lines)-1] {
			require.Len(t, l, 5002)
			require.Equal(t, 5000, strings.Count(l, l[1:2]))
		}
		return len(lines) - 1
	}
	t.Run("to the end", func(t *testing.T) {
		t.Parallel()
		c := start(t, nil, "tg", write(t, "x.star", strings.Replace(script, "ROUNDS", "20", 1)))
		require.Equal(t, 2000, whole(t, c.ends(0)))
	})
	t.Run("interrupted", func(t *testing.T) {
		t.Parallel()
		c := start(t, nil, "tg", write(t, "x.star", strings.Replace(script, "ROUNDS", "1 << 40", 1)))
		_, err := c.out.ReadString('\n')
		require.NoError(t, err)
		time.AfterFunc(100*time.Millisecond, func() { _ = c.cmd.Process.Signal(os.Interrupt) })
		whole(t, c.ends(130))
		require.Regexp(t, `100 tasks · [0-9]+ cancelled`, c.stderr.String()) // those that had begun
	})
}

func TestClosedOutput(t *testing.T) {
	t.Parallel()
	c := start(t, nil, "tg", write(t, "x.star", "def f(i):\n    while True: print('line', i)\nthreadgroup().map(f, range(9))\n"))
	_, err := c.out.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, c.stdout.Close())
	_ = c.cmd.Wait()
	require.Equal(t, 141, c.cmd.ProcessState.ExitCode())
	require.Empty(t, c.stderr.String(), "head has seen enough: that is no news")
}

func TestClosedOutputDefers(t *testing.T) {
	t.Parallel()
	script := "def bye():\n    time.sleep(0.3)\n    exit(9)\ndefer(bye)\nwhile True: print('line' * 1000)\n"
	c := start(t, nil, "tg", write(t, "x.star", script))
	_, err := c.out.ReadString('\n')
	require.NoError(t, err)
	require.NoError(t, c.stdout.Close())
	_ = c.cmd.Wait()
	require.Equal(t, 9, c.cmd.ProcessState.ExitCode(), "what was deferred has run")
}

func TestOutputNotRead(t *testing.T) {
	t.Parallel()
	c := start(t, nil, "tg", "--grace", "0.1", write(t, "x.star", "print('ready')\nwhile True: print('line' * 1000)\n"))
	c.until("ready")
	time.Sleep(300 * time.Millisecond) // until the pipe is full
	c.signal(os.Interrupt)
	_, err := c.cmd.Process.Wait()
	require.NoError(t, err)
	_ = c.cmd.Wait()
	require.Contains(t, c.stderr.String(), "error: what the script prints is not read")
}
