package wire_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// go.starlark.net's own tests of the language run on a worker here: each is made the body of
// a function, and prints there what it prints at home.
func TestConformance(t *testing.T) {
	corpus := enginetest.OpenCorpus(t)
	o := options()
	o.Modules = append(o.Modules, conformance())
	shipped := 0
	for _, path := range corpus.Paths {
		text, err := os.ReadFile(path)
		require.NoError(t, err)
		for i, chunk := range strings.Split(string(text), "\n---\n") {
			if shipChunk(t, o, corpus.FS, chunk) {
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
	return enginetest.CorpusModule(builtins.Standard(), map[string]enginetest.Function{
		"error": complain, "_floateq": equal, "hasfields": equal, "fibonacci": equal,
	})
}

func complain(thread *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	thread.Print(thread, args.String())
	return starlark.None, nil
}

func equal(_ *starlark.Thread, args starlark.Tuple) (starlark.Value, error) {
	return starlark.Bool(len(args) > 1 && args[0] == args[1]), nil
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
