package reference_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/builtins/reference"
	"github.com/stretchr/testify/require"
)

func stubs(t *testing.T) string {
	entries, err := reference.Entries()
	require.NoError(t, err)
	return reference.Stubs(entries)
}

func TestStubs(t *testing.T) {
	text := stubs(t)
	require.True(t, strings.HasPrefix(text, reference.StubsMark))
	for _, want := range []string{
		"\nclass http:\n    \"\"\"Requests over HTTP,",
		"\n    @staticmethod\n    def getenv(key: str, default=None) -> Any:\n",
		"\n    @overload\n    def register(self, fn: _F, /) -> _F:\n",
		"\n    def get(self, default=None) -> Any:\n",
		"\n    def check(self) -> _Result:\n",
		"\n    def __len__(self) -> int: ...\n",
		"\nthreadgroup: _threadgroup\n",
		"\n        r\"\"\"sub returns",
		"\nargs: list[str]\n\"\"\"arguments of the script",
	} {
		require.True(t, strings.Contains(text, want), want)
	}
	require.False(t, strings.Contains(text, "\ndef len("), "Python knows it")
	require.False(t, strings.Contains(text, " \n"), "blanks at the end of a line")
}

// names is a Python program that prints what a file declares.
const names = `
import ast, sys
for n in ast.parse(open(sys.argv[1], encoding="utf-8").read()).body:
    if isinstance(n, (ast.ClassDef, ast.FunctionDef)):
        print(n.name)
    elif isinstance(n, ast.AnnAssign):
        print(n.target.id)
`

// Python reads the stubs, and they declare every global.
func TestStubsArePython(t *testing.T) {
	if _, err := exec.LookPath("python3"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("python3 is needed")
		}
		t.Skip("python3 is not there")
	}
	file := filepath.Join(t.TempDir(), "__builtins__.pyi")
	require.NoError(t, os.WriteFile(file, []byte(stubs(t)), 0o600))
	out, err := exec.Command("python3", "-c", names, file).CombinedOutput()
	require.NoError(t, err, string(out))
	declared := strings.Fields(string(out))
	for _, m := range builtins.Standard() {
		require.Subset(t, declared, m.Globals.Keys())
	}
	require.Subset(t, declared, []string{"args", "exit", "fail", "load"})
}
