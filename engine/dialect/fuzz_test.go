package dialect

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.starlark.net/resolve"
	"go.starlark.net/syntax"
)

func FuzzParse(f *testing.F) {
	for _, src := range corpus(f) {
		f.Add([]byte(src))
	}
	for _, src := range []string{
		"@d\n@e(1)\ndef f(): pass\n", "@", "@d", "@\n", "x @ y", "f'", `f"{`, `f"{x`, `f"{x:`, `f"{x!`, `f"{x=`, `f"{{"`, "f'''{\n'''",
		`f"{f"{f"{x}"}"}"`, `f"a" f"b"`, `assert`, `assert x, y`, "assert(x, y)", "import x", "try:\n  x\nexcept:\n  y\nelse:\n  z\n",
		"x = (1,\ndef f(): pass", "\xff", "\x00", "\ufeffx", "\\\n@x\n", "if x: assert y; @z", "x\r\ny\r", `f"{x!r:{y!s:{z}}}"`, `rf"\{x}"`,
		"f\"\\N{DASH}\"", "assert x and f\"{x!s\ny ", "assert x == f\"{x\n@ y", "for x in y:\n  pass\nelse:\n  pass\n", "def f(a: int, *, b) -> c: pass",
	} {
		f.Add([]byte(src))
	}
	f.Fuzz(func(t *testing.T, src []byte) { check(t, src) })
}

// check parses src and tests what is true of all files.
func check(t *testing.T, src []byte) {
	file, problems := Parse("f.star", src)
	require.NotNil(t, file.Syntax)
	text := strings.ReplaceAll(strings.ReplaceAll(strings.TrimPrefix(string(src), utf8BOM), "\r\n", "\n"), "\r", "\n")
	lines := strings.Split(text, "\n")
	last := spot{}
	for _, p := range problems {
		at := spotOf(p.Pos)
		require.Equal(t, "f.star", p.Pos.Filename())
		require.True(t, last.before(at), "%v", problems)
		require.True(t, at.line >= 1 && int(at.line) <= len(lines), "%v", p)
		require.True(t, at.col >= 1 && int(at.col) <= utf8.RuneCountInString(lines[at.line-1])+1, "%v", p)
		require.NotEmpty(t, p.Msg)
		require.NotContains(t, p.Msg, "internal")
		last = at
	}
	yes := func(string) bool { return true }
	err := resolve.File(file.Syntax, yes, yes) // must not panic, also with problems
	_ = err
	syntax.Walk(file.Syntax, func(n syntax.Node) bool {
		if _, isFile := n.(*syntax.File); n != nil && !isFile {
			start, stop := n.Span()
			require.True(t, start.IsValid() && stop.IsValid(), "%T", n)
		}
		return true
	})
}
