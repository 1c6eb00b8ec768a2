package guard

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"go.starlark.net/starlark"
)

// Percent is format % x. What repr writes in it can be stopped.
func (b *Budget) Percent(format string, x starlark.Value) (starlark.Value, error) {
	s, err := b.build(func(t *text) error { return t.interpolate(format, x) })
	if err != nil {
		return nil, err
	}
	return starlark.String(s), nil
}

// Interpolate says whether go.starlark.net may compute format % x: whether the
// result is not too long, and nothing in it nested too deep. nil does not mean that
// the format is right. With short arguments it does
// not look at the format.
func (b *Budget) Interpolate(format string, x starlark.Value) error {
	if int64(len(format)) <= b.Max>>12 {
		if args, ok := x.(starlark.Tuple); ok && allFlat(args) || isFlat(x) {
			return nil
		}
	}
	t := text{b: b, dry: true, max: b.Max, deep: maxDepth}
	return ours(b, t.interpolate(format, x))
}

// ours returns err if it is a limit or the reason to stop, not go.starlark.net's.
func ours(b *Budget, err error) error {
	if _, limit := err.(*LimitError); limit || err == nil {
		return err
	}
	return b.stopped()
}

// interpolate writes format % x as go.starlark.net does.
func (t *text) interpolate(format string, x starlark.Value) error {
	args, tuple := x.(starlark.Tuple)
	if !tuple {
		args = starlark.Tuple{x}
	}
	mapping, isMapping := x.(starlark.Mapping)
	index := 0
	for {
		i := strings.IndexByte(format, '%')
		if i < 0 {
			break
		}
		if err := t.b.spend(1); err != nil {
			return err
		}
		if err := t.add(format[:i]); err != nil {
			return err
		}
		format = format[i+1:]
		if strings.HasPrefix(format, "%") {
			if err := t.add("%"); err != nil {
				return err
			}
			format = format[1:]
			continue
		}
		var arg starlark.Value
		if strings.HasPrefix(format, "(") {
			j := strings.IndexByte(format, ')')
			if j < 0 {
				return errors.New("incomplete format key")
			}
			key := format[1:j]
			if !isMapping {
				return errors.New("format requires a mapping")
			}
			v, found, _ := mapping.Get(starlark.String(key))
			if !found {
				return fmt.Errorf("key not found: %s", key)
			}
			arg, format = v, format[j+1:]
		} else {
			if index >= len(args) {
				return errors.New("not enough arguments for format string")
			}
			arg = args[index]
		}
		if format == "" {
			return errors.New("incomplete format")
		}
		if err := t.convert(format[0], arg); err != nil {
			return err
		}
		format = format[1:]
		index++
	}
	if err := t.add(format); err != nil {
		return err
	}
	if index < len(args) && !isMapping {
		return errors.New("too many arguments for format string")
	}
	return nil
}

// convert writes one argument as a letter after "%" says.
func (t *text) convert(c byte, arg starlark.Value) error {
	switch c {
	case 's', 'r':
		return t.plain(arg, c == 's')
	case 'd', 'i', 'o', 'x', 'X':
		n, err := starlark.NumberToInt(arg)
		if err != nil {
			return fmt.Errorf("%%%c format requires integer: %v", c, err)
		}
		return t.digits(c, n)
	case 'e', 'f', 'g', 'E', 'F', 'G':
		f, ok := starlark.AsFloat(arg)
		if !ok {
			return fmt.Errorf("%%%c format requires float, not %s", c, arg.Type())
		}
		return t.add(floatText(f, c))
	case 'c':
		return t.character(arg)
	case '%':
		return t.add("%")
	}
	return fmt.Errorf("unknown conversion %%%c", c)
}

// plain writes arg as str does, or repr.
func (t *text) plain(arg starlark.Value, str bool) error {
	if s, ok := arg.(starlark.String); ok && str {
		if err := t.b.spend(len(s) / perElement); err != nil {
			return err
		}
		return t.add(string(s))
	}
	return t.value(arg)
}

func (t *text) digits(c byte, n starlark.Int) error {
	if c == 'd' || c == 'i' {
		return t.int(n)
	}
	if bits := 64; !isSmall(n) {
		if bits = bitsOf(n); bits > MaxBits {
			return fewBits(bits)
		}
		if err := t.b.spend(bits / perElement); err != nil {
			return err
		}
	}
	return t.add(fmt.Sprintf("%"+string(c), n))
}

func (t *text) character(arg starlark.Value) error {
	switch arg := arg.(type) {
	case starlark.Int:
		r, err := starlark.AsInt32(arg)
		if err != nil || r < 0 || r > unicode.MaxRune {
			return fmt.Errorf("%%c format requires a valid Unicode code point, got %s", arg)
		}
		return t.add(string(rune(r)))
	case starlark.String:
		r, size := utf8.DecodeRuneInString(string(arg))
		if size != len(arg) || len(arg) == 0 {
			return errors.New("%c format requires a single-character string")
		}
		return t.add(string(r))
	}
	return fmt.Errorf("%%c format requires int or single-character string, not %s", arg.Type())
}

// floatText is how go.starlark.net writes a float for a letter after "%".
func floatText(f float64, c byte) string {
	switch {
	case math.IsInf(f, 1):
		return "+inf"
	case math.IsInf(f, -1):
		return "-inf"
	case math.IsNaN(f):
		return "nan"
	case c != 'g' && c != 'G':
		return strconv.FormatFloat(f, c, 6, 64)
	}
	s := strconv.FormatFloat(f, c, -1, 64)
	if !strings.ContainsAny(s, ".eE") {
		s += ".0"
	}
	return s
}
