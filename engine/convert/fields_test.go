package convert_test

import (
	"encoding/json"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"go.starlark.net/starlarkstruct"
)

type (
	Left  struct{ Same, L, Tagged int }
	Right struct {
		Same, R int
		T       int `json:"Tagged"`
	}
	Both struct {
		Left
		*Right
		Number
		lower
		*Both
		Named Left `json:"-,omitempty"`
		Left2 `json:"left2"`
	}
	Left2  Left
	Number int
	lower  struct{ FromLower int }
	Inner  struct{ X, Y int }
	Outer  struct {
		Inner
		X string
	}
	Spoilt struct {
		A int `json:"a,string"`
		B int `json:",omitempty"`
		C int `json:"c'c"`
		D int `json:"ü-d"`
		E int `json:"x y"`
	}
)

// Names and embedding are encoding/json's.
func TestFieldsAreThoseOfJSON(t *testing.T) {
	for _, v := range []any{
		Both{Right: &Right{}, Number: 1}, Both{Both: &Both{}}, Outer{}, Spoilt{B: 1}, server{Other: &Other{}, Port: 1}, server{}, loop{}, lower{},
	} {
		text, err := json.Marshal(v)
		require.NoError(t, err)
		var want map[string]any
		require.NoError(t, json.Unmarshal(text, &want))
		names := []string{}
		for name := range want {
			names = append(names, name)
		}
		slices.Sort(names)
		if s, ok := v.(server); ok && s.Port == 0 { // omitempty has no effect
			names = append(names, "port")
		}
		got, err := fromGo(v)
		require.NoError(t, err)
		require.Equal(t, names, got.(*starlarkstruct.Struct).AttrNames(), "%T", v)
	}
}
