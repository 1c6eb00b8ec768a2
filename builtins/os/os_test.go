package os_test

import (
	"bytes"
	"sync"
	"testing"

	"github.com/starlark-tg/tg/builtins/os"
	"github.com/starlark-tg/tg/builtins/threadgroup"
	startime "github.com/starlark-tg/tg/builtins/time"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/enginetest"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestScripts(t *testing.T) {
	enginetest.Run(t, "testdata/*.star", threadgroup.Module(), startime.Module(), os.Module())
}

// bound has a script see the module as it is for its run: here().os.
func bound() engine.Module {
	return engine.Module{Name: "here", Globals: starlark.StringDict{
		"here": starlark.NewBuiltin("here", func(thread *starlark.Thread, _ *starlark.Builtin, _ starlark.Tuple, _ []starlark.Tuple) (starlark.Value, error) {
			return os.Bind(engine.Of(thread).Run())["os"], nil
		}),
	}}
}

// run runs a script and returns what it printed, and what it was refused.
func run(t *testing.T, allow permit.Set, src string) (out string, refused []string, err error) {
	t.Helper()
	var mu sync.Mutex
	allow.Audit = func(d permit.Decision) {
		mu.Lock()
		defer mu.Unlock()
		if !d.Granted {
			refused = append(refused, d.What)
		}
	}
	var b bytes.Buffer
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), startime.Module(), os.Module(), bound()}, Allow: allow, Stdout: &b})
	require.NoError(t, err)
	defer eng.Close()
	script, err := eng.Compile("test.star", []byte(src))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	return b.String(), refused, err
}

func TestEnvironment(t *testing.T) {
	t.Setenv("TG_TEST_A", "one")
	t.Setenv("TG_TEST_B", "")
	t.Setenv("TG_OTHER", "secret")
	const src = `
environ = here().environ
print(os.getenv("TG_TEST_A"), os.getenv("TG_TEST_C"), os.getenv("TG_TEST_C", "x"), os.getenv("TG_TEST_B", "x") == "")
print(os.environ.get("TG_TEST_A"), os.environ.get("TG_TEST_C", 5), os.environ.keys(), os.environ.items(), os.environ.values())
print(environ["TG_TEST_A"], "TG_TEST_B" in environ, "TG_TEST_C" in environ, len(environ), [k for k in environ], dict(environ), list(os.environ), sorted(environ)[0])
print(threadgroup().map(lambda i: environ["TG_TEST_A"] + os.getenv("TG_TEST_A"), [1]).values())
`
	out, refused, err := run(t, permit.Set{Env: []string{"TG_TEST_*"}}, src)
	require.NoError(t, err)
	require.Equal(t, `one None x True
one 5 ["TG_TEST_A", "TG_TEST_B"] [("TG_TEST_A", "one"), ("TG_TEST_B", "")] ["one", ""]
one True False 2 ["TG_TEST_A", "TG_TEST_B"] {"TG_TEST_A": "one", "TG_TEST_B": ""} ["TG_TEST_A", "TG_TEST_B"] TG_TEST_A
["oneone"]
`, out)
	require.Empty(t, refused)

	for _, src := range []string{
		`os.getenv("TG_OTHER")`, `os.environ.get("TG_OTHER", 1)`, `here().environ["TG_OTHER"]`, `"TG_OTHER" in here().environ`, `here().environ.get("TG_OTHER")`,
		`threadgroup().map(lambda i: here().environ["TG_OTHER"], [1])`,
	} {
		out, refused, err := run(t, permit.Set{Env: []string{"TG_TEST_A"}}, src)
		require.Error(t, err, src)
		require.Empty(t, out)
		require.Equal(t, []string{"TG_OTHER"}, refused, src)
	}
	_, _, err = run(t, permit.Set{}, `here().environ["TG_NONE"]`)
	require.ErrorContains(t, err, "read variable TG_NONE: permission denied")
	_, _, err = run(t, permit.Set{All: true}, `here().environ["TG_NONE"]`)
	require.ErrorContains(t, err, `key "TG_NONE" not in os.environ`)
	out, _, err = run(t, permit.Set{All: true}, `print("\n".join(os.environ.keys()))`)
	require.NoError(t, err)
	require.Contains(t, out, "TG_OTHER")
	out, _, err = run(t, permit.Set{Env: []string{"HOSTNAME"}}, `print(len(os.hostname()) > 0)`)
	require.NoError(t, err)
	require.Equal(t, "True\n", out)
}
