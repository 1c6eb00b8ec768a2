package draw

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestClean(t *testing.T) {
	for _, test := range []struct{ in, clean, oneLine string }{
		{"", "", ""},
		{"plain é 日本 🎉", "plain é 日本 🎉", "plain é 日本 🎉"},
		{"a\nb\tc", "a\nb\tc", `a\nb\tc`},
		{"a\rb", `a\rb`, `a\rb`},
		{"\x1b[31mred\x07\x00\x7f", `\x1b[31mred\x07\x00\x7f`, `\x1b[31mred\x07\x00\x7f`},
		{"\u009b31m", `\u009b31m`, `\u009b31m`},
		{"a\u202eb\u2066c", `a\u202eb\u2066c`, `a\u202eb\u2066c`},
		{"bad \xff\xfe", `bad \xff\xfe`, `bad \xff\xfe`},
		{"\ufffd", "\ufffd", "\ufffd"},
	} {
		require.Equal(t, test.clean, Clean(test.in))
		require.Equal(t, test.oneLine, OneLine(test.in))
	}
}

func TestCut(t *testing.T) {
	require.Equal(t, "abc", Cut("abc", 3))
	require.Equal(t, "ab…", Cut("abcd", 3))
	require.Equal(t, "äö…", Cut("äöüß", 3))
}

func TestPlural(t *testing.T) {
	require.Equal(t, "0 tasks", Plural(0, "task"))
	require.Equal(t, "1 task", Plural(1, "task"))
	require.Equal(t, "2 tasks", Plural(2, "task"))
}
