package threadgroup_test

import (
	"bytes"
	"os"
	"testing"

	"github.com/starlark-tg/tg/builtins/threadgroup"
	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

// An unprintable is a value of another module, with a fault.
type unprintable struct{}

func (unprintable) String() string        { panic("no text") }
func (unprintable) Type() string          { return "unprintable" }
func (unprintable) Freeze()               {}
func (unprintable) Truth() starlark.Bool  { return true }
func (unprintable) Hash() (uint32, error) { return 0, nil }

// A value whose text panics is no reason for a joblog to end the process, as a result, or to
// keep the run from ending, as an argument.
func TestJoblogUnprintable(t *testing.T) {
	var out bytes.Buffer
	log := t.TempDir() + "/log.jsonl"
	faulty := engine.Module{Name: "faulty", Globals: starlark.StringDict{"faulty": unprintable{}}}
	eng, err := engine.New(engine.Options{Modules: []engine.Module{threadgroup.Module(), faulty}, Stdout: &out, Joblog: log})
	require.NoError(t, err)
	script, err := eng.Compile("x.star", []byte(`
def same(v): return v
print([r.status for r in threadgroup("g", max_workers=1).map(same, [1, faulty, 2])])
`))
	require.NoError(t, err)
	_, err = eng.Run(t.Context(), script, engine.Input{})
	require.NoError(t, err)
	require.Equal(t, "[\"ok\", \"ok\", \"ok\"]\n", out.String())
	text, err := os.ReadFile(log)
	require.NoError(t, err)
	require.Contains(t, string(text), `"repr":"unprintable"`)
	require.Contains(t, string(text), `"value":2`)
}
