package convert_test

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"net"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"
	"go.starlark.net/starlarkstruct"
	"go.starlark.net/syntax"

	"github.com/starlark-tg/tg/engine/convert"
)

// eval evaluates an expression; struct, module and the time module are there.
func eval(t testing.TB, expr string) starlark.Value {
	t.Helper()
	env := starlark.StringDict{
		"struct": starlark.NewBuiltin("struct", starlarkstruct.Make),
		"module": starlark.NewBuiltin("module", starlarkstruct.MakeModule),
		"time":   libtime.Module,
		"count":  counter{3},
		"broken": broken{},
		"custom": custom{},
	}
	v, err := starlark.EvalOptions(&syntax.FileOptions{Set: true}, &starlark.Thread{}, "expr", expr, env)
	require.NoError(t, err)
	return v
}

// A counter is an iterable of unknown length.
type counter struct{ n int }

func (counter) String() string               { return "counter" }
func (counter) Type() string                 { return "counter" }
func (counter) Freeze()                      {}
func (counter) Truth() starlark.Bool         { return true }
func (counter) Hash() (uint32, error)        { return 1, nil }
func (c counter) Iterate() starlark.Iterator { return &counting{n: c.n} }

type counting struct{ i, n int }

func (c *counting) Next(v *starlark.Value) bool {
	*v = starlark.MakeInt(c.i)
	c.i++
	return c.i <= c.n
}
func (*counting) Done() {}

// A broken value has an attribute that fails, and one that is not there.
type broken struct{ starlark.NoneType }

func (broken) Type() string        { return "broken" }
func (broken) AttrNames() []string { return []string{"absent", "bad", "name"} }
func (broken) Attr(name string) (starlark.Value, error) {
	switch name {
	case "bad":
		return nil, errors.New("it is broken")
	case "name":
		return starlark.String("b"), nil
	}
	return nil, nil
}

type custom struct{ starlark.NoneType }

func (custom) Type() string { return "custom" }

// A percent unpacks itself.
type percent int

func (p *percent) Unpack(v starlark.Value) error {
	s, ok := starlark.AsString(v)
	if _, err := fmt.Sscanf(s, "%d%%", (*int)(p)); !ok || err != nil {
		return fmt.Errorf("got %s, want a percentage", v.Type())
	}
	return nil
}

type config struct {
	Host  string
	Port  int `json:"port"`
	Inner *struct{ Deep []int }
	Rest  map[string]any
	Level level
	Any   any
}

type embedded struct {
	*Other
	base
}

type ptr *ptr

func TestToGo(t *testing.T) {
	huge, _ := new(big.Int).SetString("1180591620717411303424", 10)
	moment := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	for _, test := range []struct {
		expr string
		want any // its type is the destination's
	}{
		{"True", true},
		{"-128", int8(-128)},
		{"255", uint8(255)},
		{"9223372036854775807", int64(math.MaxInt64)},
		{"18446744073709551615", uint64(math.MaxUint64)},
		{"1 << 70", huge},
		{"1 << 70", *huge},
		{"5", *big.NewInt(5)},
		{"80", port(80)},
		{"3", 3.0},
		{"1 << 62", float32(1 << 62)},
		{"0.5", float32(0.5)},
		{"float('inf')", math.Inf(1)},
		{"float('-inf')", float32(math.Inf(-1))},
		{"'x'", "x"},
		{"b'\\xff'", []byte{0xff}},
		{"b''", []byte{}},
		{"'ab'", []byte("ab")},
		{"b'ab'", [2]byte{'a', 'b'}},
		{"[1, 2]", [2]byte{1, 2}},
		{"[1, 2]", []byte{1, 2}},
		{"[1, 2]", []int{1, 2}},
		{"(1, 2)", []port{1, 2}},
		{"set([2, 1])", []int64{2, 1}},
		{"range(3)", [3]int{0, 1, 2}},
		{"range(3)", []any{int64(0), int64(1), int64(2)}},
		{"count", []int{0, 1, 2}},
		{"count", [3]int{0, 1, 2}},
		{"'ab'.elems()", []string{"a", "b"}},
		{"[]", []int{}},
		{"None", []int(nil)},
		{"None", map[string]int(nil)},
		{"None", (*int)(nil)},
		{"None", (*starlark.List)(nil)},
		{"{}", map[string]int{}},
		{"{1: [2]}", map[int][]int{1: {2}}},
		{"{(1, 2): 3}", map[[2]int]int{{1, 2}: 3}},
		{"{'!': 3}", map[level]int{1: 3}},
		{"struct(a = 1)", map[string]int{"a": 1}},
		{"module('m', a = 1)", map[string]int{"a": 1}},
		{"'!!'", level(2)},
		{"4", level(4)},
		{"'50%'", percent(50)},
		{"'127.0.0.1'", net.ParseIP("127.0.0.1")},
		{"time.time(year = 2026, month = 1, day = 2, hour = 3, minute = 4, second = 5)", moment},
		{"'2026-01-02T03:04:05Z'", moment},
		{"time.hour", time.Hour},
		{"'1.5s'", 1500 * time.Millisecond},
		{"time.hour", libtime.Duration(time.Hour)},
		{"'x'", starlark.String("x")},
		{"1", starlark.MakeInt(1)},
		{"(1,)", starlark.Tuple{starlark.MakeInt(1)}},
		{"{'host': 'h', 'PORT': 80, 'port': 81, 'unknown': len, 3: 4}", config{Host: "h", Port: 81}},
		{"struct(Host = 'h', Inner = struct(deep = (1,)), Rest = {'a': None}, Level = '!')",
			config{Host: "h", Inner: &struct{ Deep []int }{[]int{1}}, Rest: map[string]any{"a": nil}, Level: 1}},
		{"{'Twice': 2, 'name': 'n', 'id': 5}", embedded{&Other{2}, base{5, "n"}}},
		{"broken", struct{ Name, Absent string }{Name: "b"}},
		{"time.hour", struct{ Hours float64 }{1}},
	} {
		dst := reflect.New(reflect.TypeOf(test.want))
		require.NoError(t, convert.ToGo("v", eval(t, test.expr), dst.Interface()), test.expr)
		require.Equal(t, test.want, dst.Elem().Interface(), test.expr)
	}
}

