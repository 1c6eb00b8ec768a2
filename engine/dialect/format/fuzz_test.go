package format_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/stretchr/testify/require"
)

// A right file can be formatted, and then formatted is as it should be: formatted tests the second,
// and Source itself that nothing but the layout changes.
func FuzzSource(f *testing.F) {
	for _, dir := range []string{root, starlarkDir()} {
		for _, src := range chunks(f, dir) {
			f.Add([]byte(src))
		}
	}
	names, err := filepath.Glob("testdata/*.in")
	require.NoError(f, err)
	for _, name := range names {
		src, err := os.ReadFile(name)
		require.NoError(f, err)
		f.Add(src)
	}
	for _, src := range []string{
		"", "\ufeff", "#", "\\\n", "x\\\n", "x\\\n#a", "\\\n#a\n", "(\\\n\n#a\n)", "if x:\n\ty\n  \t#a\n", "x\ry", "f(\n#a\n,\n#b\n)",
		"@a\n#b\n\n@c\ndef f():\n\n\n  #d\n  pass\n #e\n#f", "f'''\n{\n#\n}'''", "f'{f\"{x!r:>{w}}\"}'", "1 .x", "x[: :]", "x[- 1: :- 1]",
		"lambda*a,b=lambda:0:{c:d}[e:f]", "f(\n a = 1,\n b = 2)", "not not-x", "a;b;", "if a: b; c", "x = y if z else(a,)", "- -~+x",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) {
		if _, problems := dialect.Parse("t.star", src); len(problems) == 0 {
			formatted(t, string(src))
		}
	})
}
