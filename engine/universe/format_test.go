package universe_test

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/big"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"

	"github.com/starlark-tg/tg/engine/universe"
)

// A row is one line of testdata/format.txt.
type row struct {
	value starlark.Value
	spec  string
	want  *string // nil: an error
}

func rows(t testing.TB) []row {
	file, err := os.Open("testdata/format.txt")
	require.NoError(t, err)
	defer file.Close()
	var all []row
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		if strings.HasPrefix(lines.Text(), "#") {
			continue
		}
		var f [4]*string
		require.NoError(t, json.Unmarshal(lines.Bytes(), &f), lines.Text())
		all = append(all, row{parse(t, *f[0], *f[1]), *f[2], f[3]})
	}
	require.NoError(t, lines.Err())
	return all
}

func parse(t testing.TB, kind, text string) starlark.Value {
	switch kind {
	case "int":
		i, ok := new(big.Int).SetString(text, 10)
		require.True(t, ok, text)
		return starlark.MakeBigInt(i)
	case "float":
		x, err := strconv.ParseFloat(text, 64)
		require.NoError(t, err)
		return starlark.Float(x)
	case "bool":
		return starlark.Bool(text == "True")
	}
	return starlark.String(text)
}

func TestFormatLikePython(t *testing.T) {
	all := rows(t)
	require.Greater(t, len(all), 500)
	for _, r := range all {
		got, err := universe.Format(r.value, r.spec)
		if r.want == nil {
			require.Errorf(t, err, "format(%s, %q) = %q", r.value, r.spec, got)
			require.ErrorContains(t, err, fmt.Sprintf("%q", r.spec))
			continue
		}
		require.NoErrorf(t, err, "format(%s, %q)", r.value, r.spec)
		require.Equalf(t, *r.want, got, "format(%s, %q)", r.value, r.spec)
	}
}

func TestFormatErrors(t *testing.T) {
	list := starlark.NewList([]starlark.Value{starlark.MakeInt(1)})
	for _, c := range []struct {
		value starlark.Value
		spec  string
		want  string
	}{
		{list, ">10", `unsupported format spec ">10" for list; use str(x) first, or {x!s:>10} in an f-string`},
		{starlark.None, "5", `unsupported format spec "5" for NoneType; use str(x) first, or {x!s:5} in an f-string`},
		{starlark.MakeInt(1), ".2d", `invalid format spec ".2d" for int: a precision is not allowed for an int`},
		{starlark.MakeInt(1), "y", `invalid format spec "y" for int: unknown type "y"`},
		{starlark.MakeInt(1), "s", `invalid format spec "s" for int: type "s" is for strings; convert with str(x) first`},
		{starlark.MakeInt(0xd800), "c", `invalid format spec "c" for int: 55296 is not the code point of a character`},
		{starlark.MakeInt(1).Lsh(5000), "f", `invalid format spec "f" for int: int too large to convert to float`},
		{starlark.True, ",x", `invalid format spec ",x" for bool: "," is not allowed with type "x"`},
		{starlark.Float(1), "d", `invalid format spec "d" for float: type "d" is for ints; convert with int(x) first`},
		{starlark.Float(1), "5.", `invalid format spec "5." for float: no precision after "."`},
		{starlark.Float(1), ",_", `invalid format spec ",_" for float: only one "," or "_" is allowed`},
		{starlark.Float(1), "99999999", `invalid format spec "99999999" for float: width is larger than 16777216`},
		{starlark.Float(1), ".99999999999999999999f", `invalid format spec ".99999999999999999999f" for float: precision is larger than 16777216`},
		{starlark.String("a"), "f", `invalid format spec "f" for string: type "f" is for numbers; convert with float(x) first`},
		{starlark.String("a"), "=5", `invalid format spec "=5" for string: alignment "=" is not allowed for a string`},
		{starlark.String("a"), "5<x", `invalid format spec "5<x" for string: type "x" is for ints`},
	} {
		_, err := universe.Format(c.value, c.spec)
		require.ErrorContains(t, err, c.want)
	}
}

func TestFormatOfOthers(t *testing.T) {
	list := starlark.NewList([]starlark.Value{starlark.String("a"), starlark.None})
	for want, v := range map[string]starlark.Value{
		`["a", None]`: list,
		"None":        starlark.None,
		"(1,)":        starlark.Tuple{starlark.MakeInt(1)},
		"a\ufffdb":    starlark.Bytes("a\xffb"),
	} {
		got, err := universe.Format(v, "")
		require.NoError(t, err)
		require.Equal(t, want, got)
		require.Equal(t, want, universe.Str(v))
	}
}

// A fill or a value that is not UTF-8 is kept byte for byte.
func TestFormatKeepsInvalidText(t *testing.T) {
	got, err := universe.Format(starlark.String("\xfeab"), "\xff>4.2")
	require.NoError(t, err)
	require.Equal(t, "\xff\xff\xfea", got)
}

func ExampleFormat() {
	for _, spec := range []string{"", ",.2f", ">+12.1e", "08.1f"} {
		s, _ := universe.Format(starlark.Float(1234.5), spec)
		fmt.Println(s)
	}
	// Output:
	// 1234.5
	// 1,234.50
	//     +1.2e+03
	// 001234.5
}

func FuzzFormat(f *testing.F) {
	for i, r := range rows(f) {
		if i%20 == 0 {
			f.Add("text", int64(i)-300, float64(i)/7, r.spec)
		}
	}
	f.Fuzz(func(t *testing.T, s string, i int64, x float64, spec string) {
		for _, v := range []starlark.Value{
			starlark.String(s), starlark.MakeInt64(i), starlark.MakeInt64(i).Lsh(70),
			starlark.Float(x), starlark.Bool(i > 0), starlark.None,
		} {
			got, err := universe.Format(v, spec)
			if err != nil {
				require.Contains(t, err.Error(), fmt.Sprintf("%q", spec))
				require.Empty(t, got)
			} else if utf8.ValidString(s) && utf8.ValidString(spec) {
				require.True(t, utf8.ValidString(got), "%q", got)
			}
		}
	})
}
