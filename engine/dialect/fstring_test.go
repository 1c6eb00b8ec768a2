package dialect

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

func TestFStrings(t *testing.T) {
	const vars = "x = 5\ns = 'text'\nd = {'k': 1}\nw = 9\n"
	for _, c := range fstringCases() {
		t.Run(c.src, func(t *testing.T) {
			got, err := run(t, vars+"print("+c.src+")")
			require.NoError(t, err)
			require.Equal(t, c.want, got)
		})
	}
}

func fstringCases() []struct{ src, want string } {
	return []struct{ src, want string }{
		{`f""`, ""},
		{`f"abc"`, "abc"},
		{`F'{x}'`, "5"},
		{`f"{x}{s}"`, "5text"},
		{`f"a{x}b{s}c"`, "a5btextc"},
		{`f"{{{x}}}"`, "{5}"},
		{`f"{{}}"`, "{}"},
		{`f"{ x }"`, "5"},
		{`f"{x+1}"`, "6"},
		{`f"{d["k"]}"`, "1"},
		{`f'{d['k']}'`, "1"},
		{`f"{d['k']}"`, "1"},
		{`f"{ {'a': 1}['a'] }"`, "1"},
		{`f"{[y for y in [1, 2]]}"`, "[1, 2]"},
		{`f"{x, s}"`, `(5, "text")`},
		{`f"{f"{f"{x}"}"}"`, "5"},
		{`f"{x if x != 5 else s}"`, "text"},
		{`f"{x!r}"`, "<5|r|>"},
		{`f"{x!s:>4}"`, "<5|s|>4>"},
		{`f"{x!a}"`, "<5|a|>"},
		{`f"{x:}"`, "<5||>"},
		{`f"{x:>4}"`, "<5||>4>"},
		{`f"{x:{w}}"`, "<5||9>"},
		{`f"{x:>{w}.{w+1}f}"`, "<5||>9.10f>"},
		{`f"{x:{w!r}}"`, "<5||<9|r|>>"},
		{`f"{x:=10}"`, "<5||=10>"},
		{`f"{x:->10}"`, "<5||->10>"},
		{`f"{x:!r}"`, "<5||!r>"},
		{`f"{x=}"`, "x=<5|r|>"},
		{`f"{ x = }"`, " x = <5|r|>"},
		{`f"{x=!s}"`, "x=<5|s|>"},
		{`f"{x=:>3}"`, "x=<5||>3>"},
		{`f"{x=:=5}"`, "x=<5||=5>"},
		{`f"{x==5}"`, "True"},
		{`f"{x<=5}{x>=5}{x!=5}"`, "TrueTrueFalse"},
		{`f"{x==5=}"`, "x==5=<True|r|>"},
		{`f"{(lambda y: y + 1)(2)}"`, "3"},
		{`f"{'a:b!r'}"`, "a:b!r"},
		{`f"{'}'}"`, "}"},
		{`f"\n\t\x41\u00e9\\{x}"`, "\n\tA\u00e9\\5"},
		{`f"\"{x}\""`, `"5"`},
		{`f'"{x}"\''`, `"5"'`},
		{`rf"\n{x}\{x}"`, `\n5\5`},
		{`Rf"\d"`, `\d`},
		{`fr'\'{x}'`, `\'5`},
		{"f\"\"\"a\n\"{x}\"\nb\"\"\"", "a\n\"5\"\nb"},
		{"f\"\"\"{\n  x # comment }\n}\"\"\"", "5"},
		{"f'''{d['''k''']}'''", "1"},
		{"f\"{\nx\n}\"", "5"},
		{`f"é{s}ü"`, "étextü"},
		{`f"{x}" + "a" + f"{s}"`, "5atext"},
		{`f"{x}".upper()`, "5"},
		{`"%s" % f"{x}"`, "5"},
		{`[f"{i}" for i in range(2)]`, `["0", "1"]`},
		{`{f"{x}": f"{s}"}`, `{"5": "text"}`},
		{`(f"{x}")`, "5"},
		{`f"{'''a'''}"`, "a"},
		{`f"{"\n"}"`, "\n"},
	}
}

func TestFStringWithManyParts(t *testing.T) {
	for _, n := range []int{199, 200, 201, 1000, 50000} {
		got, err := run(t, `x = 1`+"\n"+`print(len(f"`+strings.Repeat("{x}", n)+`"))`)
		require.NoError(t, err)
		require.Equal(t, fmt.Sprint(n), got)
	}
}

func TestFStringPositions(t *testing.T) {
	for _, c := range []struct{ src, want string }{
		{"x = 1\nprint(f\"a{x.y}\")", "t.star:2:12: "},
		{"x = 1\nprint(f\"\"\"a\n  é{x}{1 // 0}\"\"\")", "t.star:3:10: "},
		{"x = 1\nprint(f\"{f'{1 // 0}'}\")", "t.star:2:15: "},
	} {
		_, err := run(t, c.src)
		require.Error(t, err)
		require.Contains(t, backtrace(err), c.want)
	}
}
