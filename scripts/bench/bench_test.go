package main

import (
	"bytes"
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
