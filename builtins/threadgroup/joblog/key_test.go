package joblog_test

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/starlark-tg/tg/builtins/threadgroup/joblog"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
)

func TestKeys(t *testing.T) {
	var keys joblog.Keys
	require.Equal(t, joblog.Key{Group: "g", Task: "t", Args: "()", N: 1}, keys.Next("g", "t", "()"))
	require.Equal(t, joblog.Key{Group: "g", Task: "t", Args: "()", N: 2}, keys.Next("g", "t", "()"))
	require.Equal(t, 1, keys.Next("g", "t", "(1,)").N)
	require.Equal(t, 1, keys.Next("h", "t", "()").N)
	require.Equal(t, 1, keys.Next("", "gt", "()").N)
	require.Equal(t, 3, keys.Next("g", "t", "()").N)
}

// Long texts are cut, and texts that differ stay different.
func TestCut(t *testing.T) {
	var keys joblog.Keys
	x := strings.Repeat("x", 1000)
	require.Equal(t, x, keys.Next(x, "", "").Group)
	long := keys.Next("", "", x+"y").Args
	require.Regexp(t, "^x{1000}… sha256:[0-9a-f]{64}$", long)
	seen := map[string]bool{}
	for _, s := range []string{x, x + "x", x + "y", x + "\xff", x + "\xfe", "\xff", "\xfe", "\ufffd", long, strings.Repeat("é", 501), "x" + strings.Repeat("é", 500)} {
		k := keys.Next("", s, "")
		require.Equal(t, 1, k.N, "%q", s)
		require.True(t, utf8.ValidString(k.Task))
		require.Less(t, len(k.Task), 1100)
		require.False(t, seen[k.Task])
		seen[k.Task] = true
		require.Equal(t, 2, keys.Next("", s, "").N, "%q", s)
	}
}

func TestArgsText(t *testing.T) {
	for _, c := range []struct{ args, kwargs, want string }{
		{"()", "{}", "()"},
		{"(1,)", "{}", "(1,)"},
		{`("a", 1)`, `{"k": 2}`, `("a", 1), k=2`},
		{"()", `{"b": [1], "a": 1.0, "_x1": None}`, "(), _x1=None, a=1.0, b=[1]"},
		{"()", `{"a=1, b": 2, "1": 0, "é": 0, "": 0}`, `(), ""=0, "1"=0, "a=1, b"=2, "é"=0`},
		{`("k=2",)`, "{}", `("k=2",)`},
	} {
		args, kwargs := eval(t, c.args).(starlark.Tuple), eval(t, c.kwargs).(*starlark.Dict).Items()
		require.Equal(t, c.want, joblog.ArgsText(args, kwargs, repr))
	}
}
