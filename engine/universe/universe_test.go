package universe_test

import (
	"errors"
	"math/big"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"

	"github.com/starlark-tg/tg/engine/universe"
)

func eval(thread *starlark.Thread, expr string) (starlark.Value, error) {
	return starlark.EvalOptions(&syntax.FileOptions{}, thread, "test.star", expr, universe.Functions())
}

// Each line is true.
var truths = []string{
	`sum([]) == 0`,
	`sum([1, 2, 3]) == 6 and type(sum([1, 2])) == "int"`,
	`sum((1, 2.5), 3) == 6.5`,
	`sum([1], start=0.5) == 1.5`,
	`sum(range(100001)) == 5000050000`,
	`sum([1 << 40, 1 << 80, -1]) == (1 << 40) + (1 << 80) - 1`,
	`sum([(1 << 63) - 1, 1, -1, 0]) == (1 << 63) - 1 and sum([-(1 << 63), -1]) == -(1 << 63) - 1`,
	`sum([1, 0.5, 2, 1 << 80]) == 3.5 + (1 << 80)`,
	`sum({1: "a", 2: "b"}) == 3`,
	`sum([[1], [2, 3]], []) == [1, 2, 3]`,
	`sum([(1,), (2,)], ()) == (1, 2)`,
	`sum([0.1] * 3) == 0.1 + 0.1 + 0.1`,

	`[round(x) for x in (0.5, 1.5, 2.5, -0.5, -1.5)] == [0, 2, 2, 0, -2]`,
	`type(round(2.0)) == "int" and type(round(2.0, 0)) == "float" and type(round(2, 1)) == "int"`,
	`round(1e300) == int(1e300)`,
	`round(2.675, 2) == 2.67 and round(0.125, 2) == 0.12 and round(x=1.15, ndigits=1) == 1.1`,
	`round(1234.5, -2) == 1200.0 and round(1250.0, -2) == 1200.0 and round(1350.0, -2) == 1400.0`,
	`round(50.0, -2) == 0.0 and round(50.5, -2) == 100.0 and round(-50.5, -2) == -100.0`,
	`[round(x, -1) for x in (5, 15, 25, -5, -15, 16)] == [0, 20, 20, 0, -20, 20]`,
	`round(7, None) == 7 and round(7, 99) == 7 and round(7, -99999999999999999999) == 0`,
	`round(5e-324, 400) == 5e-324 and round(1.5, -400) == 0.0 and round(1.5, 1 << 99) == 1.5`,
	`str(round(-0.04, 1)) == "-0.0" and str(round(-4.0, -1)) == "-0.0"`,
	`str(round(float("inf"), 2)) == "+inf" and str(round(float("nan"), 2)) == "nan"`,

	`divmod(7, 3) == (2, 1) and divmod(-7, 3) == (-3, 2) and divmod(7, -3) == (-3, -2)`,
	`divmod(7.5, 2) == (3.0, 1.5) and divmod(-7, 2.0) == (-4.0, 1.0)`,
	`divmod(1 << 100, 10) == ((1 << 100) // 10, 6)`,

	`pow(2, 10) == 1024 and pow(base=3, exp=4) == 81 and pow(-2, 3) == -8 and pow(0, 0) == 1`,
	`pow(2, 200) == 1 << 200`,
	`pow(1, 1 << 99) == 1 and pow(0, 1 << 99) == 0 and pow(-1, 1 << 99) == 1 and pow(-1, (1 << 99) + 1) == -1`,
	`pow(2, -2) == 0.25 and pow(10, -50) == 1e-50 and pow(2.0, 3) == 8.0 and type(pow(2.0, 3)) == "float"`,
	`pow(4, 0.5) == 2.0 and pow(13, 2.5) == 609.3381655534142 and pow(16, -0.25) == 0.5`,
	`pow(-8, 3.0) == -512.0 and pow(0.0, 2) == 0.0 and pow(2, -5000) == 0.0`,
	`pow(27, 1 / 3) == 3.0 and pow(1000, -1 / 3) == 0.10000000000000002 and pow(1e300, 0.9) == 1.0000000000000154e+270 and pow(2, 1e-300) == 1.0`,
	`pow(5e-324, 0.3) == 1.018908996936868e-97 and pow(1.0000001, 12345678.9) == 3.4368928742452223`,
	`pow(1.000000010457305, 57579429074.106575) == 3.161164258422579e+261`,
	`pow(3, 200, 13) == 9 and pow(3, 200, -13) == -4 and pow(-3, 5, 7) == 2 and pow(5, 3, 1) == 0`,
	`pow(3, -1, 11) == 4 and pow(3, -2, 11) == 5 and pow(3, -1, -11) == -7 and pow(2, -1, 1) == 0`,
	`str(pow(float("inf"), -1)) == "0.0" and str(pow(float("nan"), 0)) == "1.0" and pow(-1, float("inf")) == 1.0`,

	`format(3.14159, ".2f") == "3.14" and format("ab", ">4") == "  ab" and format(1234, spec="010,") == "00,001,234"`,
	`format([1]) == "[1]" and format(True) == "True" and format(True, "d") == "1" and format(1e6) == str(1e6)`,
}

