// Package base64 gives scripts Python's base64 functions. They take strings or bytes.
// Who encodes wants text, so encoding returns a string, where Python returns bytes;
// decoding returns bytes.
package base64

import (
	"encoding/base32"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// module base64
//
// Bytes as text in base 64, 32 and 16, with the names of Python's base64.

// Module returns the module base64.
func Module() engine.Module {
	members := starlark.StringDict{}
	for _, c := range codecs {
		members[c.name+"encode"] = starlark.NewBuiltin(c.name+"encode", c.encodeFn)
		members[c.name+"decode"] = starlark.NewBuiltin(c.name+"decode", c.decodeFn)
	}
	members["b64decode"] = starlark.NewBuiltin("b64decode", b64decode)
	guesses := map[string]string{
		"encode": "b64encode", "decode": "b64decode", "encodebytes": "b64encode", "decodebytes": "b64decode", "standard_b64encode": "b64encode",
		"standard_b64decode": "b64decode", "urlsafe_encode": "urlsafe_b64encode", "urlsafe_decode": "urlsafe_b64decode", "hexlify": "b16encode",
		"unhexlify": "b16decode", "b32hexencode": "b32encode", "b32hexdecode": "b32decode",
	}
	return engine.Module{Name: "base64", Globals: starlark.StringDict{
		"base64": engine.NewNamespace("base64", members, guesses),
	}}
}

// A codec is one way to write bytes as text. Groups of in bytes become groups of out
// characters, padded at the end, so that a text can be worked off piece by piece.
type codec struct {
	name    string
	in, out int
	strange string // characters that it has and base64 has not: for urlsafe
	encode  func(dst, src []byte)
	decode  func(dst, src []byte) (int, error)
	fold    bool // may be asked to take lower case
}

// codecs are immutable.
var codecs = []*codec{
	{name: "b64", in: 3, out: 4, encode: base64.StdEncoding.Encode, decode: base64.StdEncoding.Decode},
	{name: "urlsafe_b64", in: 3, out: 4, strange: "-_", encode: base64.URLEncoding.Encode, decode: base64.URLEncoding.Decode},
	{name: "b32", in: 5, out: 8, encode: base32.StdEncoding.Encode, decode: base32.StdEncoding.Decode, fold: true},
	{name: "b16", in: 1, out: 2, encode: upperHex, decode: hex.Decode, fold: true},
}

func upperHex(dst, src []byte) {
	const digits = "0123456789ABCDEF"
	for i, b := range src {
		dst[2*i], dst[2*i+1] = digits[b>>4], digits[b&15]
	}
}

// pieceSize is how many groups are worked off between two looks at whether to stop.
const pieceSize = 1 << 16

// def b64encode(s: str | bytes, altchars: str | bytes | None = None) -> str
// def urlsafe_b64encode(s: str | bytes) -> str
// def b32encode(s: str | bytes) -> str
// def b16encode(s: str | bytes) -> str
//
// They return data as text, with padding.
func (c *codec) encodeFn(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s builtin.Data
	var alt starlark.Value = starlark.None
	pairs := []any{"s", &s}
	if c.name == "b64" {
		pairs = append(pairs, "altchars?", &alt)
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	other, err := altchars(b.Name(), alt)
	if err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	size := (len(s) + c.in - 1) / c.in * c.out
	if err := t.Room(2 * int64(size)); err != nil { // as bytes, and as text
		return nil, err
	}
	dst := make([]byte, size)
	at := 0
	for len(s) > 0 {
		if err := t.Cancelled(); err != nil {
			return nil, err
		}
		piece := s[:min(len(s), pieceSize*c.in)]
		s = s[len(piece):]
		n := (len(piece) + c.in - 1) / c.in * c.out
		c.encode(dst[at:at+n], []byte(piece))
		if other != "" {
			translate(dst[at:at+n], "+/", other)
		}
		at += n
	}
	return starlark.String(dst), nil
}

// altchars returns the two characters that stand for + and /, "" for themselves.
func altchars(fn string, v starlark.Value) (string, error) {
	if v == starlark.None {
		return "", nil
	}
	chars, ok := builtin.Bytes(v)
	if !ok || len(chars) != 2 {
		return "", fmt.Errorf("%s: altchars must be two characters, got %v", fn, v)
	}
	return chars, nil
}

func translate(b []byte, from, to string) {
	for i, c := range b {
		if j := strings.IndexByte(from, c); j >= 0 {
			b[i] = to[j]
		}
	}
}
