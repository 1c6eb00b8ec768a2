package main

import (
	"os"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFresh(t *testing.T) {
	want, err := read("../../..")
	require.NoError(t, err)
	got, err := os.ReadFile("../reference.json")
	require.NoError(t, err)
	require.Equal(t, string(want), string(got), "run go generate ./builtins/reference")
}

func TestSplit(t *testing.T) {
	parts, err := split([]string{
		"def get(url: str, sep: str = \",\", n: int = 1) -> Response", "def head(url: str, …, n: int = 2) -> None", "", "They send", "a request.", "",
		"def other(x=…) -> Any",
		"class Response", "", "A Response is an answer.", "", "\tok: bool | None  whether it is one",
	})
	require.NoError(t, err)
	require.Equal(t, []part{
		{defs: []def{{"get", `(url: str, sep: str = ",", n: int = 1) -> Response`}, {"head", `(url: str, sep: str = ",", n: int = 2) -> None`}}, doc: "They send a request."},
		{defs: []def{{"other", "(x=...) -> Any"}}},
		{kind: "class", name: "Response", doc: "A Response is an answer.", attributes: []attribute{{"ok", "bool | None", "whether it is one"}}},
	}, parts)

	require.Equal(t, []string{"get", "head"}, parts[0].they())
	require.Empty(t, parts[1].they())

	parts, err = split([]string{"get sends", "def f"})
	require.NoError(t, err)
	require.Empty(t, parts, "an ordinary comment")
	_, err = split([]string{"def f(x)"})
	require.EqualError(t, err, `"def f(x)" is not as in: def f(x: int) -> str`)
	_, err = split([]string{"class A", "", "\tx: int what"})
	require.ErrorContains(t, err, "two spaces")
}
