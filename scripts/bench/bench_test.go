package main

import (
	"bytes"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestEveryKernelHasARowAndAnAnswer(t *testing.T) {
	source, err := twins.ReadFile("kernels.star")
	require.NoError(t, err)
	globals, err := load("kernels.star", source)
	require.NoError(t, err)
	require.Len(t, kernels, globals["KERNELS"].(*starlark.Dict).Len())
	for _, k := range kernels {
		var out bytes.Buffer
		require.NoError(t, bare(&out, 2, k.args(&bench{quick: true}, 2)), k.name)
		require.Regexp(t, `^[0-9.e-]+\n(\(.*\)|\d+)\n$`, out.String(), k.name)
	}
}

func TestAWrongAnswerIsNotCompared(t *testing.T) {
	answering := func(name, answer string) side {
		return side{name, func(*bench, int) (sample, error) { return sample{seconds: 1, answer: answer}, nil }}
	}
	b := &bench{runs: 1}
	_, err := b.measure(row{tasks: 1, tg: answering("tg", "42"), peers: []peer{{side: answering("peer", "42")}}})
	require.NoError(t, err)
	_, err = b.measure(row{tasks: 1, tg: answering("tg", "41"), peers: []peer{{side: answering("peer", "42")}}})
	require.EqualError(t, err, `peer answers "42", tg "41"`)
}

func TestMeans(t *testing.T) {
	lines := []line{
		{Row: "cpu", Peer: "a", Ratio: 2, mean: 3},
		{Row: "cpu", Peer: "b", Ratio: 7, mean: 7},
		{Row: "cpu", Peer: "absent", mean: 1},
		{Row: "cpu", Peer: "no aim", Ratio: 5},
		{Row: "cpu", Peer: "a", Ratio: 8, mean: 3},
		{Row: "another", Peer: "a", Ratio: 100, mean: 200},
	}
	list := means(lines)
	require.Len(t, list, 3)
	require.InDelta(t, 4, list[0].Ratio, 1e-9)
	require.Equal(t, "geometric mean of the 2", list[0].What)
	require.Equal(t, []bool{true, true, false}, []bool{list[0].Met, list[1].Met, list[2].Met})
	require.Equal(t, "≥ 3×", list[0].Aim)
}

func TestCompare(t *testing.T) {
	old := &report{Cores: 2, Go: "go1", Python: "Python 3", Lines: []line{{Row: "a", What: "w", Peer: "p", Ratio: 2}, {Row: "b", What: "w", Peer: "p", Ratio: 2}, {Row: "gone", Ratio: 1}}}
	now := &report{Cores: 2, Lines: []line{{Row: "a", What: "w", Peer: "p", Ratio: 3}, {Row: "b", What: "w", Peer: "p", Ratio: 1}, {Row: "new", Ratio: 1}, {Row: "b", What: "w", Peer: "p"}}}
	var out bytes.Buffer
	require.NoError(t, now.compareTo(&out, old))
	require.Regexp(t, `a +w +p +2.00× +3.00× +\+50 % *\n`, out.String())
	require.Regexp(t, `b +w +p +2.00× +1.00× +-50 % +worse\n`, out.String())
	require.NotContains(t, out.String(), "gone")
	require.NotContains(t, out.String(), "not measured alike")
	now.Cores = 4
	require.NoError(t, now.compareTo(&out, old))
	require.Contains(t, out.String(), "not measured alike")

	file := filepath.Join(t.TempDir(), "old.json")
	require.NoError(t, old.write(file))
	again, err := readReport(file)
	require.NoError(t, err)
	require.Equal(t, old, again)
	_, err = readReport("main.go")
	require.ErrorContains(t, err, "is not what -json writes")
}

func TestOneLine(t *testing.T) {
	var out bytes.Buffer
	require.NoError(t, oneLine(&out, "print(1 + 1)"))
	require.Equal(t, "2\n", out.String())
	require.Error(t, oneLine(&out, "x"))
}

func TestFlatness(t *testing.T) {
	r := row{name: "stream", flat: 1.25, peers: []peer{{side: side{name: "a tenth"}}}}
	l := r.flatness("items", [][]sample{{{peak: 12 << 20}}, {{peak: 10 << 20}}})
	require.True(t, l.Met)
	require.Equal(t, []any{12.0, 10.0, "≤ 1.25 of it"}, []any{l.TG, l.PeerValue, l.Aim})
	require.False(t, r.flatness("items", [][]sample{{{peak: 13 << 20}}, {{peak: 10 << 20}}}).Met)
}

func TestPerSecond(t *testing.T) {
	l := line{TG: 0.5, PeerValue: 0.25}
	l.perSecond(1_000_000, 2_000_001)
	require.Equal(t, []any{2e6, 4e6, "≥ 2,000,001 /s", false}, []any{l.TG, l.PeerValue, l.Aim, l.Met})
	require.Equal(t, "2,000,000 /s", l.value(l.TG))
}

func TestLines(t *testing.T) {
	l := &lines{n: 2, full: make(chan struct{})}
	for _, text := range []string{"a\nb", "c"} {
		_, err := l.Write([]byte(text))
		require.NoError(t, err)
	}
	require.Empty(t, l.full)
	_, _ = l.Write([]byte("\nd\n"))
	<-l.full
	_, _ = l.Write([]byte("e\n"))
}

func TestQueue(t *testing.T) {
	if testing.Short() {
		t.Skip("starts processes")
	}
	one, err := bareQueue("turns").run(&bench{ctx: t.Context(), self: program(t)}, 3)
	require.NoError(t, err)
	require.Positive(t, one.seconds)
}

// program builds this one.
func program(t *testing.T) string {
	file := filepath.Join(t.TempDir(), "bench.exe")
	out, err := exec.CommandContext(t.Context(), "go", "build", "-o", file, ".").CombinedOutput()
	require.NoError(t, err, "%s", out)
	return file
}
