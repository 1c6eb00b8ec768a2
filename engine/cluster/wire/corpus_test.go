package wire_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// go.starlark.net's own tests of the language run on a worker here: each is made the body of
// a function, and prints there what it prints at home.
func TestConformance(t *testing.T) {
	dir := moduleDir(t, "go.starlark.net")
	paths, err := filepath.Glob(filepath.Join(dir, "starlark", "testdata", "*.star"))
	require.NoError(t, err)
	require.NotEmpty(t, paths)
	assertStar, err := os.ReadFile(filepath.Join(dir, "starlarktest", "assert.star"))
	require.NoError(t, err)
	files := fstest.MapFS{"assert.star": {Data: assertStar}}
	for _, name := range []string{"json", "time", "math"} {
		files[name+".star"] = &fstest.MapFile{Data: []byte(name + " = our_" + name)}
	}
	o := options()
	o.Modules = append(o.Modules, conformance())
	shipped := 0
	for _, path := range paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for i, chunk := range strings.Split(string(text), "\n---\n") {
			if shipChunk(t, o, files, chunk) {
				shipped++
			} else {
				t.Logf("%s, part %d: is no body of a function", filepath.Base(path), i+1)
			}
		}
	}
	require.Greater(t, shipped, 40)
}

// shipChunk reports whether a program could be made a function.
func shipChunk(t *testing.T, o engine.Options, files fstest.MapFS, chunk string) bool {
	var loads, body []string
	for line := range strings.SplitSeq(chunk, "\n") {
		if strings.HasPrefix(line, "load(") {
			loads = append(loads, line)
		} else {
			body = append(body, " "+line)
		}
	}
	src := strings.Join(loads, "\n") + "\ndef chunk():\n" + strings.Join(body, "\n") + "\n pass\n"
	o.FS = files
	eng, err := engine.New(o)
	require.NoError(t, err)
	defer eng.Close()
	if _, err := eng.Compile("chunk.star", []byte(src), "given"); err != nil {
		return false
	}
	w := newWorldWith(t, o, "chunk.star", src, files)
	if w.script.Globals["chunk"] == nil {
		return false
	}
	w.worker(o).same(w.function("chunk"), nil, nil)
	return true
}

// conformance has what the test files and assert.star take for granted.
func conformance() engine.Module {
	m := engine.Module{Name: "conformance", Globals: starlark.StringDict{}}
	for _, other := range builtins.Standard() {
		if v, ok := other.Globals[other.Name]; ok {
			m.Globals["our_"+other.Name] = v
		}
	}
	for name, fn := range map[string]func(*starlark.Thread, starlark.Tuple) (starlark.Value, error){
		"error": complain, "catch": catch, "matches": matches, "_freeze": freeze, "_floateq": equal, "hasfields": equal, "fibonacci": equal,
	} {
		m.Globals[name] = starlark.NewBuiltin(strings.TrimPrefix(name, "_"),
			func(thread *starlark.Thread, _ *starlark.Builtin, args starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
				return fn(thread, args)
			})
	}
	return m
}

func complain(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	thread.Print(thread, args.String())
	return starlark.None, nil
}

func catch(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	if _, err := engine.Of(thread).Call(args[0], nil, nil); err != nil {
		return starlark.String(err.Error()), nil
	}
	return starlark.None, nil
}

func matches(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	pattern, _ := starlark.AsString(args[0])
	text, _ := starlark.AsString(args[1])
	ok, err := regexp.MatchString(pattern, text)
	return starlark.Bool(ok), err
}

func freeze(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	engine.Of(thread).Publish(args...)
	return args[0], nil
}

func equal(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return starlark.Bool(len(args) > 1 && args[0] == args[1]), nil
}

// moduleDir returns where the go command keeps a module's source.
func moduleDir(t *testing.T, module string) string {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed")
		}
		t.Skip("the go command is not there")
	}
	out, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}", module).Output()
	require.NoError(t, err)
	return strings.TrimSpace(string(out))
}

// restless are scripts whose functions do not end or come to another thing each time.
var restless = map[string]string{
	"timeouts.star": "its functions run until they are stopped",
}

// The functions of the scripts come to the same on a worker, whatever they are called with.
func TestScripts(t *testing.T) {
	root := filepath.Join("..", "..", "..", "scripts")
	paths, err := filepath.Glob(filepath.Join(root, "*.star"))
	require.NoError(t, err)
	seeds, err := filepath.Glob(filepath.Join(root, "seed", "*.star"))
	require.NoError(t, err)
	arguments := []starlark.Tuple{
		nil, {starlark.MakeInt(2)}, {starlark.String("web-1")}, {starlark.NewList([]starlark.Value{starlark.MakeInt(1)})},
		{starlark.MakeInt(1), starlark.MakeInt(2)}, {starlark.String("a"), starlark.String("b")},
	}
	shipped := 0
	for _, path := range append(paths, seeds...) {
		if _, ok := restless[filepath.Base(path)]; ok {
			continue
		}
		src, err := os.ReadFile(path)
		require.NoError(t, err)
		w := newWorldWith(t, options(), filepath.Base(path), string(src), os.DirFS(filepath.Dir(path))).worker(options())
		for _, name := range w.script.Globals.Keys() {
			fn, ok := w.script.Globals[name].(starlark.Callable)
			if !ok {
				continue
			}
			if _, err := w.enc.Task(fn, nil, nil); err != nil {
				t.Logf("%s: %v", filepath.Base(path), err)
				continue
			}
			for _, args := range arguments {
				if testing.Verbose() {
					t.Logf("%s: %s%v", filepath.Base(path), name, args)
				}
				w.same(fn, slices.Clone(args), nil)
				shipped++
			}
		}
	}
	require.Greater(t, shipped, 100)
}
