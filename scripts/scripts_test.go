package scripts_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// scripts returns every script below this folder that is to be run by itself:
// those of lib are loaded by others, those of the programs in Go are theirs.
func scripts(t *testing.T) []string {
	var list []string
	require.NoError(t, filepath.WalkDir(".", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && slices.Contains([]string{"lib", "bench", "chaos", "promises", "soak"}, path):
			return fs.SkipDir
		case filepath.Ext(path) == ".star":
			list = append(list, path)
		}
		return nil
	}))
	require.NotEmpty(t, list)
	return list
}

// promised returns what a script says that it prints: its last lines, "# " each,
// below "# Output:".
func promised(t *testing.T, path string) string {
	src, err := os.ReadFile(path)
	require.NoError(t, err)
	_, block, found := strings.Cut("\n"+string(src), "\n# Output:\n")
	require.True(t, found, "%s does not end in # Output: and what it prints", path)
	var out strings.Builder
	for line := range strings.Lines(block) {
		text, ok := strings.CutPrefix(line, "#")
		require.True(t, ok, "%s: %q stands below # Output: and is not a comment", path, line)
		out.WriteString(strings.TrimPrefix(text, " "))
	}
	return out.String()
}

// TestScripts: they print what they promise, however many tasks may run at once.
func TestScripts(t *testing.T) {
	for _, o := range []engine.Options{{}, {MaxWorkers: 2}, {Serial: true}} {
		o.Modules = builtins.Standard()
		for _, path := range scripts(t) {
			timed := filepath.ToSlash(path) == "seed/vault.star" // its functions must run at once
			if timed && (o.Serial || o.MaxWorkers > 0) {
				continue
			}
			t.Run(fmt.Sprintf("%s/%d/%t", filepath.ToSlash(path), o.MaxWorkers, o.Serial), func(t *testing.T) {
				if !timed {
					t.Parallel()
				}
				want := promised(t, path)
				var w world
				if make := worlds[path]; make != nil {
					w = make(t)
				}
				var out bytes.Buffer
				o := o
				o.Stdout, o.Allow = &out, w.allow
				eng, err := engine.New(o)
				require.NoError(t, err)
				defer eng.Close()
				_, err = eng.ExecFile(t.Context(), path, engine.Input{Args: w.args})
				if exit := (*engine.ExitError)(nil); errors.As(err, &exit) && exit.Code == w.exit {
					err = nil
				}
				if e := (*engine.Error)(nil); errors.As(err, &e) {
					t.Fatal(e.Traceback())
				}
				require.NoError(t, err)
				require.Equal(t, want, out.String()) // shows a diff
			})
		}
	}
}

func TestEveryScriptIsInTheList(t *testing.T) {
	list, err := os.ReadFile("README.md")
	require.NoError(t, err)
	for _, path := range scripts(t) {
		if filepath.Dir(path) == "." {
			require.Contains(t, string(list), "("+path+")")
		}
	}
}
