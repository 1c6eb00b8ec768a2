package convert_test

import (
	"errors"
	"math"
	"math/big"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	libtime "go.starlark.net/lib/time"
	"go.starlark.net/starlark"

	"github.com/starlark-tg/tg/engine/convert"
)

type level int

func (l level) MarshalText() ([]byte, error) {
	if l < 0 {
		return nil, errors.New("no such level")
	}
	return []byte(strings.Repeat("!", int(l))), nil
}

func (l *level) UnmarshalText(text []byte) error {
	if strings.Trim(string(text), "!") != "" {
		return errors.New("a level is made of !")
	}
	*l = level(len(text))
	return nil
}

// A pointed marshals by pointer only.
type pointed struct{ X int }

func (p *pointed) MarshalText() ([]byte, error) { return []byte("pointed"), nil }

type port uint16

type base struct {
	ID   int
	Name string `json:"name"`
}

type Deep struct {
	Name  string `json:"name"` // hidden by base's, which is less embedded
	Only  string
	Twice int
}

type Other struct{ Twice int }

type middle struct{ Deep }

type server struct {
	base
	*Other
	middle
	Port    port   `json:"port,omitempty"`
	Secret  string `json:"-"`
	Dash    int    `json:"-,"`
	Odd     int    `json:"\"odd\""`
	Tags    []string
	hidden  int
	Nothing any
}

type loop struct{ *loop }

type node struct {
	Name string
	Next *node
	Any  any
}

func fromGo(v any) (starlark.Value, error) { return convert.Converter{}.FromGo("v", v) }

func TestFromGo(t *testing.T) {
	var nilMap map[string]int
	var nilServer *server
	var nilLevel *level
	var nilErr error
	seven := 7
	pseven := &seven
	for _, test := range []struct {
		v    any
		want string
	}{
		{nil, "None"},
		{nilServer, "None"},
		{nilLevel, "None"},
		{nilErr, "None"},
		{(*starlark.List)(nil), "None"},
		{(*big.Int)(nil), "None"},
		{nilMap, "{}"},
		{[]int(nil), "[]"},
		{[]byte(nil), `b""`},
		{[]any{nil, nilServer}, "[None, None]"},
		{[]starlark.Value{nil}, "[None]"},
		{true, "True"},
		{int8(math.MinInt8), "-128"},
		{int64(math.MinInt64), "-9223372036854775808"},
		{uint64(math.MaxUint64), "18446744073709551615"},
		{uintptr(1), "1"},
		{port(80), "80"},
		{new(big.Int).Lsh(big.NewInt(1), 70), "1180591620717411303424"},
		{*big.NewInt(7), "7"},
		{float32(0.5), "0.5"},
		{math.NaN(), "nan"},
		{math.Inf(-1), "-inf"},
		{"a\"b", `"a\"b"`},
		{[]byte("\xff"), `b"\xff"`},
		{[]port{1, 2}, "[1, 2]"},
		{[2]byte{1, 2}, "[1, 2]"},
		{[]any{1, "a", []string{}}, `[1, "a", []]`},
		{map[string]any{"b": 1, "a": map[int]bool{2: true, -1: false}}, `{"a": {-1: False, 2: True}, "b": 1}`},
		{map[any]int{"x": 1, 2: 2, 1: 3, 0.5: 4, "a": 5, true: 6}, `{True: 6, 0.5: 4, 1: 3, 2: 2, "a": 5, "x": 1}`},
		{map[[2]int]int{{2, 1}: 1, {1, 9}: 2}, "{(1, 9): 2, (2, 1): 1}"},
		{map[any]int{[1]string{"a"}: 1}, `{("a",): 1}`},
		{map[level]int{2: 1, 1: 2}, `{"!": 2, "!!": 1}`},
		{map[port]int{2: 1, 1: 2}, `{1: 2, 2: 1}`},
		{map[float64]int{2: 1, math.NaN(): 3, 1: 2}, `{nan: 3, 1.0: 2, 2.0: 1}`},
		{map[struct{ A int }]int{{2}: 1, {1}: 2}, `{struct(A = 1): 2, struct(A = 2): 1}`},
		{&pseven, "7"},
		{level(3), `"!!!"`},
		{pointed{1}, `"pointed"`},
		{&pointed{1}, `"pointed"`},
		{[]pointed{{1}}, `["pointed"]`},
		{netip.MustParseAddr("::1"), `"::1"`},
		{errors.New("boom"), `"boom"`},
		{time.Minute, "1m0s"},
		{time.Unix(0, 0).UTC(), "1970-01-01 00:00:00 +0000 UTC"},
		{struct{}{}, "struct()"},
		{loop{}, "struct()"},
		{starlark.Tuple{starlark.MakeInt(1)}, "(1,)"},
		{starlark.StringDict{"b": starlark.None, "a": starlark.True}, `{"a": True, "b": None}`},
		{server{hidden: 1, base: base{ID: 1, Name: "db"}, middle: middle{Deep{Name: "deep", Only: "o", Twice: 2}}},
			`struct(- = 0, ID = 1, Nothing = None, Odd = 0, Only = "o", Tags = [], name = "db", port = 0)`},
		{&server{Other: &Other{3}, Secret: "s"},
			`struct(- = 0, ID = 0, Nothing = None, Odd = 0, Only = "", Tags = [], Twice = 3, name = "", port = 0)`},
		{node{"a", &node{Name: "b"}, []*node{nil}},
			`struct(Any = [None], Name = "a", Next = struct(Any = None, Name = "b", Next = None))`},
	} {
		got, err := fromGo(test.v)
		require.NoError(t, err, "%#v", test.v)
		require.Equal(t, test.want, got.String())
	}
}

