package format_test

import (
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/dialect/format"
	"github.com/stretchr/testify/require"
)

// huge are files of about n lines, of one thing again and again.
func huge(n int) map[string]string {
	again := strings.Repeat
	return map[string]string{
		"statements":    again("x=f(a,b = 1)+g [1:2] #c\n", n),
		"defs":          again("@d(1)\n#c\ndef f(a,b=1):\n  if a:\n    return b\n", n/5),
		"comments":      again("#c\n  #d\n", n/2),
		"blank lines":   again("\n", n) + "x",
		"one bracket":   "x=[\n" + again("1,\n", n) + "]",
		"one line":      "x=[" + again("f(1),", n) + "]",
		"strings":       "x='''" + again("a\n", n) + "'''\n",
		"f-strings":     again("x=f'{a}{b!r:>{w}}'\n", n),
		"sum":           again("x=("+again("1+\n", 50)+"1)\n", n/50),
		"continuations": again("x="+again("1+\\\n", 50)+"1\n", n/50),
		"depth":         again("#c\n", n) + "if x:\n" + again("  #c\n", n) + "  y\n" + again(" #c\n", n),
		"one-line defs": again("def f(): pass\n", n),
		"brackets":      "x=" + again("[", 70) + again("\n\n", n) + again("]", 70),
		"in brackets":   "x=" + again("[\n", 70) + again("#c\n", n) + again("]\n", 70),
		"decorators":    again("@d\n", n) + "def f(): pass",
		"blocks":        deep(90) + again("  #c\n", n),
	}
}

// deep returns blocks in blocks.
func deep(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.Repeat(" ", i) + "if x:\n")
	}
	return b.String() + strings.Repeat(" ", n) + "y\n"
}

func TestHugeFiles(t *testing.T) {
	files := huge(20_000)
	files["100,000 lines"] = huge(100_000)["defs"]
	for name, src := range files {
		start := time.Now()
		_, err := format.Source("t.star", []byte(src))
		require.NoError(t, err, name)
		require.Less(t, time.Since(start), 20*time.Second, name) // a quadratic one takes minutes
	}
}

func BenchmarkSource(b *testing.B) {
	src := []byte(huge(10_000)["defs"])
	b.SetBytes(int64(len(src)))
	for b.Loop() {
		_, err := format.Source("t.star", src)
		require.NoError(b, err)
	}
}
