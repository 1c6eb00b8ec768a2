package dialect

import (
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// repeated returns files of about size bytes, right and wrong ones, each of one thing again and again.
func repeated(size int) map[string]string {
	files := map[string]string{}
	for _, unit := range []string{
		"x = 1\n", "@d\n@e(1)\ndef f(): pass\n", "x = f\"a{x}b{y!r:>{w}}\"\n", "assert x == 1, 'm'\n", "assert x[0];", "f'{x}';",
		"import x\n", "x y\n", "f'{\n", "f'{x\n", "f'", "f'{", "f'{x:", "f\"{'", "f'''{", "f'''", "'''", "(", "[f'{", ")", "@", "@\n", "@d\n", "x = (\n", "(\n",
		"a + ", "a.", "not ", "- ", "lambda: ", "x if y else ", "f'{f\"{", "\\\n", "#\n", " \n", "é", "'é' ", "f'é'", "f'{{", "f'\\", "}", "f'}'\n",
		"f'{}'\n", "f'{}' ", "( f'{\n", "(f'{ \"\n", "\t\n x\n", "def f():\n", "if x:\n", "elif x: pass\n", "else:\n", "try:\n", ":\n", ";", "f'{x=}'",
		"f\"\"\"{ '''\n", "@(\n", "assert (\n", "load(", "x < ", "1 ", "f'{[' ", "\r", "{1:", "@f'{x}'\n", "x, ", "f'\\q'\n", "{", "if x: ",
	} {
		files[unit] = strings.Repeat(unit, size/len(unit))
		files["x = "+unit] = "x = " + files[unit]
		files["f'{"+unit] = "f'{" + files[unit]
		files["'''"+unit] = "f'''{x}" + files[unit] + "'''"
	}
	files["elif"] = "if x: pass\n" + strings.Repeat("elif x: pass\n", size/13)
	return files
}

func TestNoInputTakesLong(t *testing.T) {
	for name, src := range repeated(1 << 17) {
		start := time.Now()
		_, problems := Parse("t.star", []byte(src))
		took := time.Since(start)
		require.LessOrEqual(t, len(problems), maxProblems)
		require.Less(t, took, 5*time.Second, "%q", name) // a quadratic one takes minutes
	}
}

func BenchmarkParse(b *testing.B) {
	for _, unit := range []string{"x = g(1, [2])\n", "@d\n@e(1)\ndef f(): pass\n", "x = f\"a{x}b{y!r:>{w}}\"\n", "x = f\"a{x + 1}b\"\n", "assert x == 1, 'm'\n"} {
		src := []byte(strings.Repeat(unit, 1<<20/len(unit)))
		b.Run(strings.TrimSpace(unit), func(b *testing.B) {
			b.SetBytes(int64(len(src)))
			for b.Loop() {
				_, problems := Parse("t.star", src)
				require.Empty(b, problems)
			}
		})
	}
}