func TestTruths(t *testing.T) {
	for _, expr := range truths {
		v, err := eval(new(starlark.Thread), expr)
		require.NoError(t, err, expr)
		require.Equal(t, starlark.True, v, expr)
	}
}

func TestErrors(t *testing.T) {
	for expr, want := range map[string]string{
		`sum(1)`:                                 "sum: got int, want an iterable",
		`sum("ab")`:                              "sum: got string, want an iterable",
		`sum(["a"], "")`:                         `sum: strings are not summed; use "".join(xs)`,
		`sum([1, "a"])`:                          "sum: element 1: unknown binary op: int + string",
		`sum()`:                                  "sum: missing argument for xs",
		`round(True)`:                            "round: got bool, want int or float",
		`round("1")`:                             "round: got string, want int or float",
		`round(1.5, 1.0)`:                        "round: ndigits is a float, want int or None",
		`round(float("nan"))`:                    "round: cannot convert float NaN to integer",
		`round(float("-inf"))`:                   "round: cannot convert float infinity to integer",
		`round(1.7976931348623157e308, -308)`:    "round: the rounded value is too large for a float",
		`divmod(1, 0)`:                           "divmod: division by zero",
		`divmod(1.0, 0.0)`:                       "divmod: division by zero",
		`divmod("%s", 1)`:                        "divmod: got string and int, want int or float",
		`divmod(1)`:                              "divmod: missing argument for b",
		`pow(2, 1 << 40)`:                        "pow: the result would have more than 2097152 bits",
		`pow(0, -1)`:                             "pow: zero has no negative power",
		`pow(0.0, -1)`:                           "pow: zero has no negative power",
		`pow(-8, 0.5)`:                           "pow: a negative base with a fractional exponent has no real result",
		`pow(1e300, 2)`:                          "pow: result too large for a float",
		`pow(True, 2)`:                           "pow: got bool and int, want int or float",
		`pow(1 << 400 << 400 << 400, -1)`:        "pow: int too large to convert to float",
		`pow(2, 3, 0)`:                           "pow: mod is zero",
		`pow(2, -1, 4)`:                          "pow: base has no inverse for this mod",
		`pow(2.0, 3, 5)`:                         "pow: got float, int and int, want three ints when mod is given",
		`pow(3, pow(2, 100000), pow(2, 100000))`: "pow: exp and mod are too large",
		`format([1], "5")`:                       `format: unsupported format spec "5" for list`,
		`format(1, 5)`:                           "format: for parameter spec: got int, want string",
	} {
		_, err := eval(new(starlark.Thread), expr)
		require.ErrorContains(t, err, want, expr)
	}
}

type canceller struct {
	asked int
	err   error
}

func (c *canceller) Cancelled() error {
	if c.asked++; c.asked > 3 {
		return c.err
	}
	return nil
}

func TestSumIsCancelled(t *testing.T) {
	thread := new(starlark.Thread)
	c := &canceller{err: errors.New("enough")}
	thread.SetLocal(universe.LocalCancel, c)
	_, err := eval(thread, `sum(range(1 << 40))`)
	require.ErrorIs(t, err, c.err)
	require.Equal(t, 4, c.asked)
}

// An iterable whose iterators count how many are open.
type counted struct {
	starlark.Value
	open *int
}

type countedIterator struct {
	starlark.Iterator
	open *int
}

func (c counted) Iterate() starlark.Iterator {
	*c.open++
	return countedIterator{starlark.Iterate(c.Value), c.open}
}

func (it countedIterator) Done() {
	it.Iterator.Done()
	*it.open--
}

func TestSumClosesItsIterator(t *testing.T) {
	open := 0
	for _, x := range []starlark.Value{starlark.MakeInt(1), starlark.String("not a number")} {
		xs := counted{starlark.NewList([]starlark.Value{x}), &open}
		_, _ = starlark.Call(new(starlark.Thread), universe.Functions()["sum"], starlark.Tuple{xs}, nil)
		require.Zero(t, open)
	}
}

func TestFunctionsAreFresh(t *testing.T) {
	delete(universe.Functions(), "sum")
	require.Len(t, universe.Functions(), 5)
}

func BenchmarkSum(b *testing.B) {
	list := make([]starlark.Value, 100_000)
	for i := range list {
		list[i] = starlark.MakeInt(i)
	}
	args := starlark.Tuple{starlark.NewList(list)}
	thread := new(starlark.Thread)
	sum := universe.Functions()["sum"]
	for b.Loop() {
		if v, err := starlark.Call(thread, sum, args, nil); err != nil || v.(starlark.Int).BigInt().Cmp(big.NewInt(4_999_950_000)) != 0 {
			b.Fatal(v, err)
		}
	}
}
