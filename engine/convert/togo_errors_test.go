package convert_test

import (
	"io"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"github.com/starlark-tg/tg/engine/convert"
)

func TestToGoErrors(t *testing.T) {
	for _, test := range []struct {
		expr string
		dst  any // the destination is of its type
		want string
	}{
		{"[{}, {}, {}, {'port': 'x'}]", []map[string]int{}, `v[3]["port"]: cannot store string in int`},
		{"{'PORT': '80'}", config{}, `v["PORT"]: cannot store string in int`},
		{"struct(inner = struct(deep = [1, None]))", config{}, "v.inner.deep[1]: cannot store None in int"},
		{"300", int8(0), "v: 300 does not fit in int8"},
		{"-1", uint(0), "v: -1 does not fit in uint"},
		{"1 << 64", int64(0), "v: 18446744073709551616 does not fit in int64"},
		{"1 << 64", uint64(0), "v: 18446744073709551616 does not fit in uint64"},
		{"1 << 500 << 500", port(0), "v: an int of 1001 bits does not fit in convert_test.port"},
		{"1 << 500 << 500 << 500", 0.0, "v: an int of 1501 bits does not fit in float64"},
		{"1 << 200", float32(0), "v: an int of 201 bits does not fit in float32"},
		{"1e300", float32(0), "v: 1e+300 does not fit in float32"},
		{"1.0", 0, "v: cannot store float in int"},
		{"True", 0, "v: cannot store bool in int"},
		{"1", true, "v: cannot store int in bool"},
		{"1", "", "v: cannot store int in string"},
		{"b'x'", "", "v: cannot store bytes in string"},
		{"None", "", "v: cannot store None in string"},
		{"None", [1]int{}, "v: cannot store None in [1]int"},
		{"None", config{}, "v: cannot store None in convert_test.config"},
		{"'abc'", []string{}, "v: cannot store string in []string"},
		{"{'a': 1}", []string{}, "v: cannot store dict in []string"},
		{"b'a'", []int{}, "v: cannot store bytes in []int"},
		{"b'a'", [2]byte{}, "v: cannot store bytes of length 1 in [2]uint8"},
		{"[1, 2, 3]", [2]int{}, "v: cannot store list of length 3 in [2]int"},
		{"count", [2]int{}, "v: cannot store counter of another length in [2]int"},
		{"count", [4]int{}, "v: cannot store counter of another length in [4]int"},
		{"['a']", [1]int{}, "v[0]: cannot store string in int"},
		{"[]", map[string]int{}, "v: cannot store list in map[string]int"},
		{"broken", map[string]int{}, "v: cannot store broken in map[string]int"},
		{"{1: 2}", map[string]int{}, "v[1]: as a key: cannot store int in string"},
		{"{(1, 2): 3}", map[any]int{}, "v[a tuple]: as a key: cannot store tuple in interface {}"},
		{"{b'a': 3}", map[any]int{}, `v[b"a"]: as a key: cannot store bytes in interface {}`},
		{"{b'a': 3}", []any{}, "v: cannot store dict in []interface {}"},
		{"[]", config{}, "v: cannot store list in convert_test.config"},
		{"'x'", config{}, "v: cannot store string in convert_test.config"},
		{"broken", struct{ Bad int }{}, "v.bad: it is broken"},
		{"{'Field': 1}", struct{ *lowerPointer }{}, `v["Field"]: cannot set the embedded pointer *convert_test.lowerPointer, its type is not exported`},
		{"'?'", level(0), "v: a level is made of !"},
		{"['9']", []percent{}, "v[0]: got string, want a percentage"},
		{"1", time.Time{}, "v: cannot store int in time.Time"},
		{"'today'", time.Time{}, `v: parsing time "today" as "2006-01-02T15:04:05Z07:00": cannot parse "today" as "2006"`},
		{"1", time.Second, "v: cannot store int in time.Duration"},
		{"'1 s'", time.Second, `v: time: unknown unit " s" in duration "1 s"`},
		{"1", libtime.Time{}, "v: cannot store int in time.Time"},
		{"'1'", big.Int{}, "v: cannot store string in big.Int"},
		{"{}", starlark.MakeInt(1), "v: cannot store dict in starlark.Int"},
		{"[]", starlark.Tuple{}, "v: cannot store list in starlark.Tuple"},
		{"1", new(starlark.List), "v: cannot store int in starlark.List"},
		{"[1]", struct{ io.Reader }{}, "v: cannot store list in struct { io.Reader }"},
		{"{'Reader': 1}", struct{ io.Reader }{}, `v["Reader"]: cannot store int in io.Reader`},
		{"1", make(chan int), "v: cannot store int in chan int"},
		{"len", func() {}, "v: cannot store builtin_function_or_method in func()"},
		{"{None: 1, 2: 'x'}", map[any]int{}, "v[2]: cannot store string in int"},
		{"{b'k': [1]}", map[starlark.Value][]bool{}, `v[b"k"][0]: cannot store int in bool`},
		{"{None: [1]}", map[starlark.Value][]bool{}, `v[None][0]: cannot store int in bool`},
		{"{1 << 70: [1]}", map[starlark.Value][]bool{}, `v[1180591620717411303424][0]: cannot store int in bool`},
		{"1", ptr(nil), "v: nested more than 10000 levels deep"},
		{"range(1 << 40)", []int{}, "v: too many values, the limit is 10000000"},
		{"[range(1 << 40)]", []any{}, "v[0]: too many values, the limit is 10000000"},
	} {
		dst := reflect.New(reflect.TypeOf(test.dst))
		err := convert.ToGo("v", eval(t, test.expr), dst.Interface())
		require.EqualError(t, err, test.want)
		at := &convert.PathError{}
		require.ErrorAs(t, err, &at)
	}
}