func TestFromGoTypes(t *testing.T) {
	now := time.Now()
	minute := time.Minute
	list := starlark.NewList(nil)
	word := starlark.String("x")
	for _, test := range []struct {
		v    any
		want starlark.Value
	}{
		{now, libtime.Time(now)},
		{&now, libtime.Time(now)},
		{&minute, libtime.Duration(minute)},
		{list, list},
		{&list, list},
		{&word, word},
		{struct{ V starlark.Value }{list}.V, list},
	} {
		got, err := fromGo(test.v)
		require.NoError(t, err)
		require.Equal(t, test.want, got)
	}
}

func TestFromGoErrors(t *testing.T) {
	self := &node{Name: "a"}
	self.Next = &node{Next: self}
	inMap := map[string]any{}
	inMap["m"] = []any{1, inMap}
	inSlice := []any{nil}
	inSlice[0] = inSlice
	var p any
	p = &p
	for _, test := range []struct {
		v    any
		want string
	}{
		{make(chan int), "v: cannot convert chan int"},
		{1i, "v: cannot convert complex128"},
		{map[string]any{"db": struct{ Ports []any }{[]any{1, 2, make(chan int)}}}, `v["db"].Ports[2]: cannot convert chan int`},
		{struct {
			P any `json:"p"`
		}{make(chan int)}, "v.p: cannot convert chan int"},
		{map[int]any{7: make(chan int)}, "v[7]: cannot convert chan int"},
		{map[[1]int]any{{7}: make(chan int)}, "v[a tuple]: cannot convert chan int"},
		{map[string]any{strings.Repeat("ä", 1000): make(chan int)}, `v["` + strings.Repeat("ä", 20) + `…"]: cannot convert chan int`},
		{map[chan int]int{make(chan int): 1}, "v: as a key: cannot convert chan int"},
		{map[any]int{1: 1, 1.0: 2}, "v[1]: equal in Starlark to another key of the map"},
		{map[struct{ A any }]int{{&[]int{1}}: 1}, "v[a struct]: unhashable type: list"},
		{[]any{(func())(nil)}, "v[0]: the function is nil"},
		{[]any{func(chan int) {}}, "v[0]: parameter 1: cannot store a Starlark value in chan int"},
		{starlark.List{}, "v: cannot convert starlark.List, only *starlark.List"},
		{[]level{1, -1}, "v[1]: no such level"},
		{self, "v.Next.Next: contains itself"},
		{inMap, `v["m"][1]: contains itself`},
		{inSlice, "v[0]: contains itself"},
		{p, "v: contains itself"},
	} {
		_, err := fromGo(test.v)
		require.EqualError(t, err, test.want)
		at := &convert.PathError{}
		require.ErrorAs(t, err, &at)
		require.Equal(t, test.want, at.Path+": "+at.Err.Error())
	}
}

func TestPathErrorUnwraps(t *testing.T) {
	_, err := fromGo([]any{failing{}})
	require.ErrorIs(t, err, errBoom)
	require.EqualError(t, err, "v[0]: boom")
}

type failing struct{}

func (failing) MarshalText() ([]byte, error) { return nil, errBoom }

func TestFromGoSharedTwice(t *testing.T) {
	one := &node{Name: "one"}
	v, err := fromGo([]*node{one, one})
	require.NoError(t, err)
	require.Equal(t, 2, v.(*starlark.List).Len())
	backing := []any{1, 2}
	_, err = fromGo([]any{backing, backing[:1], [][]int{{}, {}}})
	require.NoError(t, err)
}

func TestFromGoDeep(t *testing.T) {
	var long *node
	for range 1_000_000 {
		long = &node{Next: long}
	}
	_, err := fromGo(long)
	require.EqualError(t, err, "v"+strings.Repeat(".Next", 16)+"…"+strings.Repeat(".Next", 8)+": nested more than 10000 levels deep")
}

func TestFromGoCopies(t *testing.T) {
	list, bytes := []int{1}, []byte("a")
	v, err := fromGo([]any{list, bytes})
	require.NoError(t, err)
	list[0], bytes[0] = 2, 'b'
	require.Equal(t, `[[1], b"a"]`, v.String())
	require.NoError(t, v.(*starlark.List).Append(starlark.None))
}

func TestGlobals(t *testing.T) {
	g, err := convert.Converter{}.Globals("Vars", map[string]any{"n": 1, "f": func() {}})
	require.NoError(t, err)
	require.Equal(t, starlark.MakeInt(1), g["n"])
	require.Equal(t, "f", g["f"].(*starlark.Builtin).Name())
	g, err = convert.Converter{}.Globals("Vars", nil)
	require.NoError(t, err)
	require.NotNil(t, g)
	_, err = convert.Converter{}.Globals("Vars", map[string]any{"f": make(chan int)})
	require.EqualError(t, err, `Vars["f"]: cannot convert chan int`)
}

func TestNamesOfFunctions(t *testing.T) {
	v, err := convert.Converter{}.FromGo("top", map[string]any{
		"greet": func() {},
		"hooks": []any{func() {}, map[int]any{3: func() {}}},
		"s": struct {
			F func() `json:"on_exit"`
		}{func() {}},
	})
	require.NoError(t, err)
	require.Equal(t, `{"greet": <built-in function greet>, `+
		`"hooks": [<built-in function hooks[0]>, {3: <built-in function hooks[1][3]>}], `+
		`"s": struct(on_exit = <built-in function on_exit>)}`, v.String())
	v, err = convert.Converter{}.FromGo("top", func() {})
	require.NoError(t, err)
	require.Equal(t, "top", v.(*starlark.Builtin).Name())
}
