package vault_test

import (
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/permit"
	"github.com/stretchr/testify/require"
)

// bench runs a script, and returns what it printed.
func bench(b *testing.B, dir, src string) string {
	out := new(output)
	eng, err := engine.New(engine.Options{Modules: modules(), Stdout: out, Allow: permit.Set{Write: []string{dir}}})
	require.NoError(b, err)
	defer eng.Close()
	for i := 0; b.Loop(); i++ {
		b.StopTimer()
		script, err := eng.Compile("bench.star", []byte(fmt.Sprintf("FILE = %q\n", fmt.Sprintf("%s/%d.json", dir, i))+src))
		require.NoError(b, err)
		b.StartTimer()
		_, err = eng.Run(b.Context(), script, engine.Input{})
		require.NoError(b, err)
	}
	return out.String()
}

const ringOf = `
N = %d
NAMES = ["k%%d" %% i for i in range(N)]
K = keyring(**{name: int for name in NAMES})
`

// 100,000 inserts and 100,000 gets from 8 tasks, by name and by key. The keyring is made
// before: what counts is ms, the median of how long the tasks took.
func BenchmarkInsertGet(b *testing.B) {
	for name, keys := range map[string]string{"name": "NAMES", "key": "list(K)"} {
		b.Run(name, func(b *testing.B) {
			out := bench(b, b.TempDir(), fmt.Sprintf(ringOf, 100_000)+`
v = create_vault(K, "v")
KEYS = `+keys+`
def task(n):
    for key in KEYS[n::8]:
        v.insert(key, n)
        v.get(key)
began = time.time()
threadgroup(max_workers=8).map(task, range(8))
print((time.time() - began) * 1000)
assert len(v) == N
`)
			var times []float64
			for line := range strings.Lines(out) {
				ms, err := strconv.ParseFloat(strings.TrimSpace(line), 64)
				require.NoError(b, err)
				times = append(times, ms)
			}
			slices.Sort(times)
			b.ReportMetric(times[len(times)/2], "ms")
		})
	}
}

// 1,000 inserts from 64 tasks, each on disk before it returns.
func BenchmarkFile(b *testing.B) {
	dir := b.TempDir()
	if d := os.Getenv("VAULT_BENCH_DIR"); d != "" {
		dir = d
	}
	bench(b, dir, fmt.Sprintf(ringOf, 1_000)+`
v = create_vault(K, "v", file=FILE, mode="w")
def task(name):
    v.insert(name, 1)
threadgroup(max_workers=64).map(task, NAMES)
`)
}
