package format_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/dialect"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// root is the folder of the module, seen from here.
const root = "../../.."

// starlarkDir is the folder of go.starlark.net.
func starlarkDir() string {
	pc := reflect.ValueOf(starlark.Call).Pointer()
	file, _ := runtime.FuncForPC(pc).FileLine(pc)
	return filepath.Dir(filepath.Dir(file))
}

// chunks returns the right chunks of all .star files below a folder, by name.
func chunks(t testing.TB, dir string) map[string]string {
	found := map[string]string{}
	require.NoError(t, filepath.WalkDir(dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".star" {
			return err
		}
		data, err := os.ReadFile(name)
		for i, chunk := range strings.Split(string(data), "\n---\n") {
			if _, problems := dialect.Parse(name, []byte(chunk)); len(problems) == 0 {
				found[fmt.Sprintf("%s, chunk %d", name, i+1)] = chunk
			}
		}
		return err
	}))
	return found
}

func TestAllFiles(t *testing.T) {
	for dir, atLeast := range map[string]int{root: 1000, starlarkDir(): 100} {
		all := chunks(t, dir)
		require.Greater(t, len(all), atLeast)
		for _, src := range all {
			formatted(t, src)
		}
	}
}

// What people read is as they should write.
func TestScriptsAreFormatted(t *testing.T) {
	for name, src := range chunks(t, filepath.Join(root, "scripts")) {
		require.Equal(t, src, formatted(t, src), name)
	}
}
