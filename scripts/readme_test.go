package scripts_test

import (
	"bytes"
	"context"
	"os"
	"os/exec"
	"regexp"
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

func TestREADMEScripts(t *testing.T) {
	scripts, outputs := blocks(t, "python"), blocks(t, "text")
	require.NotEmpty(t, scripts)
	require.Len(t, outputs, len(scripts), "each script is followed by its output")
	for i, src := range scripts {
		var out bytes.Buffer
		eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Stdout: &out})
		require.NoError(t, err)
		script, err := eng.Compile("README.star", []byte(src))
		require.NoError(t, err)
		_, err = eng.Run(context.Background(), script, engine.Input{})
		require.NoError(t, err)
		require.Equal(t, outputs[i], out.String())
	}
}

func TestREADMECommands(t *testing.T) {
	commands := blocks(t, "sh")
	require.Len(t, commands, 1)
	require.Equal(t, "go run ./cmd/tg exec scripts/hello.star\ngo test ./...\n", commands[0])
	if _, err := exec.LookPath("go"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("the go command is needed")
		}
		t.Skip("the go command is not there")
	}
	run := exec.Command("go", "run", "./cmd/tg", "exec", "scripts/hello.star")
	run.Dir = ".."
	out, err := run.Output()
	require.NoError(t, err)
	require.Contains(t, string(out), "(function=add; result=45)")
}
