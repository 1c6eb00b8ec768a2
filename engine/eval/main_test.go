package eval_test

import (
	"testing"

	"github.com/starlark-tg/tg/engine/eval"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var options = &syntax.FileOptions{Set: true, While: true, TopLevelControl: true, GlobalReassign: true, Recursion: true}

// compile compiles a source text with predeclared names.
func compile(t testing.TB, src string, names starlark.StringDict, hooks *eval.Hooks) *eval.Program {
	t.Helper()
	f, err := options.Parse("t.star", src, 0)
	require.NoError(t, err)
	p, err := eval.CompileWith(f, names.Has, hooks)
	require.NoError(t, err)
	return p
}

// run runs a source text on a thread and returns its globals.
func run(t testing.TB, thread *starlark.Thread, src string, names starlark.StringDict) (starlark.StringDict, error) {
	t.Helper()
	return compile(t, src, names, nil).Init(thread, names)
}
