package scripts_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// blocks returns the code blocks of the README in one language.
func blocks(t *testing.T, language string) []string {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	var list []string
	for _, m := range regexp.MustCompile("(?s)```"+language+"\n(.*?)```").FindAllStringSubmatch(string(text), -1) {
		list = append(list, m[1])
	}
	return list
}

// An example is a program of the README and the output that follows it.
type example struct{ language, source, output string }

func examples(t *testing.T) []example {
	text, err := os.ReadFile("../README.md")
	require.NoError(t, err)
	var list []example
	re := regexp.MustCompile("(?s)```(python|go)\n(.*?)```\n\n```text\n(.*?)```")
	for _, m := range re.FindAllStringSubmatch(string(text), -1) {
		list = append(list, example{m[1], m[2], m[3]})
	}
	require.Len(t, list, len(blocks(t, "python"))+len(blocks(t, "go")), "each program is followed by its output")
	return list
}

func TestREADMEPrograms(t *testing.T) {
	for _, e := range examples(t) {
		t.Run(e.language, func(t *testing.T) {
			if e.language == "go" {
				require.Equal(t, e.output, runElsewhere(t, e.source))
				return
			}
			var out bytes.Buffer
			eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: &out})
			require.NoError(t, err)
			script, err := eng.Compile("README.star", []byte(e.source))
			require.NoError(t, err)
			_, err = eng.Run(context.Background(), script, engine.Input{})
			require.NoError(t, err)
			require.Equal(t, e.output, out.String())
		})
	}
}

// runElsewhere runs a Go program in a module of its own that uses this one.
func runElsewhere(t *testing.T, source string) string {
	needGo(t)
	here, err := filepath.Abs("..")
	require.NoError(t, err)
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	_, requires, _ := strings.Cut(string(mod), "\nrequire")
	sum, err := os.ReadFile("../go.sum")
	require.NoError(t, err)
	dir := t.TempDir()
	write := func(name, text string) {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600))
	}
	write("main.go", source)
	write("go.sum", string(sum))
	write("go.mod", "module example.com/embed\n\ngo 1.26.0\n\nrequire github.com/starlark-tg/tg v0.0.0\nrequire"+requires+
		"\nreplace github.com/starlark-tg/tg => "+here+"\n")
	run := exec.Command("go", "run", "-mod=mod", ".")
	run.Dir = dir
	var stderr strings.Builder
	run.Stderr = &stderr
	out, err := run.Output()
	require.NoError(t, err, stderr.String())
	return string(out)
}

func needGo(t *testing.T) {
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed")
		}
		t.Skip("the go command is not there")
	}
}

// The summary is what tg says of the first program, but for the times.
func TestREADMESummary(t *testing.T) {
	needGo(t)
	path := filepath.Join(t.TempDir(), "check.star")
	require.NoError(t, os.WriteFile(path, []byte(examples(t)[0].source), 0o600))
	cmd := exec.Command("go", "run", "../cmd/tg", "exec", path)
	var said bytes.Buffer
	cmd.Stderr = &said
	require.NoError(t, cmd.Run(), said.String())
	times := regexp.MustCompile(`\d\.\ds`)
	got := strings.ReplaceAll(said.String(), filepath.Dir(path)+string(filepath.Separator), "")
	require.Equal(t, times.ReplaceAllString(blocks(t, "console")[0], "N"), times.ReplaceAllString(got, "N"))
}

func TestREADMECommands(t *testing.T) {
	commands := blocks(t, "sh")
	require.Len(t, commands, 1)
	require.Equal(t, "go run ./cmd/tg exec scripts/hello.star\ngo test ./...\n", commands[0])
	needGo(t)
	run := exec.Command("go", "run", "./cmd/tg", "exec", "scripts/hello.star")
	run.Dir = ".."
	out, err := run.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "(function=add; result=45)")
}

// Each module that go.mod asks for is explained.
func TestDependenciesAreExplained(t *testing.T) {
	mod, err := os.ReadFile("../go.mod")
	require.NoError(t, err)
	security, err := os.ReadFile("../.github/SECURITY.md")
	require.NoError(t, err)
	for line := range strings.Lines(string(mod)) {
		fields := strings.Fields(line)
		if len(fields) != 2 || !strings.HasPrefix(fields[1], "v") { // indirect ones have a comment
			continue
		}
		name := regexp.MustCompile(`/v\d+$`).ReplaceAllString(fields[0], "")
		require.Contains(t, string(security), path.Base(name), fields[0])
	}
}
