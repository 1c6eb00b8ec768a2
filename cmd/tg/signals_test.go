//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"github.com/stretchr/testify/require"
)

// These tests send signals to tg as a process of its own. Processes of Windows
// cannot be sent any.

// guard is how long a program may take to end. It is far more than it needs: a
// busy machine is no failure. How long it took is logged.
const guard = 30 * time.Second

// A child is a running tg.
type child struct {
	t      *testing.T
	cmd    *exec.Cmd
	out    *bufio.Reader
	stdout io.ReadCloser
	stderr bytes.Buffer
}

func start(t *testing.T, stdin io.Reader, name string, args ...string) *child {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), guard)
	t.Cleanup(cancel)
	c := &child{t: t, cmd: exec.CommandContext(ctx, name, args...)}
	c.cmd.Stdin, c.cmd.Stderr = stdin, &c.stderr
	var err error
	c.stdout, err = c.cmd.StdoutPipe()
	require.NoError(t, err)
	require.NoError(t, c.cmd.Start())
	c.out = bufio.NewReader(c.stdout)
	return c
}

// until reads what is printed up to the line.
func (c *child) until(line string) {
	c.t.Helper()
	for {
		got, err := c.out.ReadString('\n')
		require.NoError(c.t, err, "%q was not printed\n%s", line, &c.stderr)
		if got == line+"\n" {
			return
		}
	}
}

func (c *child) signal(sig os.Signal) {
	c.t.Helper()
	require.NoError(c.t, c.cmd.Process.Signal(sig))
}

// ends returns what else is printed, and checks the exit status.
func (c *child) ends(status int) string {
	c.t.Helper()
	began := time.Now()
	out, _ := io.ReadAll(c.out)
	err := c.cmd.Wait()
	c.t.Logf("ended after %s", time.Since(began).Round(time.Millisecond))
	var exit *exec.ExitError
	if err != nil {
		require.ErrorAs(c.t, err, &exit)
	}
	require.Equal(c.t, status, c.cmd.ProcessState.ExitCode(), "%s\n%s", c.cmd.ProcessState, &c.stderr)
	return string(out)
}

// TestInterrupt interrupts the scripts of testdata/interrupt.txtar.
func TestInterrupt(t *testing.T) {
	archive, err := txtar.ParseFile("testdata/interrupt.txtar")
	require.NoError(t, err)
	for files := range slices.Chunk(archive.Files, 2) {
		script, want := string(files[0].Data), string(files[1].Data)
		name := strings.TrimSuffix(files[0].Name, ".star")
		require.Equal(t, name+".want", files[1].Name)
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := start(t, nil, "tg", write(t, "x.star", script))
			c.until("ready")
			c.signal(os.Interrupt)
			require.Equal(t, want, c.ends(130))
			require.NotContains(t, c.stderr.String(), "grace period")
			if strings.Contains(script, "threadgroup") {
				require.Regexp(t, `\n\d+ tasks? · .*s\n$`, c.stderr.String(), "the summary")
			}
		})
	}
}

func TestTerminate(t *testing.T) {
	t.Parallel()
	c := start(t, nil, "tg", write(t, "x.star", "defer(print, 'bye')\nprint('ready')\ntime.sleep(3600)\n"))
	c.until("ready")
	c.signal(syscall.SIGTERM)
	require.Equal(t, "bye\n", c.ends(143))
	require.Contains(t, c.stderr.String(), "error: terminated\n")
}

func TestSecondSignal(t *testing.T) {
	t.Parallel()
	file := write(t, "x.star", `
def slow():
    print("deferred")
    time.sleep(3600)
defer(print, "not reached")
defer(slow)
print("ready")
while True: pass
`)
	c := start(t, nil, "tg", "--grace", "3600", file)
	c.until("ready")
	c.signal(os.Interrupt)
	c.until("deferred")
	c.signal(os.Interrupt)
	require.Empty(t, c.ends(130))
}

func TestSignalAfterTimeout(t *testing.T) {
	t.Parallel()
	file := write(t, "x.star", "def slow():\n    print('deferred')\n    time.sleep(3600)\ndefer(slow)\nwhile True: pass\n")
	c := start(t, nil, "tg", "--timeout", "0.1", "--grace", "3600", file)
	c.until("deferred")
	c.signal(syscall.SIGTERM)
	require.Empty(t, c.ends(143))
}

func TestGraceEnds(t *testing.T) {
	t.Parallel()
	file := write(t, "x.star", "def slow():\n    while True: pass\ndefer(print, 'last')\ndefer(slow)\nprint('ready')\ntime.sleep(3600)\n")
	c := start(t, nil, "tg", "--grace", "0.2", file)
	c.until("ready")
	c.signal(os.Interrupt)
	c.ends(130)
}

// TestInterruptReading: standard input that does not end, a pipe into which
// nobody writes, a loaded file.
func TestInterruptReading(t *testing.T) {
	t.Run("stdin", func(t *testing.T) {
		t.Parallel()
		r, w, err := os.Pipe()
		require.NoError(t, err)
		defer w.Close()
		c := start(t, r, "tg", "-")
		r.Close()
		// More than a pipe holds: when it is written, tg has begun to read.
		_, err = w.WriteString(strings.Repeat("# comment\n", 50_000))
		require.NoError(t, err)
		c.signal(os.Interrupt)
		require.Empty(t, c.ends(130))
		require.Equal(t, "error: interrupted\n", c.stderr.String())
	})
	t.Run("pipe", func(t *testing.T) {
		t.Parallel()
		fifo := t.TempDir() + "/fifo"
		require.NoError(t, syscall.Mkfifo(fifo, 0o600))
		c := start(t, nil, "tg", fifo)
		w, err := os.OpenFile(fifo, os.O_WRONLY, 0) // returns when tg has opened it
		require.NoError(t, err)
		defer w.Close()
		c.signal(os.Interrupt)
		require.Empty(t, c.ends(130))
	})
	t.Run("load", func(t *testing.T) {
		t.Parallel()
		file := write(t, "x.star", "defer(print, 'bye')\nload('lib.star', 'f')\n")
		lib := strings.TrimSuffix(file, "x.star") + "lib.star"
		require.NoError(t, os.WriteFile(lib, []byte("f = 1\nprint('ready')\nwhile True: pass\n"), 0o666))
		c := start(t, nil, "tg", file)
		c.until("ready")
		c.signal(os.Interrupt)
		c.ends(130)
		require.Contains(t, c.stderr.String(), "interrupted\n")
	})
}

// TestOverdue: a host call that ignores its stop is named, and does not keep tg
// from ending.
func TestOverdue(t *testing.T) {
	t.Parallel()
	c := start(t, nil, "tg-stuck")
	c.until("ready")
	c.signal(os.Interrupt)
	c.ends(130)
	require.Equal(t, `error: a built-in function did not stop within the grace period of 0.1s in 1 task:
    big in numbers
✗ numbers   0/0   0.0s   not ended
0 tasks · 0.0s
`, strings.ReplaceAll(c.stderr.String(), "1.1s", "0.0s"))
}
