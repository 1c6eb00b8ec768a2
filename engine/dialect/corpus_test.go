package dialect

import (
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

// corpus returns the chunks of go.starlark.net's own test files.
func corpus(t testing.TB) []string {
	pc := reflect.ValueOf(starlark.Call).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	names, err := filepath.Glob(filepath.Join(filepath.Dir(file), "testdata", "*.star"))
	require.NoError(t, err)
	var chunks []string
	for _, name := range names {
		data, err := os.ReadFile(name)
		require.NoError(t, err)
		chunks = append(chunks, strings.Split(string(data), "\n---\n")...)
	}
	return chunks
}

// shape lists the types and positions of a tree.
func shape(f *syntax.File) (nodes []string) {
	if len(f.Stmts) == 0 {
		return nil
	}
	syntax.Walk(f, func(n syntax.Node) bool {
		if n == nil {
			nodes = append(nodes, "up")
			return true
		}
		start, stop := n.Span()
		nodes = append(nodes, reflect.TypeOf(n).String()+start.String()+stop.String())
		return true
	})
	return nodes
}

func TestPlainStarlarkIsUnchanged(t *testing.T) {
	chunks := corpus(t)
	require.Greater(t, len(chunks), 80)
	for _, src := range chunks {
		plain, err := Options().Parse("t.star", src, 0)
		if err != nil {
			continue
		}
		f, problems := Parse("t.star", []byte(src))
		require.Empty(t, problems, src)
		require.Equal(t, shape(plain), shape(f.Syntax))
	}
}
