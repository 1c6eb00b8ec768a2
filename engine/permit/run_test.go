package permit_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/permit"
)

// tool makes a program in a folder.
func tool(t *testing.T, name string) {
	t.Helper()
	require.NoError(t, os.MkdirAll(filepath.Dir(name), 0o755))
	require.NoError(t, os.WriteFile(name, []byte("#!/bin/sh\n"), 0o755))
}

func TestPrograms(t *testing.T) {
	dir := box(t)
	tool(t, "bin/tool")
	tool(t, "other/tool")
	tool(t, "here")
	t.Setenv("PATH", dir+"/bin")
	var told []permit.Decision
	g := open(t, permit.Set{Run: []string{"tool", "./here", dir + "/other/tool"}, Audit: func(d permit.Decision) { told = append(told, d) }})
	t.Setenv("PATH", dir+"/other")
	t.Chdir("in")
	for name, want := range map[string]string{
		"tool": dir + "/bin/tool", "./here": dir + "/here", "bin/../here": dir + "/here", dir + "/here": dir + "/here", "other//tool": dir + "/other/tool",
	} {
		path, err := g.Program(name)
		require.NoError(t, err, name)
		require.Equal(t, want, path)
	}
	require.Len(t, told, 5)
	for _, name := range []string{"here", "bin/tool", "sh", "/bin/sh", "", "Tool", "tool ", "too", "../here", "tool\x00", "*", "."} {
		_, err := g.Program(name)
		d := denied(t, err)
		require.Contains(t, d.Hint(), "--allow-run=", name)
	}
	_, err := g.Program("sh")
	require.Equal(t, "run sh: permission denied", err.Error())

	for _, set := range []permit.Set{{Run: []string{"*"}}, {All: true}} {
		g := open(t, set)
		path, err := g.Program("tool")
		require.NoError(t, err)
		require.Equal(t, dir+"/other/tool", path)
		_, err = g.Program("no-such")
		require.EqualError(t, err, "run no-such: executable file not found in $PATH")
		_, err = g.Program("./a.txt")
		plain(t, err, fs.ErrPermission)
		_, err = g.Program("")
		plain(t, err, fs.ErrNotExist)
	}
	t.Chdir(dir)
	t.Setenv("PATH", "other")
	for entry, want := range map[string]string{"tool": "relative folder", "none": "not found", "in/a.txt": "permission denied", "in": "", "./none": "no such file", "a\x00": "invalid"} {
		_, err := permit.Open(permit.Set{Run: []string{entry}})
		require.ErrorContains(t, err, want)
		require.ErrorContains(t, err, "--allow-run=")
	}
}

// A write grant that covers a granted program is not one of every program.
func TestReplacedProgram(t *testing.T) {
	for what, replace := range map[string]func(*testing.T, *permit.Grants){
		"written": func(t *testing.T, g *permit.Grants) {
			require.NoError(t, g.WriteFile("bin/tool", []byte("#!/bin/ls"), 0o755))
		},
		"appended": func(t *testing.T, g *permit.Grants) { appendTo(t, g, "bin/tool") },
		"renamed":  func(t *testing.T, g *permit.Grants) { require.NoError(t, g.Rename("bin/other", "bin/tool")) },
		"folder":   func(t *testing.T, g *permit.Grants) { swapFolder(t, g) },
		"there and back": func(t *testing.T, g *permit.Grants) {
			require.NoError(t, g.Rename("bin/tool", "bin/x"))
			require.NoError(t, g.Rename("bin/x", "bin/tool"))
		},
		"gone": func(t *testing.T, g *permit.Grants) { require.NoError(t, g.Remove("bin/tool")) },
	} {
		dir := box(t)
		tool(t, "bin/tool")
		tool(t, "bin/other")
		tool(t, "new/tool")
		t.Chdir(dir)
		g := open(t, permit.Set{Run: []string{"./bin/tool"}, Write: []string{"."}})
		_, err := g.Program("./bin/tool")
		require.NoError(t, err)
		require.NoError(t, g.WriteFile("bin/beside", nil, 0o644))
		_, err = g.Program("./bin/tool")
		require.NoError(t, err)
		replace(t, g)
		_, err = g.Program("./bin/tool")
		require.ErrorContains(t, denied(t, err), "the file has changed since the start, and may be written", what)
	}
	dir := box(t)
	tool(t, "bin/tool")
	t.Chdir(dir)
	g := open(t, permit.Set{Run: []string{"./bin/tool"}, Write: []string{"in"}})
	require.NoError(t, os.WriteFile("bin/tool", []byte("#!/bin/sh\n# newer\n"), 0o755)) // by somebody else
	_, err := g.Program("./bin/tool")
	require.NoError(t, err)
}

