package engine_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/starlark-tg/tg/"

// arrows says which packages of this module each room may import. A room that is
// not listed may import nothing of the module.
var arrows = map[string][]string{
	"cmd/tg":                     {"builtins", "builtins/", "cmd/tg/internal/", "engine", "engine/"},
	"cmd/tg/internal/draw":       {"engine"},
	"cmd/tg/internal/clusterkey": {},
	"cmd/tg/internal/live":       {"cmd/tg/internal/draw", "engine/event"},
	"builtins":                   {"builtins/", "engine"},
	"builtins/threadgroup":       {"builtins/internal/filelock", "builtins/threadgroup/joblog", "engine", "engine/builtin", "engine/event", "engine/group", "engine/timeline", "engine/wait"},
	"builtins/vault":             {"builtins/internal/filelock", "engine", "engine/builtin", "engine/convert", "engine/event", "engine/permit", "engine/valuejson", "engine/wait"},
	"builtins/subprocess":        {"builtins/internal/command", "engine", "engine/builtin"},
	"builtins/ssh":               {"builtins/internal/command", "engine", "engine/builtin", "engine/permit"},
	"builtins/ssh/sshtest":       {},
	"builtins/http":              {"builtins/json", "engine", "engine/builtin", "engine/permit"},
	"builtins/reference":         {},
	"builtins/reference/":        {"builtins/reference"},
	"builtins/":                  {"engine", "engine/builtin", "engine/valuejson", "engine/event", "engine/permit", "engine/convert", "engine/wait"},
	"engine":                     {"engine/dialect", "engine/eval", "engine/eval/guard", "engine/event", "engine/permit", "engine/convert", "engine/lint", "engine/universe", "engine/wait"},
	"engine/dialect/format":      {"engine/dialect"},
	"engine/eval":                {"engine/eval/guard"},
	"engine/universe":            {"engine/eval/guard"},
	"engine/lint":                {"engine/dialect"},
	"engine/group":               {"engine/wait"},
	"engine/enginetest":          {"engine"},
	"engine/cluster":             {"engine", "engine/event", "engine/group"},
	"engine/cluster/wire":        {"engine", "engine/eval"},
	"engine/cluster/nats":        {"engine/cluster"},
	"engine/cluster/remote":      {"engine", "engine/cluster", "engine/cluster/wire", "engine/event"},
	"scripts/":                   {"builtins", "builtins/ssh/sshtest", "engine", "engine/"},
	"engine/timeline":            {"engine/event"},
}

// outside says what else a room may import, beside the standard library.
var outside = map[string][]string{
	"cmd/tg/internal/":           {"go.starlark.net/", "golang.org/x/"},
	"cmd/tg/internal/clusterkey": {"github.com/nats-io/nkeys"},
	"cmd/tg":                     {"go.starlark.net/", "golang.org/x/", "github.com/spf13/", "github.com/google/pprof/profile", "github.com/joho/godotenv", "github.com/rogpeppe/go-internal/diff"},
	"builtins/":                  {"go.starlark.net/", "golang.org/x/"},
	"builtins/fs":                {"go.starlark.net/", "golang.org/x/", "github.com/bmatcuk/doublestar/"},
	"builtins/yaml":              {"go.starlark.net/", "golang.org/x/", "go.yaml.in/yaml/v4"},
	"builtins/toml":              {"go.starlark.net/", "golang.org/x/", "github.com/pelletier/go-toml/v2/unstable"},
	"engine/dialect":             {"go.starlark.net/syntax", "golang.org/x/"},
	"engine/dialect/":            {"go.starlark.net/syntax"},
	"engine/event":               {},
	"engine/timeline":            {},
	"engine/wait":                {},
	"engine/group":               {"golang.org/x/"},
	"engine/cluster/nats":        {"github.com/nats-io/", "golang.org/x/"},
	"engine/":                    {"go.starlark.net/", "golang.org/x/"},
	"engine":                     {"go.starlark.net/", "golang.org/x/"},
	"builtins":                   {},
	"scripts/":                   {"go.starlark.net/", "golang.org/x/"},
	"scripts/promises":           {"github.com/nats-io/"},
	"scripts/bench":              {"github.com/nats-io/", "go.starlark.net/"},
}

