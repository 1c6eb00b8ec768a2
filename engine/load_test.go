package engine_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// files makes a file system of alternating names and texts.
func files(list ...string) fstest.MapFS {
	fs := fstest.MapFS{}
	for i := 0; i < len(list); i += 2 {
		fs[list[i]] = &fstest.MapFile{Data: []byte(list[i+1])}
	}
	return fs
}

func TestLoad(t *testing.T) {
	_, out, err := source(t, `
load("a.star", "x", y="z")
load("sub/b.star", "fromSibling", "fromParent")
print(x, y, fromSibling, fromParent)
`, engine.Options{FS: files(
		"a.star", "x = [1]\nz = 2",
		"sub/b.star", "load('c.star', 'c')\nload('../a.star', 'z')\nfromSibling = c\nfromParent = z",
		"sub/c.star", "c = 'c'",
	)})
	require.NoError(t, err)
	require.Equal(t, "[1] 2 c 2\n", out)
}

// A file runs once a run, whoever loads it by whichever name.
func TestLoadOnce(t *testing.T) {
	opts := engine.Options{FS: files(
		"a.star", "print('a runs')\nx = [1]",
		"lib/b.star", "load('../a.star', 'x')\ny = x",
	)}
	src := `
load("a.star", "x")
load("./a.star", second="x")
load("lib/../a.star", third="x")
load("lib/b.star", "y")
def same(a, b):
    return a == b
assert same(x, second) and same(x, third) and same(x, y)
`
	for range 2 { // the cache is per run
		_, out, err := source(t, src, opts)
		require.NoError(t, err)
		require.Equal(t, "a runs\n", out)
	}
}

func TestLoadErrors(t *testing.T) {
	for name, c := range map[string]struct{ src, want string }{
		"no file":          {`load("none.star", "x")`, "no such file"},
		"no name":          {`load("a.star", "none")`, "none"},
		"up":               {`load("../a.star", "x")`, "cannot leave the script's folder"},
		"up within":        {`load("lib/../../a.star", "x")`, "cannot leave the script's folder"},
		"absolute":         {`load("/etc/passwd", "x")`, "not a path"},
		"backslash":        {`load("lib\\a.star", "x")`, "not a path"},
		"empty":            {`load("", "x")`, "not a path"},
		"folder":           {`load("lib", "x")`, "not a regular file"},
		"itself":           {`load("t.star", "x")`, "files load each other in a circle: t.star"},
		"circle":           {`load("one.star", "x")`, "one.star → two.star → one.star"},
		"circle with main": {`load("main.star", "x")`, "t.star → main.star → t.star"},
		"syntax":           {`load("bad.star", "x")`, "bad.star:2:"},
		"fails":            {`load("fails.star", "x")`, "fail: on the way"},
	} {
		t.Run(name, func(t *testing.T) {
			_, _, err := source(t, "\n"+c.src+"\n", engine.Options{FS: files(
				"t.star", "load('t.star', 'x')",
				"a.star", "x = 1",
				"lib/a.star", "x = 1",
				"one.star", "load('two.star', 'x')",
				"two.star", "load('one.star', 'x')",
				"main.star", "load('t.star', 'x')",
				"bad.star", "x = 1\nx = = 1",
				"fails.star", "fail('on the way')",
			)})
			require.ErrorContains(t, err, c.want)
			var e *engine.Error
			require.ErrorAs(t, err, &e)
			require.NotZero(t, e.Stack)
			require.Equal(t, "t.star", e.Stack[0].Pos.Filename())
			require.EqualValues(t, 2, e.Stack[0].Pos.Line)
		})
	}
}

// Without a folder there is nothing to load.
func TestLoadNoFolder(t *testing.T) {
	_, _, err := source(t, `load("a.star", "x")`, engine.Options{})
	require.ErrorContains(t, err, "no folder to load from")
}

// ExecFile loads from the folder of the file, and links do not lead out of it.
func TestLoadExecFile(t *testing.T) {
	root := t.TempDir()
	write := func(name, text string) string {
		path := filepath.Join(root, name)
		require.NoError(t, os.MkdirAll(filepath.Dir(path), 0o777))
		require.NoError(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	write("secret.star", "x = 'secret'")
	write("scripts/lib/a.star", "load('b.star', 'y')\nx = y")
	write("scripts/lib/b.star", "y = 'b'")
	require.NoError(t, os.Symlink("../secret.star", filepath.Join(root, "scripts/link.star")))
	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
	require.NoError(t, err)

	res, err := eng.ExecFile(context.Background(), write("scripts/main.star", "load('lib/a.star', 'x')\ngot = x"), engine.Input{})
	require.NoError(t, err)
	require.Equal(t, `"b"`, res.Globals["got"].String())

	_, err = eng.ExecFile(context.Background(), write("scripts/evil.star", "load('link.star', 'x')"), engine.Input{})
	require.Error(t, err)
	require.NotContains(t, err.Error(), "secret'")

	_, err = eng.ExecFile(context.Background(), filepath.Join(root, "none.star"), engine.Input{})
	require.ErrorIs(t, err, os.ErrNotExist)
}

// A failed load is not kept: what loads it anew gets the error anew, with the
// position in the loaded file.
func TestLoadFailureHasStack(t *testing.T) {
	_, _, err := source(t, "load('lib/fails.star', 'x')", engine.Options{FS: files("lib/fails.star", "\ndef f():\n    fail('deep')\nf()")})
	var e *engine.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, "lib/fails.star", e.Pos.Filename())
	require.EqualValues(t, 3, e.Pos.Line)
	require.Len(t, e.Stack, 3)
	require.True(t, strings.HasPrefix(e.Traceback(), "Traceback (most recent call last):\n  t.star:1:1: in <toplevel>\n  lib/fails.star:4:2: in <toplevel>\n  lib/fails.star:3:9: in f\n"), e.Traceback())
}
