package remote_test

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/builtins"
	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/cluster/remote"
	"github.com/stretchr/testify/require"
)

// BenchmarkMap is what an item of a map costs, home and worker together, but for the network.
func BenchmarkMap(b *testing.B) {
	bench(b, "threadgroup().map(lambda x: x, range(%d))")
}

// BenchmarkTasks is what a task costs that travels alone.
func BenchmarkTasks(b *testing.B) {
	bench(b, `
g = threadgroup(max_workers=256)
def f(): return 1
for i in range(%d): g.register(f)
g.execute()`)
}

// bench runs a script with b.N tasks. Nobody listens to what happens, as with tg exec --quiet.
func bench(b *testing.B, script string) {
	h := newHall(b)
	h.worker("default", "w", engine.Options{})
	c := remote.NewCaller(h)
	defer c.Close()
	eng, err := engine.New(engine.Options{Modules: builtins.Standard(), Remote: c})
	require.NoError(b, err)
	s, err := eng.Compile("script.star", fmt.Appendf(nil, script, b.N))
	require.NoError(b, err)
	_, err = eng.Run(b.Context(), s, engine.Input{})
	require.NoError(b, err)
}