func TestToGoAny(t *testing.T) {
	for _, test := range []struct {
		expr string
		want any
	}{
		{"None", nil},
		{"True", true},
		{"-1", int64(-1)},
		{"1 << 63", new(big.Int).Lsh(big.NewInt(1), 63)},
		{"0.5", 0.5},
		{"'x'", "x"},
		{"b'x'", []byte("x")},
		{"[1, [None]]", []any{int64(1), []any{nil}}},
		{"()", []any{}},
		{"set(['a'])", []any{"a"}},
		{"{}", map[string]any{}},
		{"{'a': {1: 2}, 'b': {None: 1, 'x': 2}}", map[string]any{"a": map[any]any{int64(1): int64(2)}, "b": map[any]any{nil: int64(1), "x": int64(2)}}},
		{"struct(a = 1)", map[string]any{"a": int64(1)}},
		{"module('m', a = [])", map[string]any{"a": []any{}}},
		{"time.minute", time.Minute},
		{"{'x': custom, 1: custom}", map[any]any{"x": custom{}, int64(1): custom{}}},
		{"[custom, count]", []any{custom{}, counter{3}}},
	} {
		var got any = "before"
		require.NoError(t, convert.ToGo("v", eval(t, test.expr), &got), test.expr)
		require.Equal(t, test.want, got, test.expr)
	}
	var got any
	require.NoError(t, convert.ToGo("v", eval(t, "float('nan')"), &got))
	require.True(t, math.IsNaN(got.(float64)))
	require.NoError(t, convert.ToGo("v", eval(t, "[len]"), &got))
	require.Equal(t, "len", got.([]any)[0].(starlark.Callable).Name())
}

func TestToGoInterfaces(t *testing.T) {
	list := eval(t, "[1]")
	var v starlark.Value
	require.NoError(t, convert.ToGo("v", list, &v))
	require.Same(t, list, v)
	require.NoError(t, convert.ToGo("v", starlark.None, &v))
	require.Equal(t, starlark.None, v)
	var l *starlark.List
	require.NoError(t, convert.ToGo("v", list, &l))
	require.Same(t, list, l)
	var i *starlark.Int
	require.NoError(t, convert.ToGo("v", starlark.MakeInt(1), &i))
	require.Equal(t, starlark.MakeInt(1), *i)
	var s fmt.Stringer
	require.NoError(t, convert.ToGo("v", list, &s))
	require.Same(t, list, s)
	var e error = errors.New("before")
	require.NoError(t, convert.ToGo("v", starlark.None, &e))
	require.NoError(t, e)
}

// What is there already is treated as encoding/json treats it.
func TestToGoKeeps(t *testing.T) {
	other := &Other{Twice: 1}
	v := struct {
		*Other
		Kept int
		Map  map[string]int
		List []int
	}{other, 1, map[string]int{"a": 1}, []int{7, 8}}
	list := v.List
	require.NoError(t, convert.ToGo("v", eval(t, "{'twice': 2, 'map': {'b': 2}, 'list': [1]}"), &v))
	require.Equal(t, 1, v.Kept)
	require.Equal(t, 2, other.Twice)
	require.Equal(t, map[string]int{"a": 1, "b": 2}, v.Map)
	require.Equal(t, []int{1}, v.List)
	require.Equal(t, []int{7, 8}, list)
}
