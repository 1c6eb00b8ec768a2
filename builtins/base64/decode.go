package base64

import (
	"fmt"
	"unicode/utf8"

	"github.com/starlark-tg/tg/engine"
	"github.com/starlark-tg/tg/engine/builtin"
	"go.starlark.net/starlark"
)

// def b64decode(s: str | bytes, altchars: str | bytes | None = None, validate: bool = False) -> bytes
//
// b64decode returns the bytes that a text stands for.
// Characters that are not of base64 are left out, line ends say, unless validate is
// True: then they are an error.
func b64decode(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s source
	var alt starlark.Value = starlark.None
	validate := false
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "s", &s, "altchars?", &alt, "validate?", &validate); err != nil {
		return nil, err
	}
	other, err := altchars(b.Name(), alt)
	if err != nil {
		return nil, err
	}
	return codecs[0].run(engine.Of(thread), b.Name(), s.Data, other, validate)
}

// def urlsafe_b64decode(s: str | bytes) -> bytes
// def b32decode(s: str | bytes, casefold: bool = False) -> bytes
// def b16decode(s: str | bytes, casefold: bool = False) -> bytes
//
// They return the bytes that a text stands for; casefold takes small letters, too.
func (c *codec) decodeFn(thread *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var s source
	fold := false
	pairs := []any{"s", &s}
	if c.fold {
		pairs = append(pairs, "casefold?", &fold)
	}
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, pairs...); err != nil {
		return nil, err
	}
	t := engine.Of(thread)
	if !c.fold {
		return codecs[0].run(t, b.Name(), s.Data, c.strange, false)
	}
	if err := t.Room(2 * int64(len(s.Data))); err != nil {
		return nil, err
	}
	text := []byte(s.Data)
	for i, ch := range text {
		switch {
		case i%(1<<20) == 0 && t.Cancelled() != nil:
			return nil, t.Cancelled()
		case ch >= 'a' && ch <= 'z' && !fold, ch == '\n', ch == '\r':
			return nil, fmt.Errorf("%s: there is %q at byte %d, which is not allowed", b.Name(), ch, i)
		case ch >= 'a' && ch <= 'z':
			text[i] -= 'a' - 'A'
		}
	}
	return c.unwrap(t, b.Name(), text)
}

// A source is the data to decode: a string must be of ASCII.
type source struct{ builtin.Data }

// Unpack takes the argument.
func (s *source) Unpack(v starlark.Value) error {
	if text, ok := v.(starlark.String); ok {
		for i := range len(text) {
			if text[i] >= utf8.RuneSelf {
				return fmt.Errorf("there is a character at byte %d that is not of ASCII", i)
			}
		}
	}
	return s.Data.Unpack(v)
}

// run decodes base64 of which characters may be others.
func (c *codec) run(t *engine.Thread, fn string, s builtin.Data, other string, validate bool) (starlark.Value, error) {
	if err := t.Room(2 * int64(len(s))); err != nil {
		return nil, err
	}
	table := tableOf(other)
	text := make([]byte, 0, len(s)+2)
	padding := 0
	for i, ch := range []byte(s) {
		if i%(1<<20) == 0 {
			if err := t.Cancelled(); err != nil {
				return nil, err
			}
		}
		if ch == '=' && !validate {
			// What follows whole groups and padding is left out, as Python does.
			if padding++; len(text)%4 >= 2 && padding >= 4-len(text)%4 {
				break
			}
			continue
		}
		if v := table[ch]; v != 0 && (v != '=' || validate) {
			text, padding = append(text, v), 0
		} else if validate {
			return nil, fmt.Errorf("%s: there is %q at byte %d, which is not of base64", fn, ch, i)
		}
	}
	if !validate {
		switch missing := -len(text) & 3; {
		case missing == 3:
			return nil, fmt.Errorf("%s: the number of characters, %d, cannot be 1 more than a multiple of 4", fn, len(text))
		case missing > padding:
			return nil, fmt.Errorf("%s: incorrect padding: %d characters = are missing at the end", fn, missing-padding)
		default:
			text = append(text, "=="[:missing]...)
		}
	}
	return c.unwrap(t, fn, text)
}

// tableOf returns what each byte stands for, 0: nothing. Beside their own, + and / may be
// two others.
func tableOf(other string) *[256]byte {
	var table [256]byte
	for _, c := range []byte("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=") {
		table[c] = c
	}
	for i := range len(other) {
		table[other[i]] = "+/"[i]
	}
	return &table
}

// unwrap decodes text in place, piece by piece, and returns bytes.
func (c *codec) unwrap(t *engine.Thread, fn string, text []byte) (starlark.Value, error) {
	to := 0
	for at := 0; at < len(text); {
		if err := t.Cancelled(); err != nil {
			return nil, err
		}
		piece := text[at:min(at+pieceSize*c.out, len(text))]
		n, err := c.decode(text[to:], piece)
		if err == nil && at+len(piece) < len(text) && n != len(piece)/c.out*c.in {
			err = fmt.Errorf("padding in the middle")
		}
		if err != nil {
			return nil, fmt.Errorf("%s: incorrect data or padding: %w", fn, err)
		}
		to += n
		at += len(piece)
	}
	return starlark.Bytes(text[:to]), nil
}
