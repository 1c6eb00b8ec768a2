package guard_test

import (
	"fmt"
	"math"
	"math/big"
	"strings"
	"testing"

	"github.com/starlark-tg/tg/engine/eval/guard"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"
)

var percents = []string{"%", "%%", "%s", "%r", "%d", "%i", "%o", "%x", "%X", "%e", "%f", "%g", "%G", "%E", "%c", "%q", "%(a)s", "%(b)r", "%(a", "x", "é"}

var braces = []string{"{", "}", "{{", "}}", "{}", "{0}", "{1}", "{a}", "{b!r}", "{!s}", "{!x}", "{:5}", "{!r:5}", "{a.b}", "{a[0]}", "{{a}}", "{99999999999999999999}", "x"}

// differFormats formats with formats that are right now and then.
func differFormats(t *testing.T, seed uint64) {
	m := newMaker(seed)
	some := func(parts []string) string {
		s := ""
		for range m.IntN(4) {
			s += parts[m.IntN(len(parts))]
		}
		return s
	}
	format := starlark.String(some(percents))
	args := starlark.Tuple(m.values(2))
	named := new(starlark.Dict)
	_ = named.SetKey(starlark.String("a"), m.value(2))
	for _, x := range []starlark.Value{args, m.flat(), named} {
		same(t, fmt.Sprintf("%s %% %s", format, x),
			outcome(func() (starlark.Value, error) { return starlark.Binary(syntax.PERCENT, format, x) }),
			outcome(func() (starlark.Value, error) { return plenty().Percent(string(format), x) }))
		require.NoError(t, plenty().Interpolate(string(format), x))
	}
	format = starlark.String(some(braces))
	fn, _ := format.Attr("format")
	kwargs := []starlark.Tuple{{starlark.String("a"), m.value(2)}, {starlark.String("b"), m.value(1)}}
	same(t, fmt.Sprintf("%s.format(*%s, **%s)", format, args, kwargs),
		outcome(func() (starlark.Value, error) { return fn.(*starlark.Builtin).CallInternal(nil, args, kwargs) }),
		outcome(func() (starlark.Value, error) { return plenty().Call(nil, fn.(*starlark.Builtin), args, kwargs) }))
}

func TestDifferFormats(t *testing.T) {
	for seed := range uint64(5_000) {
		differFormats(t, seed)
	}
}

func FuzzFormats(f *testing.F) {
	f.Fuzz(differFormats)
}

// quoted is a string of many kinds of runes, some of them wrong, longer than is
// written at once; its pieces lie across the cuts.
func quoted(m maker) string {
	var b strings.Builder
	for b.Len() < 20_000 {
		b.WriteString(m.text())
	}
	return b.String()
}

func TestLongTexts(t *testing.T) {
	m := newMaker(7)
	for range 30 {
		s := quoted(m)
		list := starlark.NewList([]starlark.Value{starlark.String(s), starlark.Bytes(s), m.value(3)})
		for _, x := range []starlark.Value{starlark.String(s), starlark.Bytes(s), list, starlark.Tuple{list, list, list, list}} {
			text, err := plenty().Text(x)
			require.NoError(t, err)
			require.True(t, x.String() == text, "%.100s", text)
		}
	}
}

// TestMeasure: what is measured is an upper bound and not far from it.
func TestMeasure(t *testing.T) {
	m := newMaker(8)
	for range 2000 {
		x := m.value(4)
		if m.IntN(50) == 0 {
			s := starlark.String(quoted(m))
			x = starlark.Tuple{s, x, s}
		}
		x = starlark.Tuple{x}
		n := int64(len(x.String()))
		require.Error(t, (&guard.Budget{Max: n - 1}).Printable(x), "%s", x)
		require.NoError(t, (&guard.Budget{Max: 8 * n}).Printable(x), "%s", x)
	}
}

func TestCycles(t *testing.T) {
	list := starlark.NewList(nil)
	dict := new(starlark.Dict)
	require.NoError(t, list.Append(dict))
	require.NoError(t, list.Append(starlark.Tuple{list}))
	require.NoError(t, dict.SetKey(starlark.String("l"), list))
	for _, x := range []starlark.Value{list, dict, starlark.Tuple{dict, list}} {
		text, err := plenty().Text(x)
		require.NoError(t, err)
		require.Equal(t, x.String(), text)
		require.NoError(t, plenty().Printable(x))
	}

	// Below the level from which on lists are found in a map.
	deep := starlark.NewList(nil)
	x := starlark.Value(deep)
	for range 50 {
		x = starlark.NewList([]starlark.Value{x})
	}
	require.NoError(t, deep.Append(x))
	text, err := plenty().Text(x)
	require.NoError(t, err)
	require.Equal(t, x.String(), text)

	// go.starlark.net does not find the end of this.
	s := starlarkstruct.FromStringDict(starlarkstruct.Default, starlark.StringDict{"list": list})
	require.NoError(t, list.Append(s))
	text, err = plenty().Text(list)
	require.NoError(t, err)
	require.Equal(t, `[{"l": [...]}, ([...],), struct(list = [...])]`, text)
}

// nested returns x in so many lists, or tuples, each with n references to the next.
func nested(x starlark.Value, levels, n int, tuple bool) starlark.Value {
	for range levels {
		list := make([]starlark.Value, n)
		for i := range list {
			list[i] = x
		}
		if tuple {
			x = starlark.Tuple(list)
		} else {
			x = starlark.NewList(list)
		}
	}
	return x
}