type lowerPointer struct{ Field int }

func TestToGoDestinations(t *testing.T) {
	const want = "v: the destination must be a pointer that is not nil, got "
	require.EqualError(t, convert.ToGo("v", starlark.None, nil), want+"<nil>")
	require.EqualError(t, convert.ToGo("v", starlark.None, 1), want+"int")
	require.EqualError(t, convert.ToGo("v", starlark.None, (*int)(nil)), want+"*int")
	var x any
	require.EqualError(t, convert.ToGo("v", nil, &x), "v: there is no value")
	require.EqualError(t, convert.ToGo("", eval(t, "struct(a = [1])"), new(struct{ A []string })), "a[0]: cannot store int in string")
	require.EqualError(t, convert.ToGo("", starlark.None, new(int)), "cannot store None in int")
}

func TestToGoCycles(t *testing.T) {
	list := starlark.NewList([]starlark.Value{starlark.None})
	dict := starlark.NewDict(1)
	require.NoError(t, dict.SetKey(starlark.String("again"), starlark.Tuple{list}))
	require.NoError(t, list.Append(dict))
	type lists []lists
	var x any
	require.EqualError(t, convert.ToGo("v", list, &x), `v[1]["again"][0]: contains itself`)
	require.EqualError(t, convert.ToGo("v", dict, &x), `v["again"][0][1]: contains itself`)

	own := starlark.NewList(nil)
	require.NoError(t, own.Append(own))
	require.EqualError(t, convert.ToGo("v", own, new(lists)), "v[0]: contains itself")

	twice := starlark.NewList([]starlark.Value{list.Index(0)})
	require.NoError(t, convert.ToGo("v", starlark.Tuple{twice, twice}, &x))
	require.Equal(t, []any{[]any{nil}, []any{nil}}, x)
}

func TestToGoDeep(t *testing.T) {
	deep := func(n int) starlark.Value {
		v := starlark.NewList(nil)
		for range n - 1 {
			v = starlark.NewList([]starlark.Value{v})
		}
		return v
	}
	var x any
	want := "v" + strings.Repeat("[0]", 16) + "…" + strings.Repeat("[0]", 8) + ": nested more than 10000 levels deep"
	require.EqualError(t, convert.ToGo("v", deep(1_000_000), &x), want)
	require.EqualError(t, convert.ToGo("v", deep(convert.MaxDepth+1), &x), want)
	require.NoError(t, convert.ToGo("v", deep(convert.MaxDepth), &x))

	var tuple starlark.Value = starlark.Tuple{}
	for range 1_000_000 {
		tuple = starlark.Tuple{tuple}
	}
	require.EqualError(t, convert.ToGo("v", tuple, &x), want)
}

func TestHugeString(t *testing.T) {
	huge := strings.Repeat("x", 64<<20)
	v, err := fromGo(huge)
	require.NoError(t, err)
	var s string
	require.NoError(t, convert.ToGo("v", v, &s))
	require.Equal(t, len(huge), len(s))
	var b []byte
	require.NoError(t, convert.ToGo("v", v, &b))
	require.Equal(t, len(huge), len(b))
	err = convert.ToGo("v", v, new(int))
	require.EqualError(t, err, "v: cannot store string in int")
	require.EqualError(t, convert.ToGo("v", v, new(time.Duration)), "v: cannot store string of length 67108864 in time.Duration")
	require.EqualError(t, convert.ToGo("v", v, new(time.Time)), "v: cannot store string of length 67108864 in time.Time")
}
