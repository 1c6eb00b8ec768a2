//go:build unix

package subprocess_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/subprocess"
	"github.com/starlark-tg/tg/builtins/sync"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func modules() []engine.Module {
	return []engine.Module{threadgroup.Module(), startime.Module(), sync.Module(), subprocess.Module()}
}

func TestScripts(t *testing.T) {
	t.Setenv("TG_SECRET", "secret")
	enginetest.RunWith(t, "testdata/*.star", engine.Options{Modules: modules(), Allow: permit.Set{
		Run: []string{permit.Everything}, Read: []string{"/"},
	}})
}

func run(t *testing.T, ctx context.Context, allow permit.Set, src string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	eng, err := engine.New(engine.Options{Modules: modules(), Allow: allow, Stdout: &out, Env: map[string]string{"GIVEN": "by the host"}})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("test.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{})
	return out.String(), err
}

func TestPermissions(t *testing.T) {
	t.Setenv("TG_SECRET", "secret")
	t.Setenv("TG_GRANTED", "granted")
	for src, hint := range map[string]string{
		`subprocess.run(["true"])`:                    "allow it with --allow-run=true",
		`subprocess.run(["/bin/echo"])`:               "allow it with --allow-run=/bin/echo",
		`subprocess.run(["./echo"])`:                  "allow it with --allow-run=./echo",
		`subprocess.run(["echo"], cwd="/")`:           "allow it with --allow-read=/",
		`subprocess.run(["echo"], cwd="/proc/self/")`: "allow it with",
	} {
		_, err := run(t, t.Context(), permit.Set{Run: []string{"echo", "env"}}, src)
		var e *engine.Error
		require.ErrorAs(t, err, &e, src)
		require.Equal(t, "permission", e.Kind, src)
		require.Contains(t, e.Hint, hint)
	}
	out, err := run(t, t.Context(), permit.Set{Run: []string{"env"}, Env: []string{"TG_GRANTED"}}, `print(subprocess.run(["env"]).stdout)`)
	require.NoError(t, err)
	require.NotContains(t, out, "secret")
	require.Contains(t, out, "TG_GRANTED=granted\n")
	require.Contains(t, out, "GIVEN=by the host\n")
}

// A cancelled task's program is gone with all that it started, also if that ignores
// signals, and nobody waits for what has left its group.
func TestCancel(t *testing.T) {
	for _, command := range []string{
		"echo $$ >PID; sleep 60", "trap '' TERM INT; echo $$ >PID; while true; do sleep 1; done", "sleep 60 & echo $! >PID; wait",
		"sleep 60 & echo $! >PID; exit 0", "cat /dev/zero >&2 & echo $! >PID; exec >&- 2>&-; sleep 60",
	} {
		pid := filepath.Join(t.TempDir(), "pid")
		ctx, cancel := context.WithCancelCause(t.Context())
		go func() {
			for data := []byte(nil); len(data) == 0; data, _ = os.ReadFile(pid) {
				time.Sleep(time.Millisecond)
			}
			cancel(errors.New("stopped here"))
		}()
		began := time.Now()
		_, err := run(t, ctx, permit.Set{Run: []string{"sh"}}, fmt.Sprintf(`subprocess.run(["sh", "-c", %q], max_output=1 << 40)`, strings.ReplaceAll(command, "PID", pid)))
		require.ErrorContains(t, err, "stopped here", command)
		require.Less(t, time.Since(began), 30*time.Second, command)
		data, err := os.ReadFile(pid)
		require.NoError(t, err)
		var n int
		_, err = fmt.Sscan(string(data), &n)
		require.NoError(t, err)
		require.Eventually(t, func() bool { return !alive(n) }, 10*time.Second, time.Millisecond, "%d lives: %s", n, command)
	}
}

// alive reports whether a process runs; one that nobody has waited for yet does not.
func alive(pid int) bool {
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err == nil {
		_, state, _ := strings.Cut(string(stat), ") ")
		return !strings.HasPrefix(state, "Z")
	}
	return runtime.GOOS != "linux" && syscall.Kill(pid, 0) == nil
}

// A program that has left its group and holds the output does not keep a cancelled task.
func TestLeftTheGroup(t *testing.T) {
	ctx, cancel := context.WithTimeoutCause(t.Context(), 300*time.Millisecond, errors.New("stopped here"))
	defer cancel()
	began := time.Now()
	_, err := run(t, ctx, permit.Set{Run: []string{"setsid", "sh"}}, `subprocess.run(["sh", "-c", "setsid sleep 30 & exit 0"])`)
	require.ErrorContains(t, err, "stopped here")
	require.Less(t, time.Since(began), 20*time.Second)
}

// Hundreds at once, some of which fail, are stopped or cannot be started: nothing is left.
func TestHammer(t *testing.T) {
	before := descriptors(t)
	_, err := run(t, t.Context(), permit.Set{Run: []string{permit.Everything}}, `
def task(i):
    kind = i % 5
    if kind == 0:
        return subprocess.run(["echo", str(i)]).stdout
    if kind == 1:
        return subprocess.run(["false"])
    if kind == 2:
        return subprocess.run(["sleep", "60"], timeout=0.05)
    if kind == 3:
        return subprocess.run(["no-such-program"])
    return subprocess.run(["cat"], input="x" * 200000).stdout
results = threadgroup(max_workers=100, check=False).map(task, range(500))
kinds = [r.error.kind if r.error else "ok" for r in results]
assert kinds == ["ok", "exit", "timeout", "error", "ok"] * 100, kinds
assert [r.result for r in results if r.ok and r.index % 5 == 0] == [str(i) + "\n" for i in range(0, 500, 5)]
threadgroup(max_workers=50, timeout=0.1, check=False).map(lambda i: subprocess.run(["sleep", "60"]), range(100))
`)
	require.NoError(t, err)
	require.Equal(t, before, descriptors(t))
	var status syscall.WaitStatus
	_, err = syscall.Wait4(-1, &status, syscall.WNOHANG, nil)
	require.ErrorIs(t, err, syscall.ECHILD, "a child was not waited for")
}

func descriptors(t *testing.T) int {
	entries, err := os.ReadDir("/dev/fd") // every Unix has it
	require.NoError(t, err)
	return len(entries)
}

// More programs than there are descriptors for: an error that says so, for those only.
func TestNoDescriptors(t *testing.T) {
	var old syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_NOFILE, &old))
	few := old
	few.Cur = uint64(descriptors(t) + 40)
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &few))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_NOFILE, &old)) }()
	_, err := run(t, t.Context(), permit.Set{Run: []string{permit.Everything}}, `
results = threadgroup(max_workers=200, check=False).map(lambda i: subprocess.run(["sleep", "0.3"]), range(200))
assert 0 < len(results.succeeded) and len(results.succeeded) < 200
for e in results.errors:
    assert "too many open files" in e.message, e
`)
	require.NoError(t, err)
}

