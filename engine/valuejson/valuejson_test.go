package valuejson_test

import (
	"math/big"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/starlark-tg/tg/engine/valuejson"
	"github.com/stretchr/testify/require"
	"go.starlark.net/starlark"
	"go.starlark.net/syntax"
)

func TestEncode(t *testing.T) {
	for src, want := range map[string]string{
		"None":                     "null",
		"True":                     "true",
		"0":                        "0",
		"-1 << 70":                 "-1180591620717411303424",
		"1.0":                      "1.0",
		"-0.0":                     "-0.0",
		"1e300":                    "1e+300",
		"5e-324":                   "5e-324",
		"0.1":                      "0.1",
		`"a<b>&'\"\\\n"`:           `"a<b>&'\"\\\n"`,
		`"é日\u2028🙂\x00"`:          `"é日\u2028🙂\u0000"`,
		"[]":                       "[]",
		"[1, [2.0]]":               "[1,[2.0]]",
		"()":                       `{"$tuple":[]}`,
		"(1, (2,))":                `{"$tuple":[1,{"$tuple":[2]}]}`,
		`{}`:                       "{}",
		`{"b": 1, "a": (), "": 0}`: `{"b":1,"a":{"$tuple":[]},"":0}`,
		`{"$tuple": [1]}`:          `{"$dict":{"$tuple":[1]}}`,
		`{"a": {"$": 1, "b": 2}}`:  `{"a":{"$dict":{"$":1,"b":2}}}`,
		`{"$dict": {"$dict": {}}}`: `{"$dict":{"$dict":{"$dict":{"$dict":{}}}}}`,
		`{"a$": 1}`:                `{"a$":1}`,
	} {
		v := eval(t, src)
		b, err := valuejson.Encode(v)
		require.NoError(t, err, src)
		require.Equal(t, want, string(b))
		back, err := valuejson.Decode(b)
		require.NoError(t, err, src)
		same(t, v, back)
	}
}

// same checks that two values are equal and print alike.
func same(t *testing.T, x, y starlark.Value) {
	t.Helper()
	require.Equal(t, x.Type(), y.Type())
	require.Equal(t, x.String(), y.String())
	equal, err := starlark.EqualDepth(x, y, 2000)
	require.NoError(t, err)
	require.True(t, equal)
}

func TestUnheld(t *testing.T) {
	for src, want := range map[string]string{
		`set([1])`:                    "value is a set",
		`b"x"`:                        "value is of type bytes",
		`len`:                         "value is a builtin_function_or_method",
		`{"hosts": [0, 1, 2, set()]}`: `value["hosts"][3] is a set`,
		`(1, {"a\n\"": (range(3),)})`: `value[1]["a\n\""][0] is a range`,
		`[float("nan")]`:              "value[0] is the float nan",
		`float("-inf")`:               "value is the float -inf",
		`{"a": {1: 2}}`:               `value["a"] has a key that is an int`,
		`{None: 2}`:                   `value has a key that is of type NoneType`,
		`{"$a": 1, (1,): 2}`:          `value has a key that is a tuple`,
		`[b"a\xffb".elems()]`:         "value[0] is a bytes.elems",
	} {
		_, err := valuejson.Encode(eval(t, src))
		require.EqualError(t, err, want)
		require.ErrorAs(t, err, new(*valuejson.Unheld))
	}
	unheld := func(v starlark.Value, want string) {
		t.Helper()
		_, err := valuejson.Encode(v)
		require.EqualError(t, err, want)
	}
	unheld(starlark.Tuple{starlark.String("\xff")}, "value[0] is a string that is not valid UTF-8")
	d := new(starlark.Dict)
	require.NoError(t, d.SetKey(starlark.String("\xff"), starlark.None))
	unheld(d, "value has a key that is not valid UTF-8")
	l := starlark.NewList([]starlark.Value{starlark.None})
	d = new(starlark.Dict)
	require.NoError(t, d.SetKey(starlark.String("x"), starlark.Tuple{l}))
	require.NoError(t, l.SetIndex(0, d))
	unheld(l, `value[0]["x"][0] contains itself`)
	unheld(starlark.Tuple{starlark.None, l}, `value[1][0]["x"][0] contains itself`)
	l = starlark.NewList(make([]starlark.Value, 1<<20))
	for i := range l.Len() {
		require.NoError(t, l.SetIndex(i, starlark.None))
	}
	require.NoError(t, l.Append(l)) // which is too big before it is too deep
	unheld(l, `value[1048576] contains itself`)
	unheld(starlark.String(strings.Repeat("x", 65<<20)), "value would take more than 64 MiB")
	unheld(starlark.String(strings.Repeat("\x00", 30<<20)), "value would take more than 64 MiB")
	unheld(starlark.MakeBigInt(new(big.Int).Lsh(big.NewInt(1), 1<<29)), "value would take more than 64 MiB")
}

func nested(n int) starlark.Value {
	v := starlark.Value(starlark.None)
	for i := range n {
		switch i % 3 {
		case 0:
			v = starlark.Tuple{v}
		case 1:
			v = starlark.NewList([]starlark.Value{v})
		default:
			d := new(starlark.Dict)
			_ = d.SetKey(starlark.String("$"), v)
			v = d
		}
	}
	return v
}

