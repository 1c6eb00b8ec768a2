package universe

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

// maxField bounds a width and a precision: a longer field is a mistake, not a
// wish.
const maxField = 1 << 24

// A formatSpec is a format spec taken apart:
//
//	[[fill]align][sign][z][#][0][width][,|_][.precision][type]
type formatSpec struct {
	fill      string // one character
	align     byte   // '<' '>' '^', or '=': between sign and digits
	sign      byte   // '+', ' ' or '-'; 0 when not given, which means '-'
	noNegZero bool   // 'z': what rounds to -0 loses its sign
	alt       bool   // '#'
	width     int    // in characters, at most maxField
	sep       byte   // ',' or '_' between groups of digits; 0 for none
	precision int    // at most maxField; -1 when not given
	verb      rune   // the type; 0 when not given
}

// parseSpec takes spec apart. align is the alignment of the value's type: '<'
// or '>'. The error says only what is wrong.
func parseSpec(spec string, align byte) (formatSpec, error) {
	f := formatSpec{fill: " ", align: align, precision: -1}
	rest, filled := f.parseAlign(spec)
	if c := peek(rest); c == '+' || c == '-' || c == ' ' {
		f.sign, rest = c, rest[1:]
	}
	rest, f.noNegZero = strings.CutPrefix(rest, "z")
	rest, f.alt = strings.CutPrefix(rest, "#")
	if !filled.fill && peek(rest) == '0' {
		f.fill, rest = "0", rest[1:]
		if !filled.align && align == '>' {
			f.align = '='
		}
	}
	var err error
	if rest, f.width, err = number(rest, 0); err != nil {
		return f, fmt.Errorf("width %w", err)
	}
	if c := peek(rest); c == ',' || c == '_' {
		f.sep, rest = c, rest[1:]
		if c := peek(rest); c == ',' || c == '_' {
			return f, errors.New(`only one "," or "_" is allowed`)
		}
	}
	if peek(rest) == '.' {
		if rest, f.precision, err = number(rest[1:], -1); err != nil {
			return f, fmt.Errorf("precision %w", err)
		} else if f.precision < 0 {
			return f, errors.New(`no precision after "."`)
		}
	}
	if rest == "" {
		return f, nil
	}
	verb, size := utf8.DecodeRuneInString(rest)
	if f.verb = verb; size < len(rest) {
		return f, fmt.Errorf("%q is not understood; the order is [[fill]align][sign][z][#][0][width][,|_][.precision][type]", rest)
	}
	return f, nil
}

// given says which halves of [[fill]align] a spec has.
type given struct{ fill, align bool }

// parseAlign reads [[fill]align] and returns what follows.
func (f *formatSpec) parseAlign(spec string) (string, given) {
	const aligns = "<>=^"
	_, size := utf8.DecodeRuneInString(spec) // of the fill, if it is one
	if c := peek(spec[size:]); c != 0 && strings.IndexByte(aligns, c) >= 0 {
		f.fill, f.align = spec[:size], c
		return spec[size+1:], given{fill: true, align: true}
	}
	if c := peek(spec); c != 0 && strings.IndexByte(aligns, c) >= 0 {
		f.align = c
		return spec[1:], given{align: true}
	}
	return spec, given{}
}

// peek returns the first byte of s, or 0.
func peek(s string) byte {
	if s == "" {
		return 0
	}
	return s[0]
}

// number reads decimal digits; without any, the result is none.
func number(s string, none int) (rest string, n int, err error) {
	digits := len(s) - len(strings.TrimLeft(s, "0123456789"))
	if digits == 0 {
		return s, none, nil
	}
	for _, c := range s[:digits] {
		if n = n*10 + int(c-'0'); n > maxField {
			return s, 0, fmt.Errorf("is larger than %d", maxField)
		}
	}
	return s[digits:], n, nil
}

// checkSep says whether the separator, if there is one, suits the verb.
func (f *formatSpec) checkSep() error {
	allowed := "defgEG%F"
	if f.sep == '_' {
		allowed += "boxX"
	}
	if f.sep == 0 || f.verb == 0 || strings.ContainsRune(allowed, f.verb) {
		return nil
	}
	return fmt.Errorf("%q is not allowed with type %q", string(f.sep), string(f.verb))
}
