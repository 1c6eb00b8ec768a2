package permit_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

// open opens a Set for the time of a test.
func open(t testing.TB, s permit.Set) *permit.Grants {
	t.Helper()
	g, err := permit.Open(s)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, g.Close()) })
	return g
}

// box is a fresh current folder with the folders "in" and "out", a file in each,
// and "in/sub/b.txt". It returns its absolute name, without links.
func box(t testing.TB) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	require.NoError(t, err)
	t.Chdir(dir)
	require.NoError(t, os.MkdirAll("in/sub", 0o755))
	require.NoError(t, os.Mkdir("out", 0o755))
	put(t, "in/a.txt", "a")
	put(t, "in/sub/b.txt", "b")
	put(t, "out/secret", "secret")
	return dir
}

func put(t testing.TB, name, text string) {
	t.Helper()
	require.NoError(t, os.WriteFile(name, []byte(text), 0o644))
}

func link(t testing.TB, to, name string) {
	t.Helper()
	require.NoError(t, os.Symlink(to, name))
}

func text(t testing.TB, name string) string {
	t.Helper()
	data, err := os.ReadFile(name)
	require.NoError(t, err)
	return string(data)
}

// denied requires a refusal, and returns it.
func denied(t testing.TB, err error) *permit.Denied {
	t.Helper()
	var d *permit.Denied
	require.ErrorAs(t, err, &d)
	require.ErrorIs(t, err, fs.ErrPermission)
	require.Equal(t, "permission", d.Kind())
	return d
}

// plain requires an error of the operating system.
func plain(t testing.TB, err, is error) {
	t.Helper()
	var d *permit.Denied
	require.ErrorIs(t, err, is)
	require.False(t, errors.As(err, &d), "%v is a refusal", err)
}

// soon fails a test whose f blocks.
func soon(t testing.TB, f func()) {
	t.Helper()
	done := make(chan struct{}) // Closed when f has returned.
	go func() { defer close(done); f() }()
	select {
	case <-done:
	case <-time.After(time.Minute):
		t.Fatal("it blocks")
	}
}

// everyUse tries all that can be done with one name.
func everyUse(g *permit.Grants, name string) map[string]error {
	errs := map[string]error{}
	use := func(what string, f *os.File, err error) {
		if err == nil {
			f.Close()
		}
		errs[what] = err
	}
	f, err := g.Open(name)
	use("open", f, err)
	f, err = g.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0o644)
	use("append", f, err)
	f, err = g.OpenFile(name, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	use("exclusive", f, err)
	f, err = g.OpenFile(name, os.O_RDWR|os.O_TRUNC, 0)
	use("truncate", f, err)
	_, errs["read"] = g.ReadFile(name)
	errs["write"] = g.WriteFile(name, []byte("written"), 0o644)
	_, errs["stat"] = g.Stat(name)
	_, errs["readdir"] = g.ReadDir(name)
	errs["mkdir"] = g.Mkdir(name, 0o755)
	errs["mkdirall"] = g.MkdirAll(name, 0o755)
	return errs
}
