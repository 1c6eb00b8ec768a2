package remote_test

import (
	"fmt"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/stretchr/testify/require"
)

// BenchmarkMap is what an item of a map costs, home and worker together, but for the network.
func BenchmarkMap(b *testing.B) {
	h := newHall(b)
	h.worker("default", "w", engine.Options{})
	r := run(b, h, fmt.Sprintf("threadgroup().map(lambda x: x, range(%d))", b.N), engine.Options{})
	require.NoError(b, r.err)
}

// BenchmarkTasks is what a task costs that travels alone.
func BenchmarkTasks(b *testing.B) {
	h := newHall(b)
	h.worker("default", "w", engine.Options{})
	r := run(b, h, fmt.Sprintf(`
g = threadgroup(max_workers=256)
def f(): return 1
for i in range(%d): g.register(f)
g.execute()`, b.N), engine.Options{})
	require.NoError(b, r.err)
}
