//go:build unix

package fs_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/starlark-tg/tg/builtins/fs"
	"github.com/starlark-tg/tg/builtins/internal/cpython"
	"github.com/starlark-tg/tg/builtins/json"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func modules(dir string) []engine.Module {
	return []engine.Module{threadgroup.Module(), startime.Module(), json.Module(), fs.Module(), {Name: "dir", Globals: starlark.StringDict{"DIR": starlark.String(dir)}}}
}

// folder returns a folder without links in its path.
func folder(t *testing.T) string {
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	return dir
}

func TestScripts(t *testing.T) {
	dir := folder(t)
	enginetest.RunWith(t, "testdata/*.star", engine.Options{Modules: modules(dir), Allow: permit.Set{Write: []string{dir}}})
}

// run runs a script that may do what is allowed.
func run(t *testing.T, ctx context.Context, dir string, allow permit.Set, limits engine.Limits, src string) error {
	t.Helper()
	eng, err := engine.New(engine.Options{Modules: modules(dir), Allow: allow, Limits: limits})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("test.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{})
	return err
}

// Every function needs a permission, and says which.
func TestPermissions(t *testing.T) {
	dir := folder(t)
	name := dir + "/x"
	require.NoError(t, os.WriteFile(name, []byte("old"), 0o600))
	for call, power := range map[string]string{
		"read_text(X)": "read", "read_bytes(X)": "read", "lines(X)": "read", "exists(X)": "read", "is_file(X)": "read", "is_dir(X)": "read", "stat(X)": "read",
		"listdir(DIR)": "read", "glob(DIR + '/*')": "read", "copy(X, X + '2')": "read", "glob(DIR + '/**/no')": "read",
		"write_text(X, '')": "write", "write_bytes(X, b'')": "write", "append_text(X, 'a')": "write", "mkdir(X + 'd')": "write", "mkdir(X + 'd/e', parents=True)": "write",
		"remove(X)": "write", "remove(X, recursive=True)": "read", "rename(X, X + '2')": "write", "tempdir(DIR)": "write",
	} {
		err := run(t, t.Context(), dir, permit.Set{}, engine.Limits{}, "X = DIR + '/x'\nfs."+call)
		var e *engine.Error
		require.ErrorAs(t, err, &e, call)
		require.Equal(t, "permission", e.Kind, "%s: %v", call, err)
		require.Contains(t, e.Hint, "allow it with --allow-"+power+"=", call)
	}
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	require.Len(t, entries, 1)
	require.ErrorContains(t, run(t, t.Context(), dir, permit.Set{Read: []string{dir}}, engine.Limits{}, `fs.write_text(DIR + "/x", "new")`), "permission denied")
}

// Links lead nowhere, for no function; a glob does not see what is behind them.
func TestLinks(t *testing.T) {
	outside, dir := folder(t), folder(t)
	require.NoError(t, os.WriteFile(outside+"/secret.txt", []byte("secret"), 0o600))
	require.NoError(t, os.WriteFile(dir+"/own.txt", nil, 0o600))
	require.NoError(t, os.Symlink(outside, dir+"/out"))
	require.NoError(t, os.Symlink(outside+"/secret.txt", dir+"/file.txt"))
	require.NoError(t, os.Symlink("..", dir+"/up"))
	require.NoError(t, os.Symlink(".", dir+"/self"))
	err := run(t, t.Context(), dir, permit.Set{Write: []string{dir}}, engine.Limits{}, `
for pattern in ["**", "*/*", "**/*.txt", "{out,own}*", "self/self/*.txt"]:
    for path in fs.glob(f"{DIR}/{pattern}"):
        assert "secret" not in path, path
for pattern in ["out/*", "up/*"]:
    assert attempt(fs.glob, f"{DIR}/{pattern}").error.kind == "permission"
assert fs.glob(DIR + "/**/own.txt") == [DIR + "/own.txt"], fs.glob(DIR + "/**/own.txt")
for path in ["out/secret.txt", "file.txt", "up/x", "out/../out/secret.txt"]:
    for f in [fs.read_text, fs.lines, fs.stat, fs.exists, lambda p: fs.write_text(p, "x"), lambda p: fs.append_text(p, "x"), lambda p: fs.copy(p, DIR + "/copied")]:
        r = attempt(f, f"{DIR}/{path}")
        assert r.error.kind == "permission", (path, r)
fs.remove(DIR + "/out", recursive=True)
`)
	require.NoError(t, err)
	text, err := os.ReadFile(outside + "/secret.txt")
	require.NoError(t, err)
	require.Equal(t, "secret", string(text))
	require.NoFileExists(t, dir+"/copied")
}

// A cancel ends whatever reads or writes; a FIFO under -A as well.
func TestCancel(t *testing.T) {
	dir := folder(t)
	require.NoError(t, syscall.Mkfifo(dir+"/fifo", 0o600))
	w, err := os.OpenFile(dir+"/fifo", os.O_RDWR, 0)
	require.NoError(t, err)
	defer w.Close()
	big, err := os.Create(dir + "/big")
	require.NoError(t, err)
	require.NoError(t, big.Truncate(16<<30))
	require.NoError(t, big.Close())
	for _, src := range []string{
		`fs.read_text("/dev/zero")`, `[x for x in fs.lines("/dev/zero")]`, `fs.read_bytes(DIR + "/fifo")`, `fs.copy(DIR + "/big", DIR + "/copied")`,
		"for l in fs.lines(DIR + '/fifo'): pass", "while True: fs.glob('/**/none')",
	} {
		ctx, cancel := context.WithCancelCause(t.Context())
		time.AfterFunc(100*time.Millisecond, func() { cancel(errors.New("stopped here")) })
		err := run(t, ctx, dir, permit.Set{All: true}, engine.Limits{}, src)
		require.ErrorContains(t, err, "stopped here", src)
	}
	left, err := filepath.Glob(dir + "/.tg*")
	require.NoError(t, err)
	require.Empty(t, left)
	require.NoFileExists(t, dir+"/copied")
}

// What is larger than the limit of memory is refused, not read.
func TestLimit(t *testing.T) {
	dir := folder(t)
	big, err := os.Create(dir + "/big")
	require.NoError(t, err)
	require.NoError(t, big.Truncate(1<<40))
	require.NoError(t, big.Close())
	for _, call := range []string{`fs.read_text(DIR + "/big")`, `fs.read_bytes(DIR + "/big")`, `[l for l in fs.lines(DIR + "/big")]`} {
		err := run(t, t.Context(), dir, permit.Set{Read: []string{dir}}, engine.Limits{MaxMemory: 256 << 20}, call)
		var e *engine.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, "limit", e.Kind, "%s: %v", call, err)
	}
}

