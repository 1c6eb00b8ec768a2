package enginetest

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/engine"
	"go.starlark.net/starlark"
)

// A Corpus is go.starlark.net's own tests of the language, where the go command keeps them.
type Corpus struct {
	Paths []string     // of the test files
	FS    fstest.MapFS // of what they load
}

// OpenCorpus finds the corpus. Without the go command it skips the test, or fails it under CI=true.
func OpenCorpus(t *testing.T) *Corpus {
	t.Helper()
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed")
		}
		t.Skip("the go command is not there")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", "go.starlark.net").Output()
	if err != nil {
		t.Fatal(err)
	}
	dir := strings.TrimSpace(string(out))
	paths, err := filepath.Glob(filepath.Join(dir, "starlark", "testdata", "*.star"))
	if err != nil || len(paths) == 0 {
		t.Fatalf("no test file in %s: %v", dir, err)
	}
	assertStar, err := os.ReadFile(filepath.Join(dir, "starlarktest", "assert.star"))
	if err != nil {
		t.Fatal(err)
	}
	files := fstest.MapFS{"assert.star": {Data: assertStar}}
	for _, name := range []string{"json", "time", "math"} { // the tests load what is a built-in here
		files[name+".star"] = &fstest.MapFile{Data: []byte(name + " = our_" + name)}
	}
	return &Corpus{Paths: paths, FS: files}
}

// A Function is what a built-in of the corpus does.
type Function func(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error)

// CorpusModule returns what the test files and assert.star take for granted, beside the
// given modules: catch, matches and _freeze, and the functions of the caller.
func CorpusModule(modules []engine.Module, more map[string]Function) engine.Module {
	m := engine.Module{Name: "conformance", Globals: starlark.StringDict{}}
	for _, other := range modules {
		if v, ok := other.Globals[other.Name]; ok {
			m.Globals["our_"+other.Name] = v
		}
	}
	for _, all := range []map[string]Function{{"catch": catch, "matches": matches, "_freeze": freeze}, more} {
		for name, fn := range all {
			m.Globals[name] = starlark.NewBuiltin(strings.TrimPrefix(name, "_"),
				func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
					return fn(thread, args)
				})
		}
	}
	return m
}

// def catch(f): the text of the error, as the engine words it
func catch(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	if _, err := engine.Of(thread).Call(args[0], nil, nil); err != nil {
		return starlark.String(err.Error()), nil
	}
	return starlark.None, nil
}

// def matches(pattern, text)
func matches(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	pattern, _ := starlark.AsString(args[0])
	text, _ := starlark.AsString(args[1])
	ok, err := regexp.MatchString(pattern, text)
	return starlark.Bool(ok), err
}

// def freeze(x): what handing x over to a task does
func freeze(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	engine.Of(thread).Publish(args...)
	return args[0], nil
}
