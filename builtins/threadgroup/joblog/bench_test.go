package joblog_test

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// What a line costs to write, and to read when the log is opened.
func BenchmarkLine(b *testing.B) {
	const lines = 1000
	f := file(b, "")
	l := open(b, f)
	var keys joblog.Keys
	for i := range lines {
		_, err := l.Append(ok(keys.Next("group", "task", fmt.Sprintf(`("host_%d", 8080)`, i)), starlark.MakeInt(i)))
		require.NoError(b, err)
	}
	b.Run("append", func(b *testing.B) {
		g := open(b, file(b, ""))
		b.ReportAllocs()
		for b.Loop() {
			if _, err := g.Append(ok(keys.Next("group", "task", "()"), starlark.None)); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("read-1000", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			open(b, f)
		}
	})
}