// Many tasks write one file, append to another and make folders: nothing is torn.
func TestHammer(t *testing.T) {
	dir := folder(t)
	err := run(t, t.Context(), dir, permit.Set{Write: []string{dir}}, engine.Limits{}, `
def task(i):
    text = str(i % 10) * 5000
    for n in range(20):
        fs.write_text(DIR + "/one", text)
        got = fs.read_text(DIR + "/one")
        assert len(got) == 5000 and len(set(got.elems())) == 1
        fs.append_text(DIR + "/log", text + "\n")
        fs.mkdir(f"{DIR}/d/{i % 3}", parents=True, exist_ok=True)
        t = fs.tempdir(DIR)
        fs.write_text(t + "/x", text)
threadgroup(max_workers=16).map(task, range(16))
n = 0
for line in fs.lines(DIR + "/log"):
    assert len(line) == 5000 and len(set(line.elems())) == 1
    n += 1
assert n == 320, n
assert fs.listdir(DIR) == ["d", "log", "one"], fs.listdir(DIR)
`)
	if e := (*engine.GroupError)(nil); errors.As(err, &e) {
		t.Fatal(e.Failures[0].Err)
	}
	require.NoError(t, err)
}

// glob finds what pathlib does.
func TestCPython(t *testing.T) {
	dir := folder(t)
	for _, name := range []string{"a.txt", "b.txt", "c.md", "sub/a.txt", "sub/deep/x.txt", "sub/.hidden", ".dot/y.txt", "é.txt", "w[1].txt", "sp ace/z.txt"} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o600))
	}
	prelude := fmt.Sprintf(`
import pathlib, types
def glob(p): return sorted(str(x) for x in pathlib.Path(%[1]q).glob(p[len(%[1]q)+1:]))
fs = types.SimpleNamespace(glob=glob)
`, dir)
	var cases []string
	for _, p := range []string{"*", "*.txt", "**/*.txt", "**/*", "sub/*", "s*/*", "?.txt", "[ab].txt", "[!a].txt", "*/*", "*/**/*.txt", "none", "none/*", "a.txt", "a.txt/*", "w[[]1].txt", "sp ace/*", "**/.hidden", ".*/*"} {
		cases = append(cases, fmt.Sprintf("fs.glob(%q)", dir+"/"+p))
	}
	cpython.CompareWith(t, prelude, cases, engine.Options{Modules: []engine.Module{fs.Module()}, Allow: permit.Set{Read: []string{dir}}})
}
