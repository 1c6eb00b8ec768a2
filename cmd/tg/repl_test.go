package main

import (
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"golang.org/x/term"
)

func TestWhole(t *testing.T) {
	for src, want := range map[string]bool{
		"x = 1\n": true, "\n": true, "f(\n": false, "f(\n1)\n": true, "x = [\n": false, "x = '''a\n": false, "x = '''a\n'''\n": true, "x = 'a\n": true,
		"x = '('\n": true, "x = 1 # (\n": true, "x = 1 + \\\n": false, "x = 1 + \\\n2\n": true, "x = 'a\\'('\n": true, `x = r"\"` + "\n": true,
		"def f():\n": false, "def f():\n    pass\n": false, "def f():\n    pass\n\n": true, "@g.register\n": false, "@g.register\ndef f():\n    pass\n\n": true,
		"if x: pass\n": false, "if x: pass\n\n": true, "for i in l:\n    print(i)\n  \n": true, "iffy = 1\n": true, "define(1)\n": true, "f(])\n": true, "x = \"\"\"\n\n": false,
	} {
		require.Equal(t, want, whole(src), "%q", src)
	}
}

func TestCompletion(t *testing.T) {
	eng, err := engine.New(engine.Options{Modules: builtins.Standard()})
	require.NoError(t, err)
	defer eng.Close()
	s, err := eng.NewSession(t.Context(), nil, engine.Input{})
	require.NoError(t, err)
	defer s.Close()
	_, err = s.Exec(t.Context(), "number_of_devices = 1\nfleet = threadgroup()")
	require.NoError(t, err)
	t.Setenv("XDG_STATE_HOME", t.TempDir())
	e := newEditor(os.Stdin, nil, s)
	defer e.close()
	var shown strings.Builder
	e.term = term.NewTerminal(struct {
		io.Reader
		io.Writer
	}{strings.NewReader(""), &shown}, "")
	for line, want := range map[string]string{
		"numb": "number_of_devices", "x = numb": "x = number_of_devices", "subproc": "subprocess", "subprocess.r": "subprocess.run", "fleet.exec": "fleet.execute",
		"http.req": "http.request", "f(http.req": "f(http.request", "": "    ", "  ": "      ", "nothing.": "", "zzz": "", "1.": "", "fleet.name.x": "", "é": "é    ",
	} {
		got, pos, ok := e.complete(line, len(line), '\t')
		require.Equal(t, want, got, line)
		require.Equal(t, want != "", ok)
		if ok {
			require.Equal(t, len(want), pos)
		}
	}
	_, _, ok := e.complete("numb", 4, 'x')
	require.False(t, ok)
	got, pos, _ := e.complete("numb + 1", 4, '\t')
	require.Equal(t, []any{"number_of_devices + 1", 17}, []any{got, pos})
	_, _, _ = e.complete("http.", 5, '\t')
	require.Contains(t, shown.String(), "delete  download  get")
}

func TestHistory(t *testing.T) {
	dir := t.TempDir()
	t.Setenv("XDG_STATE_HOME", dir)
	h := openHistory()
	for _, line := range []string{"a", " ", "b", "b"} {
		h.Add(line)
	}
	require.Equal(t, []any{2, "b", "a"}, []any{h.Len(), h.At(0), h.At(1)})
	h.close()
	require.Equal(t, 2, openHistory().Len())
	require.NoError(t, os.WriteFile(filepath.Join(dir, "tg", "history"), []byte(strings.Repeat("x\n", 3*maxHistory)), 0o600))
	require.Equal(t, maxHistory, openHistory().Len())
	t.Setenv("XDG_STATE_HOME", filepath.Join(dir, "tg", "history")) // no folder
	h = openHistory()
	h.Add("a")
	require.Equal(t, 1, h.Len())
	h.close()
}