func TestCPython(t *testing.T) {
	var cases []string
	for _, args := range []string{
		`["true"]`, `["false"]`, `["echo", "a", "é"]`, `["sh", "-c", "exit 255"]`, `["sh", "-c", "kill -15 $$"]`, `["sh", "-c", "kill -1 $$"]`, `["cat"], input="text\n\r\n"`,
		`["sh", "-c", "echo a; echo b >&2"]`, `["printf", "a\\nb"]`, `["pwd"], cwd="/"`, `["sh", "-c", "exit 256"]`, `["no-such-program"]`, `[]`, `["echo"], cwd="/nowhere"`, `["sleep", "5"], timeout=0.05`,
		`["sh", "-c", "echo $0 $1", "x", "y z"]`, `["printf", "\\377"]`, `("echo", "tuple")`, `["sh", "-c", "read x; echo got $x"], input="line\nrest"`,
	} {
		for _, check := range []string{"True", "False"} {
			cases = append(cases, `[[r.args, r.returncode, r.stdout, r.stderr] for r in [subprocess.run(`+args+`, check=`+check+`)]]`)
		}
	}
	prelude := `
import subprocess as real, types
def run(args, input=None, **k):
    r = real.run(args, input=input, stdin=None if input is not None else real.DEVNULL, capture_output=True, text=True, **k)
    return types.SimpleNamespace(args=list(r.args), returncode=r.returncode, stdout=r.stdout, stderr=r.stderr)
subprocess = types.SimpleNamespace(run=run)
`
	cpython.CompareWith(t, prelude, cases, engine.Options{Modules: modules(), Allow: permit.Set{Run: []string{permit.Everything}, Read: []string{"/"}}})
}