// As many levels as can be written can be read.
func TestDeep(t *testing.T) {
	v := nested(1000)
	b, err := valuejson.Encode(v)
	require.NoError(t, err)
	back, err := valuejson.Decode(b)
	require.NoError(t, err)
	same(t, v, back)
	_, err = valuejson.Encode(nested(1001))
	require.ErrorContains(t, err, `value[0][0]["$"][0][0]["$"][0][0]["$"][0]…[`)
	require.ErrorContains(t, err, " is nested more than 1000 levels deep")
	_, err = valuejson.Decode([]byte(strings.Repeat("[", 1001)))
	require.EqualError(t, err, "it is nested more than 1000 levels deep")
	_, err = valuejson.Decode([]byte(strings.Repeat("[", 1_000_000)))
	require.Error(t, err)
}

// A list met twice is written twice; what would get too long by that is refused soon.
func TestAliased(t *testing.T) {
	l := starlark.NewList(nil)
	b, err := valuejson.Encode(starlark.Tuple{l, l})
	require.NoError(t, err)
	require.Equal(t, `{"$tuple":[[],[]]}`, string(b))
	back, err := valuejson.Decode(b)
	require.NoError(t, err)
	require.NotSame(t, back.(starlark.Tuple)[0], back.(starlark.Tuple)[1])
	for range 100 {
		l = starlark.NewList([]starlark.Value{l, l})
	}
	start := time.Now()
	_, err = valuejson.Encode(l)
	require.ErrorContains(t, err, "would take more than 64 MiB")
	require.Less(t, time.Since(start), time.Minute)
}

func TestDecodeForeign(t *testing.T) {
	for src, want := range map[string]string{
		"":                          "EOF",
		"[":                         "EOF",
		"[1}":                       "invalid character '}' after array element",
		"1 2":                       "there is more than one value",
		"1e999":                     "1e999 is no float",
		`{"$x":1}`:                  `"$x" is not a tag with its value`,
		`{"$tuple":1}`:              `"$tuple" is not a tag with its value`,
		`{"$tuple":{}}`:             `"$tuple" is not a tag with its value`,
		`{"$dict":[]}`:              `"$dict" is not a tag with its value`,
		`{"$tuple":[],"a":1}`:       "there is something beside $tuple",
		`{"$dict":{"$a":1},"$b":1}`: "there is something beside $dict",
		`{"a":1,"$b":1}`:            `"$b" is a tag beside other names`,
		`{"a":1,"a":2}`:             `"a" is there twice`,
		`{"$dict":{"$a":1,"$a":2}}`: `"$a" is there twice`,
		`{"a":nul}`:                 "invalid character '}' in literal null (expecting 'l')",
	} {
		v, err := valuejson.Decode([]byte(src))
		require.EqualError(t, err, want, src)
		require.Nil(t, v)
	}
}

// TestRoundTrip: values made by chance come back equal, of equal types, or are refused.
func TestRoundTrip(t *testing.T) {
	for seed := range uint64(20_000) {
		m := maker{rand.New(rand.NewPCG(seed, 7)), 0}
		v := m.value(5)
		b, err := valuejson.Encode(v)
		if m.bad > 0 {
			require.Error(t, err, "%v", v)
			continue
		}
		require.NoError(t, err, "%v", v)
		require.NotContains(t, string(b), "\n")
		back, err := valuejson.Decode(b)
		require.NoError(t, err, "%v", v)
		same(t, v, back)
		mutable(t, back)
	}
}

// mutable checks that all lists and dicts of a value can be changed.
func mutable(t *testing.T, v starlark.Value) {
	switch v := v.(type) {
	case *starlark.List:
		for i := range v.Len() {
			mutable(t, v.Index(i))
		}
		require.NoError(t, v.Append(starlark.None))
	case starlark.Tuple:
		for _, x := range v {
			mutable(t, x)
		}
	case *starlark.Dict:
		for _, kv := range v.Items() {
			mutable(t, kv[1])
		}
		require.NoError(t, v.SetKey(starlark.None, starlark.None))
	}
}

// FuzzDecode: whatever the text, it is a value that can be written again, or an error.
func FuzzDecode(f *testing.F) {
	for _, s := range []string{"null", "[1,2.5,-0]", `{"$tuple":[{"$dict":{"$a":{}}}]}`, `{"a":1e5,"b":"\ud800"}`, "[[[", "12345678901234567890123"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		v, err := valuejson.Decode(b)
		if err != nil {
			return
		}
		again, err := valuejson.Encode(v)
		require.NoError(t, err)
		back, err := valuejson.Decode(again)
		require.NoError(t, err)
		same(t, v, back)
	})
}

// A flaw says where it is.
func TestFlaw(t *testing.T) {
	for src, want := range map[string]int{"[1,\n2}": 5, "[\n{\"a\":1,\"a\":2}]": 14, "\n1e999": 6, "[1": 2} {
		_, err := valuejson.Decode([]byte(src))
		var flaw *valuejson.Flaw
		require.ErrorAs(t, err, &flaw, src)
		require.Equal(t, want, flaw.Offset, src)
	}
}

func eval(t testing.TB, src string) starlark.Value {
	t.Helper()
	v, err := starlark.EvalOptions(&syntax.FileOptions{Set: true}, new(starlark.Thread), "e.star", src, nil)
	require.NoError(t, err, src)
	return v
}