func TestSharedText(t *testing.T) {
	for _, x := range []starlark.Value{
		nested(starlark.None, 60, 2, false),
		nested(starlark.None, 60, 2, true),
		starlark.NewList([]starlark.Value{nested(starlark.String(strings.Repeat("x", 1<<20)), 1, 1_000_000, false)}),
	} {
		for _, err := range []error{plenty().Printable(x), second(plenty().Text(x)), plenty().Interpolate("%s", starlark.Tuple{x})} {
			require.ErrorContains(t, err, "text needs at least ")
			require.ErrorContains(t, err, ", limit is 1.0 GiB")
			limit := new(guard.LimitError)
			require.ErrorAs(t, err, &limit)
			require.Equal(t, "limit", limit.Kind())
		}
	}
}

func second[T any](_ T, err error) error { return err }

// TestDeepText: go.starlark.net's code is recursive, that of Text is not.
func TestDeepText(t *testing.T) {
	require.ErrorContains(t, second(plenty().Text(nested(starlark.None, 1_000_000, 1, true))), "text of a value nested more than 100000 levels deep")
	deep := nested(starlark.None, 100_000, 1, false)
	require.ErrorContains(t, plenty().Printable(deep), "text of a value nested more than 10000 levels deep")
	text, err := plenty().Text(deep)
	require.NoError(t, err)
	require.Len(t, text, 200_004)

	// What is known of a piece counts at each level.
	x := nested(starlark.String(strings.Repeat("x", 2000)), 6000, 1, false)
	y := nested(x, 6000, 1, false)
	require.NoError(t, plenty().Printable(x))
	require.ErrorContains(t, plenty().Printable(starlark.Tuple{x, y}), "levels deep")
}

func TestTextStops(t *testing.T) {
	b := stopsAfter(10)
	_, err := b.Text(nested(starlark.None, 3, 300, false))
	require.ErrorIs(t, err, errStop)
	_, err = stopsAfter(10).Percent("%s %s", starlark.Tuple{starlark.String("x"), nested(starlark.None, 3, 300, true)})
	require.ErrorIs(t, err, errStop)
	_, err = stopsAfter(10).Text(starlark.String(strings.Repeat("x", 10_000_000)))
	require.ErrorIs(t, err, errStop)
}

func TestPrinted(t *testing.T) {
	mega := starlark.String(strings.Repeat("x", 1<<20))
	args := make(starlark.Tuple, 2000)
	for i := range args {
		args[i] = mega
	}
	for _, name := range []string{"print", "fail"} {
		_, err := plenty().Call(new(starlark.Thread), builtin(name), args, nil)
		require.EqualError(t, err, "text of 1073743824 bytes needs 1.0 GiB, limit is 1.0 GiB")
	}
	got := ""
	thread := &starlark.Thread{Print: func(_ *starlark.Thread, s string) { got = s }}
	_, err := plenty().Call(thread, builtin("print"), starlark.Tuple{starlark.String("a"), starlark.Bytes("b"), nested(starlark.None, 2, 2, true)}, []starlark.Tuple{{starlark.String("sep"), starlark.String("-")}})
	require.NoError(t, err)
	require.Equal(t, "a-b-((None, None), (None, None))", got)
}

func TestLongInts(t *testing.T) {
	for _, n := range []int{8193, 20_000, 100_000, 631_305} {
		for _, base := range []int{2, 10, 16, 36} {
			if float64(n)*math.Log2(float64(base)) > guard.MaxBits {
				continue
			}
			var b strings.Builder
			for i := range n {
				b.WriteByte("123456789abcdefghijklmnopqrstuvwxyz"[i*i%(base-1)])
			}
			got, err := plenty().Call(new(starlark.Thread), builtin("int"), starlark.Tuple{starlark.String("-" + b.String()), starlark.MakeInt(base)}, nil)
			require.NoError(t, err)
			if n > 100_000 {
				continue // math/big takes too long
			}
			want, _ := new(big.Int).SetString("-"+b.String(), base)
			require.Zero(t, got.(starlark.Int).BigInt().Cmp(want))
		}
	}
	zeros := strings.Repeat("0", 10_000)
	for _, s := range []string{zeros, zeros + "7", "0x" + zeros + "f", "-0b" + zeros + "1", "0o" + zeros + "9", "+-" + zeros, zeros + "x", zeros + "_1", " " + zeros, zeros[:9000] + "é"} {
		for _, base := range []int{-1, 0, 2, 8, 10, 16, 36, 37} {
			args := starlark.Tuple{starlark.String(s)}
			if base >= 0 {
				args = append(args, starlark.MakeInt(base))
			}
			same(t, s[len(s)-2:],
				outcome(func() (starlark.Value, error) { return builtin("int").CallInternal(nil, args, nil) }),
				outcome(func() (starlark.Value, error) { return plenty().Call(nil, builtin("int"), args, nil) }))
		}
	}
	_, err := plenty().Call(nil, builtin("int"), starlark.Tuple{starlark.String(strings.Repeat("9", 10_000_000))}, nil)
	require.EqualError(t, err, "int of 33219278 bits, limit is 2097152")
}
