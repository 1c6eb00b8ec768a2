package convert_test

import (
	"encoding/json"
	"math"
	"math/big"
	"reflect"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/starlark-tg/tg/engine/convert"
)

type everything struct {
	B     bool
	I8    int8 `json:"i8"`
	I64   int64
	U64   uint64
	Big   *big.Int
	Big2  big.Int
	F32   float32
	F64   float64
	S     string
	Bytes []byte
	Ints  []int
	Arr   [2]string
	M     map[string][]int
	MI    map[[2]int8]bool
	P     *everything
	PP    **int
	T     time.Time
	D     time.Duration
	L     level
	Any   any
	embedded
}

func TestRoundTrip(t *testing.T) {
	n := 5
	pn := &n
	full := everything{
		B: true, I8: math.MinInt8, I64: math.MinInt64, U64: math.MaxUint64, Big: new(big.Int).Lsh(big.NewInt(-3), 100), Big2: *big.NewInt(9),
		F32: 0.1, F64: math.MaxFloat64, S: "ü\x00\xff", Bytes: []byte{0, 255}, Ints: []int{}, Arr: [2]string{"a"},
		M: map[string][]int{"": {1}}, MI: map[[2]int8]bool{{1, 2}: true}, PP: &pn, T: time.Now(), D: -1, L: 2,
		Any: []any{nil, int64(1), "x", map[any]any{1.5: true}}, embedded: embedded{&Other{1}, base{2, "n"}},
	}
	full.P = &everything{Ints: []int{1}, M: map[string][]int{}, Bytes: []byte{}, MI: map[[2]int8]bool{}}
	v, err := fromGo(full)
	require.NoError(t, err)
	var got everything
	require.NoError(t, convert.ToGo("v", v, &got))
	require.Equal(t, full, got)
}

// What encoding/json makes of a text survives the way there and back.
func FuzzRoundTrip(f *testing.F) {
	for _, seed := range []string{
		`null`, `[]`, `{}`, `[1, 1e300, -0.0, "", "ü\u0000", true, [[{}]]]`, `{"a": {"b": [null, {"c": 1}]}, "A": 2}`,
		`{"Name": "x", "next": {"NAME": "y", "any": [1]}}`, `"\ud800"`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var want any
		if json.Unmarshal(text, &want) != nil {
			return
		}
		v, err := convert.Converter{}.FromGo("v", want)
		require.NoError(t, err)
		var got any
		require.NoError(t, convert.ToGo("v", v, &got))
		if !reflect.DeepEqual(want, got) {
			t.Fatalf("%#v became %#v", want, got)
		}
	})
}
