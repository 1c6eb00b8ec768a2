package vault_test

import (
	"bytes"
	"context"
	"os"
	"slices"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	"github.com/starlark-tg/tg/builtins/vault"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.uber.org/goleak"
)

// writer names the file that a child process inserts into until it is killed.
const writer = "VAULT_TEST_WRITER"

func TestMain(m *testing.M) {
	if name := os.Getenv(writer); name != "" {
		child(name)
	}
	goleak.VerifyTestMain(m)
}

func TestScripts(t *testing.T) { enginetest.Run(t, "testdata/*.star", modules()...) }

func background(t *engine.Thread, name string, maxWorkers int) vault.Background {
	return threadgroup.NewBackground(t, name, maxWorkers)
}

// modules are all others, and the vault.
func modules() []engine.Module { return with(vault.Module(background)) }

func with(m engine.Module) []engine.Module {
	others := slices.DeleteFunc(builtins.Standard(), func(m engine.Module) bool { return m.Name == "vault" })
	return append(others, m)
}

// A lab runs scripts that may touch what it allows.
type lab struct {
	allow   permit.Set
	modules []engine.Module
	serial  bool
}

func (l lab) run(t testing.TB, ctx context.Context, src string) (string, error) {
	t.Helper()
	out := new(output)
	if l.modules == nil {
		l.modules = modules()
	}
	eng, err := engine.New(engine.Options{Modules: l.modules, Stdout: out, Allow: l.allow, Serial: l.serial})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("x.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(ctx, script, engine.Input{})
	return out.String(), err
}

// run runs a script that may touch a folder.
func run(t testing.TB, dir, src string) (string, error) {
	t.Helper()
	return lab{allow: permit.Set{Write: []string{dir}}}.run(t, t.Context(), src)
}

type output struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(p)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}
