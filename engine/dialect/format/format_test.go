package format_test

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/starlark-tg/tg/engine/dialect/format"
	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite the files testdata/*.want")

// formatted returns what becomes of a right file, and tests what is true of all of them.
func formatted(t testing.TB, src string) string {
	t.Helper()
	out, err := format.Source("t.star", []byte(src))
	require.NoError(t, err, "%q", src)
	again, err := format.Source("t.star", out)
	require.NoError(t, err, "%q", src)
	require.Equal(t, string(out), string(again), "%q", src)
	return string(out)
}

// Files that show a subject each.
func TestGolden(t *testing.T) {
	names, err := filepath.Glob("testdata/*.in")
	require.NoError(t, err)
	require.NotEmpty(t, names)
	for _, name := range names {
		in, err := os.ReadFile(name)
		require.NoError(t, err)
		out := formatted(t, string(in))
		golden := strings.TrimSuffix(name, ".in") + ".want"
		if *update {
			require.NoError(t, os.WriteFile(golden, []byte(out), 0o666))
		}
		want, err := os.ReadFile(golden)
		require.NoError(t, err)
		require.Equal(t, string(want), out)
	}
}

// Text that is awkward to keep in files.
func TestSource(t *testing.T) {
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"blank", " \n\t\n  ", ""},
		{"byte order mark", "\ufeff", ""},
		{"byte order mark and code", "\ufeffx=1", "x = 1\n"},
		{"comments only", "#a\n\n\n\n  #b", "# a\n\n\n# b\n"},
		{"no line end", "x", "x\n"},
		{"many line ends", "x\n\n\n", "x\n"},
		{"Windows", "if x:\r\n\ty\r\n", "if x:\n    y\n"},
		{"old Mac", "x\r#a\ry", "x\n# a\ny\n"},
		{"Windows in a string", "x='''a\r\nb  '''\r\n", "x = '''a\nb  '''\n"},
		{"blanks at ends", "x \t\n'''a \n'''  # b \t\n", "x\n'''a \n'''  # b\n"},
		{"comments", "#\n##\n#!a\n#:b\n#'c\n# d\n#\te\n#%f\n#\u00a0g\n", "#\n##\n#!a\n#:b\n#'c\n# d\n#\te\n# %f\n#\u00a0g\n"},
		{"comment behind code", "x#a\ny    #  b\n", "x  # a\ny  #  b\n"},
		{"ignored problems", "f() # tg: ignore[never-run]\n", "f()  # tg: ignore[never-run]\n"},
		{"only a continuation", "\\\n", ""},
		{"continuation at the start", "\\\n  x\n", "x\n"},
		{"continuation at the end", "x \\\n", "x\n"},
		{"continuation before a blank line", "x \\\n\ny", "x\ny\n"},
		{"continuation before a comment", "x \\\n#a\ny", "x \\\n    # a\ny\n"},
		{"continued indentation", "if x:\n  \\\n    y\n  z\n", "if x:\n    y\n    z\n"},
		{"several continuations", "x=\\\n\\\n  1", "x = \\\n    1\n"},
		{"continuation in a bracket", "f(a,\\\n b)", "f(a, \\\n    b)\n"},
		{"mixed indentation", "if x:\n        y\n\tz\n", "if x:\n    y\n    z\n"},
		{"two tabs", "if x:\n\tif y:\n\t\tz\n", "if x:\n    if y:\n        z\n"},
		{"single def", "def f():\n  pass", "def f():\n    pass\n"},
		{"one blank line is the habit", "x\n\ndef f():\n  y\n\ndef g():\n  y\nz", "x\n\ndef f():\n    y\n\ndef g():\n    y\n\nz\n"},
		{"two are the habit", "x\ndef f():\n  y\n\n\n\ndef g():\n  y\nz", "x\n\n\ndef f():\n    y\n\n\ndef g():\n    y\n\n\nz\n"},
		{"defs of one line", "def f(): pass\ndef g(): pass\nx", "def f(): pass\ndef g(): pass\nx\n"},
		{"def in a block", "if x:\n\n  def f():\n    y\n  z\n", "if x:\n    def f():\n        y\n    z\n"},
		{"comment first in a block", "def f():\n\n\n  #a\n\n\n  b\n", "def f():\n\n    # a\n\n    b\n"},
		{"header and body far apart", "if x: #a\n\n  y\n", "if x:  # a\n    y\n"},
		{"deep string", "if x:\n  y('''\n  ''' , [\n 1])\n", "if x:\n    y('''\n  ''', [\n        1])\n"},
		{"wide characters", "x=f('日本'  ,'é',f(1,\n                 2),\n    3)", "x = f('日本', 'é', f(1,\n                   2),\n      3)\n"},
		{"nested f-strings", "x=f'{f\"{ a+b }\"  }{ {1:2}[1] }'", "x = f'{f\"{ a+b }\"  }{ {1:2}[1] }'\n"},
		{"f-string of many lines", "f(f'''\n{ a+\n b}''',\n1)", "f(f'''\n{ a+\n b}''',\n    1)\n"},
	} {
		t.Run(c.name, func(t *testing.T) { require.Equal(t, c.want, formatted(t, c.in)) })
	}
}

// Syntax errors are the dialect's own.
func TestWrongFiles(t *testing.T) {
	for _, src := range []string{"x = (", "import time", "if x:\n    y\n  z\n", "x\fy", "\x00", "\xff", "f'", "x: int = 1"} {
		out, err := format.Source("t.star", []byte(src))
		require.Nil(t, out)
		_, problems := dialect.Parse("t.star", []byte(src))
		require.NotEmpty(t, problems)
		require.Equal(t, problems, err)
	}
}
