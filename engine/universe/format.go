package universe

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// def format(value, spec: str = "") -> str
//
// format returns the value as Python's format renders it.
func format(_ *starlark.Thread, b *starlark.Builtin, args starlark.Tuple, kwargs []starlark.Tuple) (starlark.Value, error) {
	var value starlark.Value
	var spec string
	if err := starlark.UnpackArgs(b.Name(), args, kwargs, "value", &value, "spec?", &spec); err != nil {
		return nil, err
	}
	s, err := Format(value, spec)
	if err != nil {
		return nil, fmt.Errorf("format: %w", err)
	}
	return starlark.String(s), nil
}

// Format renders v as Python's format(v, spec) does. Strings, ints, floats and
// bools take a spec (a bool counts as 0 or 1 then); of any other value only the
// empty spec is allowed, which gives Str(v).
//
// With the empty spec a float looks as it does with str: 1e6 gives "1e+06", where
// Python has "1000000.0".
//
// Widths and precisions count characters, not bytes. There are no locales: the
// type "n" means "d" or "g".
func Format(v starlark.Value, spec string) (string, error) {
	if spec == "" {
		return Str(v), nil
	}
	var s string
	var err error
	switch v := v.(type) {
	case starlark.String:
		s, err = formatString(string(v), spec)
	case starlark.Int:
		s, err = formatInt(v, spec)
	case starlark.Float:
		s, err = formatFloat(float64(v), spec)
	case starlark.Bool:
		n := 0
		if v {
			n = 1
		}
		s, err = formatInt(starlark.MakeInt(n), spec)
	default:
		return "", fmt.Errorf("unsupported format spec %q for %s; use str(x) first, or {x!s:%s} in an f-string", spec, v.Type(), spec)
	}
	if err != nil {
		return "", fmt.Errorf("invalid format spec %q for %s: %w", spec, v.Type(), err)
	}
	return s, nil
}

// formatString renders s; the precision is the number of characters kept.
func formatString(s, spec string) (string, error) {
	f, err := parseSpec(spec, '<')
	if err != nil {
		return "", err
	}
	if f.verb != 0 && f.verb != 's' {
		return "", unknownVerb(f.verb)
	}
	switch {
	case f.sep != 0:
		return "", fmt.Errorf("%q is not allowed for a string", string(f.sep))
	case f.sign != 0:
		return "", errors.New("a sign is not allowed for a string")
	case f.noNegZero:
		return "", errors.New(`"z" is not allowed for a string`)
	case f.alt:
		return "", errors.New(`"#" is not allowed for a string`)
	case f.align == '=':
		return "", errors.New(`alignment "=" is not allowed for a string`)
	}
	if f.precision >= 0 {
		s = firstRunes(s, f.precision)
	}
	return f.pad("", s), nil
}

// unknownVerb is the error for a verb that the type of the value lacks.
func unknownVerb(verb rune) error {
	switch {
	case strings.ContainsRune("bcdoxX", verb):
		return fmt.Errorf("type %q is for ints; convert with int(x) first", string(verb))
	case strings.ContainsRune("neEfFgG%", verb):
		return fmt.Errorf("type %q is for numbers; convert with float(x) first", string(verb))
	case verb == 's':
		return errors.New(`type "s" is for strings; convert with str(x) first`)
	}
	return fmt.Errorf("unknown type %q", string(verb))
}

// firstRunes returns the first n characters of s.
func firstRunes(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for i := range s {
		if n == 0 {
			return s[:i]
		}
		n--
	}
	return s
}

// pad fills prefix+body up to the width. Alignment '=' fills between the two.
func (f *formatSpec) pad(prefix, body string) string {
	n := f.width - utf8.RuneCountInString(prefix) - utf8.RuneCountInString(body)
	if n <= 0 {
		return prefix + body
	}
	left := n
	switch f.align {
	case '=':
		return prefix + strings.Repeat(f.fill, n) + body
	case '<':
		left = 0
	case '^':
		left = n / 2
	}
	return strings.Repeat(f.fill, left) + prefix + body + strings.Repeat(f.fill, n-left)
}
