//go:build unix

package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"os"
	"os/exec"
	"regexp"
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

// TestHangup: the terminal goes away; what runs under nohup does not mind.
func TestHangup(t *testing.T) {
	t.Parallel()
	file := write(t, "x.star", "defer(print, 'bye')\nprint('ready')\ntime.sleep(float(args[0]))\n")
	for _, flags := range [][]string{{"exec"}, {"exec", "--watch"}} {
		c := start(t, nil, "tg", append(flags, file, "3600")...)
		c.until("ready")
		c.signal(syscall.SIGHUP)
		require.Equal(t, "bye\n", c.ends(129))
		require.Contains(t, c.stderr.String(), "error: hung up\n")
	}
	c := start(t, nil, "sh", "-c", `trap "" HUP; exec tg "$@"`, "sh", file, "0.3")
	c.until("ready")
	c.signal(syscall.SIGHUP)
	require.Equal(t, "bye\n", c.ends(0))
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
`, regexp.MustCompile(`tasks · \d+\.\ds`).ReplaceAllString(c.stderr.String(), "tasks · 0.0s"))
}

// TestTimelineInterrupted: what had begun when the run was interrupted is drawn.
func TestTimelineInterrupted(t *testing.T) {
	t.Parallel()
	file := write(t, "x.star", `
def sleeper(i):
    print("ready")
    time.sleep(3600)
threadgroup("sleepers").map(sleeper, [1])
`)
	chart := file + ".html"
	c := start(t, nil, "tg", "--timeline", chart, file)
	c.until("ready")
	c.signal(os.Interrupt)
	c.ends(130)
	page, err := os.ReadFile(chart)
	require.NoError(t, err)
	require.Contains(t, string(page), "1 task: 1 cancelled")
}

// TestTestsInterrupted: what is running is stopped, its deferred calls are run, and
// what is known is reported.
func TestTestsInterrupted(t *testing.T) {
	t.Parallel()
	file := write(t, "a_test.star", `
q = queue()
def test_first():
    q.get()
def test_endless():
    defer(lambda: print("cleaned up"))
    q.put(1)
    while True: pass
def test_more(): time.sleep(3600)
`)
	report := file + ".xml"
	c := start(t, nil, "tg", "test", "-v", "-j", "3", "--junit", report, file, write(t, "b_test.star", "time.sleep(3600)"))
	line, err := c.out.ReadString('\n')
	require.NoError(t, err)
	require.Regexp(t, "^✓ .*a_test.star::test_first ", line)
	c.signal(os.Interrupt)
	rest := c.ends(130)
	require.Regexp(t, `(?s)^- .*::test_endless   cancelled\nprinted:\n    cleaned up\n- .*::test_more .*\n✗ 1 passed, [0-9a-z, ]+, [0-9.]+s\n$`, rest)
	require.Equal(t, "error: interrupted\n", c.stderr.String())
	text, err := os.ReadFile(report)
	require.NoError(t, err)
	require.Contains(t, string(text), `<skipped message="cancelled">`)
}