// rule returns what a table says of a room: the entry of its name, or of the
// longest folder above it.
func rule(table map[string][]string, room string) []string {
	if list, ok := table[room]; ok {
		return list
	}
	for dir := path.Dir(room); dir != "."; dir = path.Dir(dir) {
		if list, ok := table[dir+"/"]; ok {
			return list
		}
	}
	return nil
}

func allowed(list []string, name string) bool {
	for _, a := range list {
		if a == name || strings.HasSuffix(a, "/") && strings.HasPrefix(name, a) {
			return true
		}
	}
	return false
}

type goPackage struct {
	ImportPath string
	Standard   bool
	Imports    []string
}

// goList lists packages and all that they depend on, by import path.
func goList(t *testing.T, patterns ...string) map[string]goPackage {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed")
		}
		t.Skip("the go command is not there")
	}
	cmd := exec.Command("go", append([]string{"list", "-deps", "-json=ImportPath,Standard,Imports"}, patterns...)...)
	cmd.Dir = ".."
	cmd.Stderr = os.Stderr
	out, err := cmd.Output()
	require.NoError(t, err)
	packages := map[string]goPackage{}
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p goPackage
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else {
			require.NoError(t, err)
		}
		packages[p.ImportPath] = p
	}
}

// The packages of this module import each other in one direction only, and little
// else.
func TestArrows(t *testing.T) {
	packages := goList(t, "./...")
	for _, p := range packages {
		room, ours := strings.CutPrefix(p.ImportPath, module)
		if !ours {
			continue
		}
		for _, imported := range p.Imports {
			if to, ours := strings.CutPrefix(imported, module); ours {
				if !allowed(rule(arrows, room), to) {
					t.Errorf("%s must not import %s", room, to)
				}
			} else if !packages[imported].Standard && imported != "C" && !allowed(rule(outside, room), imported) {
				t.Errorf("%s must not import %s", room, imported)
			}
		}
	}
}

// sources calls visit with every Go file of the module that is no test.
func sources(t *testing.T, visit func(room, file string, tree *ast.File, position func(ast.Node) token.Position)) {
	fset := token.NewFileSet()
	require.NoError(t, filepath.WalkDir("..", func(name string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && name != ".." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "testdata"):
			return fs.SkipDir
		case d.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go"):
			return nil
		}
		tree, err := parser.ParseFile(fset, name, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		file, err := filepath.Rel("..", name)
		file = filepath.ToSlash(file)
		visit(path.Dir(file), file, tree, func(n ast.Node) token.Position { return fset.Position(n.Pos()) })
		return err
	}))
}

// births are the go statements below engine and builtins, by file, and why they
// are not one. Script code starts in engine/group only.
var births = map[string]struct {
	n   int
	why string
}{
	"engine/group/grow.go":   {1, "the one place where the goroutines of tasks start"},
	"engine/cluster/crew.go": {1, "the loops of a connection, and a worker's handlers, each of which is a task of its own"},
}

func TestBirthplace(t *testing.T) {
	found := map[string]int{}
	sources(t, func(room, file string, tree *ast.File, position func(ast.Node) token.Position) {
		if !strings.HasPrefix(room, "engine") && !strings.HasPrefix(room, "builtins") {
			return
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if n, ok := n.(*ast.GoStmt); ok {
				if found[file]++; found[file] > births[file].n {
					t.Errorf("%s: a goroutine is born here", position(n))
				}
			}
			return true
		})
	})
	for file, b := range births {
		require.Equal(t, b.n, found[file], "%s: %s", file, b.why)
	}
}

// Arguments, exit and signals of the process are the business of programs only.
func TestProcess(t *testing.T) {
	sources(t, func(room, file string, tree *ast.File, position func(ast.Node) token.Position) {
		if room == "cmd/tg" || strings.HasPrefix(room, "scripts/") {
			return
		}
		for _, spec := range tree.Imports {
			if name, _ := strconv.Unquote(spec.Path.Value); name == "os/signal" {
				t.Errorf("%s: only programs import os/signal", position(spec))
			}
		}
		ast.Inspect(tree, func(n ast.Node) bool {
			if sel, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := sel.X.(*ast.Ident); ok && x.Name == "os" && (sel.Sel.Name == "Exit" || sel.Sel.Name == "Args") {
					t.Errorf("%s: only programs use os.%s", position(sel), sel.Sel.Name)
				}
			}
			return true
		})
	})
}