func appendTo(t *testing.T, g *permit.Grants, name string) {
	f, err := g.OpenFile(name, os.O_WRONLY|os.O_APPEND, 0)
	require.NoError(t, err)
	_, err = f.WriteString("x")
	require.NoError(t, err)
	require.NoError(t, f.Close())
}

func swapFolder(t *testing.T, g *permit.Grants) {
	require.NoError(t, g.Rename("bin", "old"))
	require.NoError(t, g.Rename("new", "bin"))
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TG_ONE", "1")
	t.Setenv("TG_TWO", "a=b")
	t.Setenv("OTHER", "o")
	t.Setenv("LD_PRELOAD", "/evil.so")
	t.Setenv("DYLD_INSERT_LIBRARIES", "/evil.so")
	for _, set := range []permit.Set{{}, {Env: []string{"TG_*"}}, {Env: []string{"*"}}, {All: true}, {Env: []string{"LD_PRELOAD"}}} {
		g := open(t, set)
		env, err := g.Environ(map[string]string{"EXTRA": "x", "LD_LIBRARY_PATH": "/evil", "PATH": "/p", "LD_=": ""})
		require.ErrorContains(t, err, "cannot be set")
		require.Nil(t, env)
		env, err = g.Environ(map[string]string{"EXTRA": "x", "LD_LIBRARY_PATH": "/evil", "DYLD_X": "", "PATH": "/p"})
		require.NoError(t, err)
		require.True(t, slices.IsSorted(env))
		require.Contains(t, env, "EXTRA=x")
		require.Contains(t, env, "PATH=/p")
		text := strings.Join(env, "\n")
		require.NotContains(t, text, "LD_")
		require.NotContains(t, text, "evil")
		require.Equal(t, g.Env("TG_TWO") == nil, slices.Contains(env, "TG_TWO=a=b"))
		require.Equal(t, g.Env("OTHER") == nil, slices.Contains(env, "OTHER=o"))
		for _, name := range []string{"", "A=B", "A\x00"} {
			_, err := g.Environ(map[string]string{name: ""})
			require.Error(t, err)
		}
		_, err = g.Environ(map[string]string{"A": "\x00"})
		require.Error(t, err)
	}
}

func TestEnv(t *testing.T) {
	g := open(t, permit.Set{Env: []string{"HOME", "TG_*"}})
	for _, name := range []string{"HOME", "TG_", "TG_X"} {
		require.NoError(t, g.Env(name))
	}
	for _, name := range []string{"", "HOM", "HOME2", "home", "TG", "XTG_", "*", "TG*"} {
		d := denied(t, g.Env(name))
		require.Contains(t, d.Hint(), "--allow-env=")
	}
	require.EqualError(t, g.Env("PATH"), "read variable PATH: permission denied")
	require.NoError(t, open(t, permit.Set{Env: []string{"*"}}).Env("ANY"))
	require.NoError(t, open(t, permit.Set{All: true}).Env("ANY"))
	for _, entry := range []string{"", "A=B", "*A", "A*B", "**", "A\x00"} {
		_, err := permit.Open(permit.Set{Env: []string{entry}})
		require.ErrorContains(t, err, "--allow-env=")
	}
}
